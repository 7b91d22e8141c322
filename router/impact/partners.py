"""Who sent a category lately, and what of it a version that is not published yet would have refused.

Archived messages are read again by the pipeline's own reading. Counted is what the version in force accepts (the
one of that time, or the one that the item names) and the new one refuses.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import orjson
import psycopg

from contracts.categories import Catalogue, Category
from contracts.commands import AssetStatement
from contracts.messages import Envelope
from contracts.reasons import Reason, has_errors
from registry_store.conformance import Conformance
from registry_store.database import Database
from registry_store.replay.chunks import Chunk, Crew, chunks, join_moment, one_moment, over
from router.bootstrap import Language, language
from router.pipeline.reading import Reading, read

#: Messages done, and how many there are.
Progress = Callable[[int, int], None]
_MOST_REASONS = 5
_BETWEEN = "FROM message WHERE received_at >= %s AND run = 0 AND body IS NOT NULL"
_ROWS = f"SELECT count(*), min(row), max(row) {_BETWEEN}"
#: JSON names its category in clear text; the other formats are read whatever is in them.
_MESSAGES = (
    "SELECT m.sender, m.message_id, m.media_type, m.received_at, m.door, m.receipt, b.body FROM message m "
    "JOIN message_body b ON b.row = m.body WHERE m.received_at >= %s AND m.run = 0 AND m.row >= %s AND m.row < %s "
    "AND (m.media_type NOT LIKE '%%json%%' OR position(convert_to(%s, 'UTF8') in b.body) > 0)"
)
_COUNTED = "SELECT count(*) FROM message WHERE received_at >= %s AND run = 0 AND body IS NOT NULL AND row >= %s AND row < %s"


@dataclass
class PartnerImpact:
    """One partner. `items`: statements of the category; `refused`: those that would be; `pinned`: those that name
    their version, and are checked by that one until its sunset. `reasons`: the first ones, with their places.
    """

    partner: str
    messages: int = 0
    items: int = 0
    pinned: int = 0
    refused: int = 0
    reasons: list[dict[str, str]] = field(default_factory=list)

    def add(self, other: "PartnerImpact") -> None:
        self.messages += other.messages
        self.items += other.items
        self.pinned += other.pinned
        self.refused += other.refused
        known = {(each["rule"], each["path"]) for each in self.reasons}
        new = [each for each in other.reasons if (each["rule"], each["path"]) not in known]
        self.reasons = [*self.reasons, *new][:_MOST_REASONS]

    def as_json(self) -> dict[str, Any]:
        return {
            "partner": self.partner,
            "messages": self.messages,
            "items": self.items,
            "pinned": self.pinned,
            "refused": self.refused,
            "reasons": self.reasons,
        }


@dataclass
class PartnersImpact:
    """`unread`: messages that could not be read again, or not then either."""

    messages: int = 0
    unread: int = 0
    partners: dict[str, PartnerImpact] = field(default_factory=dict)

    def add(self, other: "PartnersImpact") -> None:
        self.messages += other.messages
        self.unread += other.unread
        for name, impact in other.partners.items():
            self.of(name).add(impact)

    def of(self, name: str) -> PartnerImpact:
        return self.partners.setdefault(name, PartnerImpact(name))

    def as_json(self) -> dict[str, Any]:
        worst_first = sorted(self.partners.values(), key=lambda each: (-each.refused, each.partner))
        return {
            "messages": self.messages,
            "unread": self.unread,
            "partners": [impact.as_json() for impact in worst_first],
        }


def replay_partners(
    url: str,
    category: Category,
    *,
    since: datetime,
    workers: int,
    progress: Progress = lambda _done, _all: None,
) -> PartnersImpact:
    """`url`: of the runtime role. Messages that were received from `since` on."""
    database = Database(url, pool_size=1)
    impact = PartnersImpact()
    try:
        with one_moment(database) as (connection, snapshot):
            row = connection.execute(_ROWS, (since,)).fetchone()
            assert row is not None
            every, low, high = row
            parts = chunks(low, high)
            given = (url, snapshot, category, since)
            for part in over(parts, _CREW, given, workers=workers):
                impact.add(part)
                progress(impact.messages, every)
    finally:
        database.close()
    return impact


@dataclass(frozen=True)
class _Worker:
    """What a process keeps between chunks."""

    connection: psycopg.Connection
    category: Category
    since: datetime
    spoken: Language
    conformance: Conformance


_worker: list[_Worker] = []


def _prepare(url: str, snapshot: str, category: Category, since: datetime) -> None:
    spoken = language()
    connection = Database(url, pool_size=1).dedicated()
    join_moment(connection, snapshot)
    spoken.live.renew(connection)
    _worker.append(_Worker(connection, category, since, spoken, Conformance(Catalogue([category]))))


def _replay(chunk: Chunk) -> PartnersImpact:
    worker = _worker[-1]
    said = (worker.since, chunk.low, chunk.high)
    impact = PartnersImpact()
    row = worker.connection.execute(_COUNTED, said).fetchone()
    assert row is not None
    impact.messages = row[0]
    with worker.connection.cursor() as cursor:
        for found in cursor.stream(_MESSAGES, (*said, worker.category.name)):
            reading = read(_envelope(*found), worker.spoken.adapters, worker.spoken.limits)
            if not reading.is_readable:
                impact.unread += 1
                continue
            _judge(reading, worker, impact)
    return impact


def _envelope(
    sender: str,
    message_id: str,
    media_type: str,
    received_at: datetime,
    door: str,
    receipt: str,
    body: bytes,
) -> Envelope:
    """The message as it stood at its door, as far as the archive keeps it. What the transport alone said of a
    command (CloudEvents in binary mode) follows from the receipt.
    """
    answered = orjson.loads(receipt)
    commands = [item["command"] for item in answered["items"] if item["command"]]
    return Envelope(
        message_id=message_id,
        sender=sender,
        media_type=media_type,
        body=bytes(body),
        received_at=received_at,
        on_behalf_of=answered.get("on_behalf_of"),
        event_type=f"fmar.{commands[0]}.v1" if commands else None,
        statement_date=_statement_date(message_id) or received_at.date(),
        door=door,
    )


def _statement_date(message_id: str) -> date | None:
    """The date that a file speaks of: part of its id."""
    if not message_id.startswith("sha256:"):
        return None
    try:
        return date.fromisoformat(message_id.rpartition(":")[2])
    except ValueError:
        return None


def _judge(reading: Reading, worker: _Worker, impact: PartnersImpact) -> None:
    name, seen = worker.category.name, False
    for item in reading.items:
        command = item.command
        if not isinstance(command, AssetStatement) or command.category != name:
            continue
        partner = impact.of(reading.envelope.sender)
        partner.messages += not seen
        seen = True
        partner.items += 1
        if command.category_version is not None:
            partner.pinned += 1
            continue
        in_force = worker.spoken.catalogue.effective(name, reading.envelope.received_at)
        if in_force is not None and has_errors(
            worker.spoken.conformance.conform(in_force, command.attributes)[1]
        ):
            continue
        _, reasons = worker.conformance.conform(worker.category, command.attributes)
        if has_errors(reasons):
            partner.refused += 1
            one = PartnerImpact(
                partner.partner, reasons=list(_told(reasons, reading, item.item.place))
            )
            partner.add(one)


def _told(reasons: tuple[Reason, ...], reading: Reading, place: str) -> Iterator[dict[str, str]]:
    for reason in reasons:
        if reason.is_error:
            yield {
                "rule": reason.rule.key,
                "path": reason.path,
                "text": reason.text,
                "message_id": reading.message_id,
                "place": place,
            }


def _release() -> None:
    _worker.pop().connection.close()


_CREW: Crew[PartnersImpact] = Crew(_prepare, _replay, _release)
