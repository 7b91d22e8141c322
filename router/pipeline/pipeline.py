"""The pipeline as the doors see it: envelopes in, answers out, nothing half-done in between."""

import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TypeVar

import psycopg
import structlog
from psycopg.errors import UniqueViolation

from adapters import Adapter
from contracts.messages import Envelope, Limits
from contracts.reasons import Reason, Rule
from registry_store.database import Database
from registry_store.dead_letters import bury, transport_headers
from registry_store.faults import WORLD_MOVED, Transient, is_passing
from registry_store.live_catalogue import Renew, nothing_new
from registry_store.rules.decision import Setting
from registry_store.writing import RowBlocks
from router.answers import Answer
from router.pipeline.group import Group, refusal, run
from router.pipeline.reading import Reading, read

log = structlog.get_logger()

#: How often a group is decided anew because the world moved, before the hub pauses.
_ROUNDS = 12
#: The constraint on public ids. Where another one is violated the world moved, and derived ids stay as they are.
_ID_TAKEN = "record_id_once"
Done = TypeVar("Done")


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class _Failed:
    """A message that the hub itself failed on, and how."""

    envelope: Envelope
    error: Exception


class Pipeline:
    """Decides groups of messages, one transaction each. Not thread-safe: one caller at a time.

    `make_setting(now, round)` gives the rules' setting for one try. `renew` brings the catalogue up to date:
    before a group is read, and before it is decided anew. `step` is told after each of the
    three steps (loaded, decided, written).
    """

    def __init__(
        self,
        database: Database,
        *,
        adapters: tuple[Adapter, ...],
        make_setting: Callable[[datetime, int], Setting],
        limits: Limits,
        renew: Renew = nothing_new,
        clock: Callable[[], datetime] = _utc_now,
        step: Callable[[str], None] = lambda _step: None,
    ) -> None:
        self._database = database
        self._adapters = adapters
        self._make_setting = make_setting
        self._limits = limits
        self._renew = renew
        self._clock = clock
        self._step = step
        self._rows = RowBlocks()
        self._connection: psycopg.Connection | None = None

    def process(self, envelopes: Sequence[Envelope]) -> list[Answer]:
        """One answer per envelope, in order. Raises Transient where trying again later may help."""
        self.look_for_versions()
        readings = [self._read(envelope) for envelope in envelopes]
        decided = iter(
            self.decide([reading for reading in readings if isinstance(reading, Reading)])
        )
        return [
            next(decided) if isinstance(each, Reading) else self._bury(each) for each in readings
        ]

    def decide(self, readings: Sequence[Reading]) -> list[Answer]:
        """As `process`, of what is read already (the clock's commands)."""
        if not readings:
            return []
        try:
            return self.in_rounds(lambda connection, group: run(connection, readings, group))
        except Transient:
            raise
        except Exception as error:  # noqa: BLE001 - a fault is told apart from a bug, which is isolated
            self.raise_if_passing(error)
            if len(readings) > 1:
                middle = len(readings) // 2
                return [*self.decide(readings[:middle]), *self.decide(readings[middle:])]
            return [self._bury(_Failed(readings[0].envelope, error))]

    def close(self) -> None:
        self._drop_connection()

    def in_rounds(
        self, act: Callable[[psycopg.Connection, Group], Done], *, first: Setting | None = None
    ) -> Done:
        """What `act` gives for one transaction, begun anew for as long as the world moves under it. `first`: the
        setting of the first round, where something was worked out with it already.

        Raises Transient after many rounds, and whatever else `act` raises.
        """
        id_round = 0
        for round_number in range(_ROUNDS):
            if round_number:
                self._renew(self.connection())
            setting = first if first is not None and not round_number else self.setting(id_round)
            group = Group(setting, self._rows, self._step)
            try:
                return act(self.connection(), group)
            except WORLD_MOVED as error:
                log.info("pipeline.world_moved", round=round_number, sqlstate=error.sqlstate)
                id_round += _is_id_taken(error)
        raise Transient(f"the world moved {_ROUNDS} times under a group")

    def setting(self, id_round: int = 0) -> Setting:
        """Of a group that begins now."""
        return self._make_setting(self._clock(), id_round)

    def look_for_versions(self) -> object:
        """Before anything is read; another value whenever it would be read otherwise (`Renew`). Raises Transient
        where the registry is away.
        """
        try:
            return self._renew(self.connection())
        except Exception as error:
            self.raise_if_passing(error)
            raise

    def _read(self, envelope: Envelope) -> "Reading | _Failed":
        try:
            return read(envelope, self._adapters, self._limits)
        except Exception as error:  # noqa: BLE001 - a bug of an adapter: this message is dead, its neighbours go on
            return _Failed(envelope, error)

    def bury(self, envelope: Envelope, *, cause: str, detail: str) -> Answer:
        """Dead-letter the one message that the hub fails on, and answer it.

        Nothing is stored under its id: the sender may send it again, the operator redrive it.
        """
        try:
            row = bury(
                self.connection(),
                lane=f"{envelope.door}.{envelope.message_class}",
                sender=envelope.sender,
                message_id=envelope.message_id or None,
                media_type=envelope.media_type,
                body=envelope.body,
                cause=cause,
                detail=detail[-4_000:],
                headers=transport_headers(envelope),
            )
        except Exception as fault:
            self.raise_if_passing(fault)
            raise
        log.error(
            "pipeline.dead_letter",
            row=row,
            sender=envelope.sender,
            message_id=envelope.message_id,
            cause=cause,
        )
        reason = Reason(
            Rule.MSG_14, f"the hub failed on this message and keeps it as dead letter {row}"
        )
        reading = read(replace(envelope, reasons=(reason,)), self._adapters, self._limits)
        return refusal(reading, Group(self.setting(), self._rows), dead=True)

    def _bury(self, failed: "_Failed") -> Answer:
        trace = "".join(traceback.format_exception(failed.error))
        return self.bury(failed.envelope, cause=type(failed.error).__name__, detail=trace)

    def raise_if_passing(self, error: Exception) -> None:
        """Raises Transient for what may pass; returns for a bug."""
        if is_passing(error):
            self._drop_connection()
            raise Transient(str(error)) from error

    def connection(self) -> psycopg.Connection:
        """The one that it writes on: autocommit outside of a transaction."""
        if self._connection is None or self._connection.closed:
            self._connection = self._database.deciding()
            self._rows = RowBlocks()
        return self._connection

    def another_connection(self) -> psycopg.Connection:
        """To the same registry, for a thread beside the one that decides."""
        return self._database.dedicated()

    def _drop_connection(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _is_id_taken(error: psycopg.Error) -> bool:
    return isinstance(error, UniqueViolation) and error.diag.constraint_name == _ID_TAKEN
