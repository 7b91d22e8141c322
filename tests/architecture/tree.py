"""The files of the checkout, as the tests of this folder look at them."""

import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("contracts", "adapters", "registry_store", "router")


@cache
def files() -> tuple[Path, ...]:
    """What belongs to the project: known to git, or, where there is no git, all but what the hub makes."""
    listed = subprocess.run(
        ("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:
        return tuple(sorted(f for f in ROOT.rglob("*") if f.is_file() and not _made(f)))
    return tuple(f for name in listed.stdout.split("\0") if name and (f := ROOT / name).is_file())


def below(*folders: str, suffix: str = ".py") -> list[Path]:
    return [f for f in files() if f.suffix == suffix and name_of(f).split("/")[0] in folders]


def name_of(file: Path) -> str:
    return str(file.relative_to(ROOT))


def _made(file: Path) -> bool:
    return any(
        part in (".git", ".hub", "__pycache__") or part.endswith("_cache") for part in file.parts
    )
