"""asset.deregister: final; the id is never used again, the keys are free for a new registration.

Source: USECASES.md UC-02.02.
"""

from contracts.changes import Key, RecordChange
from contracts.commands import AssetDeregister
from contracts.reasons import Reason, Rule
from registry_store.rules.asset_update import address
from registry_store.rules.asset_versions import holds_from
from registry_store.rules.audience import audience_of
from registry_store.rules.authority import (
    access_reasons,
    may_end_asset,
    role_reasons,
    version_reasons,
)
from registry_store.rules.decision import Accepted, Context, Decision, Needs, Rejected
from registry_store.rules.market_unit_members import member_reasons
from registry_store.rules.state import State


def needs(command: AssetDeregister, context: Context, needed: Needs) -> None:
    address(command.asset, context, needed)


def decide(command: AssetDeregister, state: State, context: Context) -> Decision:
    record = state.addressed("asset", command.asset, context.party)
    own = record is not None and may_end_asset(record, context)
    reasons = (
        *role_reasons("asset.deregister", context.principal),
        *access_reasons(record, "/asset", own, context),
    )
    if record is None or reasons:
        return Rejected(reasons)
    reasons = version_reasons(record, command.expected_version)
    valid_from = holds_from(record, command.valid_from, context)
    if valid_from < record.valid_from:
        text = f"what is recorded of {record.id} holds from later on: an end before that is a correction"
        reasons = (*reasons, Reason(Rule.REC_06, text, "/valid_from"))
    reasons = (
        *reasons,
        *member_reasons(record, Rule.ASSET_05, "/asset", valid_from, state, context),
    )
    if reasons:
        return Rejected(reasons)
    content = {**record.content, "status": "deregistered"}
    change = RecordChange(
        kind="asset",
        id=record.id,
        event="asset.deregistered",
        expected=record.version,
        content=content,
        valid_from=valid_from,
        row=record.row,
        audience_before=audience_of("asset", record.id, record.content),
        audience_after=audience_of("asset", record.id, content),
        keys_removed=tuple(Key(**key) for key in record.content.get("keys", ())),
    )
    return Accepted((change,))
