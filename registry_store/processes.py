"""Live processes of the hub, and how they share work without talking to each other.

Each process keeps one row alive. Whoever shares work (workers their lanes, relays their
subscriptions) reads the rows of its role and computes the same distribution as all the others.
Two that read at different moments may disagree for a beat or two: the share says who should work,
never who alone may. What must have one worker needs a fence of its own (single active consumer,
row lock).
"""

import hashlib
import os
import socket
import uuid
from collections.abc import Iterable
from datetime import timedelta
from types import EllipsisType

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from registry_store.database import Database
from registry_store.tables import process

#: How often a process says that it lives, and after which silence it is taken for dead. Several beats
#: fit in, so that one slow transaction moves no lane. The database's clock judges, not the processes'.
BEAT_SECONDS = 1.0
LIVE_SECONDS = 5.0
#: Rows of the dead are kept for a while for whoever looks into what happened.
_FORGET_SECONDS = 3_600.0


class Heartbeat:
    """The row of this process. `role`: work | serve | relay | clock; `id` names host and pid."""

    def __init__(self, database: Database, role: str) -> None:
        self._engine = database.engine
        self.role = role
        self.id = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"

    def beat(self, problem: "EllipsisType | str | None" = ...) -> None:
        """Say that this process lives; forgets those that died long ago.

        `problem`: what keeps it from its work, None for nothing; left as it stands unless given.
        """
        said = {} if isinstance(problem, EllipsisType) else {"problem": problem}
        row = insert(process).values(id=self.id, role=self.role, heartbeat_at=func.now(), **said)
        long_dead = process.c.heartbeat_at < func.now() - timedelta(seconds=_FORGET_SECONDS)
        with self._engine.begin() as connection:
            connection.execute(
                row.on_conflict_do_update(
                    index_elements=["id"], set_={"heartbeat_at": func.now(), **said}
                )
            )
            connection.execute(delete(process).where(long_dead))

    def stop(self) -> None:
        """Take the row away, so that others take over at once instead of after the silence."""
        with self._engine.begin() as connection:
            connection.execute(delete(process).where(process.c.id == self.id))


def live(database: Database, role: str) -> tuple[str, ...]:
    """The ids of the processes of this role that live, in a fixed order."""
    alive = process.c.heartbeat_at > func.now() - timedelta(seconds=LIVE_SECONDS)
    with database.engine.connect() as connection:
        rows = connection.execute(
            select(process.c.id).where(process.c.role == role, alive).order_by(process.c.id)
        )
        return tuple(rows.scalars())


def ready(database: Database) -> dict[str, int]:
    """Role -> how many of its processes live and say that nothing keeps them from their work."""
    able = (process.c.heartbeat_at > func.now() - timedelta(seconds=LIVE_SECONDS)) & (
        process.c.problem.is_(None)
    )
    with database.engine.connect() as connection:
        rows = connection.execute(
            select(process.c.role, func.count()).where(able).group_by(process.c.role)
        )
        return {row[0]: row[1] for row in rows}


def share(keys: Iterable[str], members: Iterable[str], me: str) -> frozenset[str]:
    """My part of `keys` when `members` (and I) share them: rendezvous hashing with bounded load.

    Plain rendezvous hashing leaves few keys unevenly spread (of 4 lanes, two workers often get 4 and
    0). Here nobody takes more than an equal part, rounded up; a key whose best member is full goes to
    the best that is not. Every member computes the same answer from the same members.
    """
    wanted = sorted(set(keys))
    everyone = sorted({*members, me})
    room = dict.fromkeys(everyone, -(-len(wanted) // len(everyone)))
    owner: dict[str, str] = {}
    ranked = sorted(
        ((_weight(key, member), key, member) for key in wanted for member in everyone), reverse=True
    )
    for _, key, member in ranked:
        if key not in owner and room[member]:
            owner[key] = member
            room[member] -= 1
    return frozenset(key for key, member in owner.items() if member == me)


def _weight(key: str, member: str) -> bytes:
    return hashlib.blake2b(f"{member}\0{key}".encode(), digest_size=8).digest()
