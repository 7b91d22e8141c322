"""Running PostgreSQL where the hub runs as root, which PostgreSQL refuses.

Preferred is a user namespace in which root's own files belong to "nobody": no account is added, no
owner or mode changed, and it works below a folder that only root may enter. Where the kernel or a
container's rules forbid that, the programs run as the real "nobody", whose folders must be traversable.
"""

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

NOBODY = 65534


class NoUnprivilegedUser(RuntimeError):
    """Root, and neither a user namespace nor `setpriv` to stop being root."""


@dataclass(frozen=True, slots=True)
class Unprivileged:
    """What to put before a command, and who must own the folders that it writes (None: as they are)."""

    prefix: tuple[str, ...]
    owner: tuple[int, int] | None = None

    def command(self, *arguments: str | Path) -> list[str]:
        return [*self.prefix, *map(str, arguments)]

    def own(self, *paths: Path) -> None:
        """Gives the paths to the user that the commands run as."""
        if self.owner:
            for path in paths:
                os.chown(path, *self.owner)


def unprivileged() -> Unprivileged:
    """How to run a program that refuses root, as whoever we are now."""
    if os.geteuid() != 0:
        return Unprivileged(prefix=())
    namespace = ("unshare", "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}")
    if _works(*namespace):
        return Unprivileged(prefix=namespace)
    nobody = pwd.getpwnam("nobody")
    other_user = (
        "setpriv",
        f"--reuid={nobody.pw_uid}",
        f"--regid={nobody.pw_gid}",
        "--clear-groups",
    )
    if _works(*other_user):
        return Unprivileged(prefix=other_user, owner=(nobody.pw_uid, nobody.pw_gid))
    raise NoUnprivilegedUser(
        "PostgreSQL does not run as root, and neither `unshare --user` nor `setpriv` (util-linux) works "
        "here. Run the hub as an ordinary user, or give a database with HUB_DATABASE_URL."
    )


def _works(*prefix: str) -> bool:
    if shutil.which(prefix[0]) is None:
        return False
    return subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode == 0
