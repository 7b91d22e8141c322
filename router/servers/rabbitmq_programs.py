"""Where RabbitMQ's programs come from: installed on the machine, or unpacked without installing.

Debian's packages are fetched with apt's own signature checks into a folder of ours, with package lists
of ours (the machine's stay as they are, and an ordinary user can do it), and unpacked there.
"""

import fcntl
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from router.servers.failures import ServerUnavailable

INSTALLED = "/usr/lib/rabbitmq"
WHAT_TO_DO = (
    "No RabbitMQ: install one (for example `apt-get install rabbitmq-server`, `brew install rabbitmq`), "
    "or give one with HUB_BROKER_URL and HUB_BROKER_MANAGEMENT_URL, "
    "or start one with `docker compose up rabbitmq`."
)


@dataclass(frozen=True, slots=True)
class RabbitmqPrograms:
    """The start script, and the environment that it needs to find Erlang."""

    server: Path
    environment: dict[str, str]

    @property
    def epmd(self) -> str:
        """Erlang's name server. We run it ourselves, in the foreground, so as to end it too."""
        found = shutil.which("epmd", path=self.environment["PATH"])
        if found is None:
            raise ServerUnavailable("RabbitMQ is there, but Erlang's `epmd` is not in PATH")
        return found


def rabbitmq_programs(unpack_into: Path, *, say: Callable[[str], None]) -> RabbitmqPrograms:
    """The programs to use, unpacked into the folder when none are installed."""
    system_path = os.environ.get("PATH", os.defpath)
    if server := _installed():
        return RabbitmqPrograms(server=server, environment={"PATH": system_path})
    if shutil.which("apt-get") is None or shutil.which("dpkg-deb") is None:
        raise ServerUnavailable(WHAT_TO_DO)
    tree = unpack_into / "rabbitmq"
    with _alone(unpack_into / "rabbitmq.lock"):
        if not tree.exists():
            say("fetching RabbitMQ (once for this checkout, about 31 MB; nothing is installed)")
            _unpack(tree)
    libraries = {str(library.parent) for library in tree.glob("usr/lib/*/lib*.so*")}
    return RabbitmqPrograms(
        server=_start_script(tree / "usr/lib/rabbitmq"),
        environment={
            "PATH": f"{tree / 'usr/bin'}:{system_path}",
            "LD_LIBRARY_PATH": ":".join(sorted(libraries)),
        },
    )


def _installed() -> Path | None:
    if shutil.which("erl") is None:
        return None
    # The script in Debian's /usr/sbin changes to a user of the package; the one it wraps does not.
    if Path(INSTALLED).exists():
        return _start_script(Path(INSTALLED))
    found = shutil.which("rabbitmq-server")
    return Path(found) if found else None


def _start_script(library: Path) -> Path:
    scripts = sorted(library.glob("lib/*/sbin/rabbitmq-server"))
    if not scripts:
        raise ServerUnavailable(f"no RabbitMQ start script below {library}")
    return scripts[-1]


def _unpack(tree: Path) -> None:
    """Fetches and unpacks beside the tree's place, then moves it there whole."""
    fresh = tree.with_name("rabbitmq.new")
    shutil.rmtree(fresh, ignore_errors=True)
    downloads = fresh / "downloads"
    for folder in ("lists/partial", "cache/archives/partial", "downloads"):
        (fresh / folder).mkdir(parents=True)
    _apt(fresh, "update")
    _apt(fresh, "download", *_packages(fresh), folder=downloads)
    for package in sorted(downloads.glob("*.deb")):
        _run("dpkg-deb", "--extract", str(package), str(fresh), folder=fresh)
    _relocate_erlang(fresh / "usr/lib/erlang/bin/erl")
    for folder in ("lists", "cache", "downloads"):
        shutil.rmtree(fresh / folder)
    fresh.rename(tree)


def _packages(fresh: Path) -> list[str]:
    """RabbitMQ, all of its Erlang, and those libraries that this machine lacks."""
    plan = _apt(fresh, "--simulate", "--no-install-recommends", "install", "rabbitmq-server")
    needed = re.findall(r"^Inst (\S+)", plan, re.MULTILINE)
    status = _run("dpkg-query", "--show", "--showformat=${Package}\n", folder=fresh)
    present = set(status.splitlines())
    return [
        name
        for name in needed
        if name == "rabbitmq-server"
        or name.startswith("erlang-")
        or (name.startswith("lib") and "perl" not in name and name not in present)
    ]


def _relocate_erlang(script: Path) -> None:
    """`erl` names its own folder absolutely; let it find itself, so that the tree may be moved."""
    text = script.read_text()
    moved = re.sub(
        r"(?m)^(\s*)ROOTDIR=.?/usr/lib/erlang.?$",
        r'\1ROOTDIR=$(dirname "$(dirname "$(readlink -f "$0")")")',
        text,
    )
    if moved == text:
        raise ServerUnavailable(f"{script} is not as expected: no ROOTDIR to set. {WHAT_TO_DO}")
    script.write_text(moved)


def _apt(state: Path, *arguments: str, folder: Path | None = None) -> str:
    options = {
        "Dir::State::lists": state / "lists",
        "Dir::Cache": state / "cache",
        # As if nothing were installed: all of Erlang, of one version, whatever the machine has.
        "Dir::State::status": "/dev/null",
        "Acquire::Languages": "none",
        "Acquire::Retries": "3",
    }
    if os.geteuid() == 0:
        # apt's own user could not write below a folder that only root may enter.
        options["APT::Sandbox::User"] = "root"
    flags = [part for name, value in options.items() for part in ("-o", f"{name}={value}")]
    return _run("apt-get", "-qq", *flags, *arguments, folder=folder or state)


def _run(*command: str, folder: Path) -> str:
    outcome = subprocess.run(
        command,
        cwd=folder,
        env=os.environ | {"LC_ALL": "C"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if outcome.returncode:
        detail = f"{outcome.stdout}{outcome.stderr}".strip()
        raise ServerUnavailable(f"`{command[0]} {command[-1]}` failed:\n{detail}\n{WHAT_TO_DO}")
    return outcome.stdout


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """One at a time, over processes: two first starts must not fetch into one place."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
