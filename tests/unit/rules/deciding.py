"""The rules of market units without a database: a state of assets, and commands decided one after the other."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from contracts.changes import Record, RecordChange
from contracts.commands import parse_command
from contracts.reasons import Reason
from contracts.receipts import timestamp
from contracts.visibility import Principal
from registry_store.rules.decision import Accepted, Context, Decision, Rejected
from registry_store.rules.market_unit_follow_up import follow_up, units_concerned
from registry_store.rules.state import State
from router.routes import ROUTES
from tests.support.registry import HUB_KEY, LANGUAGE, mpan

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
FSP, OTHER = "O-0000-0000-0000-A", "O-0000-0000-0000-B"
AN_FSP = Principal(FSP, frozenset({"fsp"}))


def day(number: int) -> str:
    """A time in 2026, by the number of the day."""
    return timestamp(datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=number))


def asset(id: str, *, fsp: str = FSP, point: int = 1, **members: Any) -> Record:
    """A heat pump of 3.5 kW in London, recorded since 2020."""
    content = {
        "status": "verified",
        "category": "heat_pump",
        "category_version": "1.0",
        "fsp": fsp,
        "registered_by": fsp,
        "accounting_point": {"scheme": "mpan", "id": mpan(point)},
        "network": {"area": "LPN", "gsp_group": "_C"},
        "attributes": {"connection_status": "connected", "import_capacity_kw": 3.5},
    } | members
    begins = datetime(2020, 1, 1, tzinfo=UTC)
    return Record("asset", id, 1, content, begins, slices=((begins, 1, content),))


@dataclass
class Deciding:
    """A registry of these assets; `principal` is who asks."""

    assets: Iterable[Record]
    principal: Principal = AN_FSP
    state: State = field(default_factory=State)
    versions: dict[str, list[RecordChange]] = field(default_factory=dict)
    _count: int = 0

    def __post_init__(self) -> None:
        for record in self.assets:
            self.state.records[record.id] = record
        content = {"status": "active", "roles": ["fsp"], "legal_name": "Example"}
        for id in (FSP, OTHER):
            self.state.records[id] = Record("organisation", id, 1, content, NOW)

    def decide(self, command: str, **payload: Any) -> Decision:
        """The decision; what was accepted is in the state afterwards."""
        self._count += 1
        setting = LANGUAGE.setting(NOW, HUB_KEY)
        context = Context(setting, "acme", f"m-{self._count}", "", principal=self.principal)
        parsed = parse_command(command, payload)
        assert not isinstance(parsed, tuple) or not isinstance(parsed[0], Reason), parsed
        route = ROUTES[command]
        decision = route.decide(route.prepare(parsed, context), self.state, context)
        if isinstance(decision, Accepted):
            self._apply(decision.changes, context)
        return decision

    def _apply(self, changes: Iterable[RecordChange], context: Context) -> None:
        """As the pipeline applies a message of one item, with what follows from it."""
        catalogue, concerned = context.setting.catalogue, {}
        for change in changes:
            before = self.state.records.get(change.id)
            was = None if before is None else before.content
            self._take(change)
            concerned |= dict(units_concerned(change, was, self.state, NOW, catalogue))
        for unit, since in concerned.items():
            record = self.state.records[unit]
            if (change := follow_up(record, since, self.state, NOW, catalogue)) is not None:
                self._take(change)

    def _take(self, change: RecordChange) -> None:
        self.state.apply(change)
        self.versions.setdefault(change.id, []).append(change)


def rejected(decision: Decision) -> list[tuple[str, str]]:
    """(rule, path) of every reason."""
    assert isinstance(decision, Rejected), decision
    return [(reason.rule.key, reason.path) for reason in decision.reasons]


def accepted(decision: Decision) -> RecordChange:
    """The first change."""
    assert isinstance(decision, Accepted), decision
    return decision.changes[0]
