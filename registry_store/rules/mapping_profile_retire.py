"""mapping_profile.retire: a version that no later file is read with."""

from contracts.mapping_commands import MappingProfileRetire
from contracts.reasons import Reason, Rule
from contracts.receipts import timestamp
from registry_store.rules.authority import version_reasons
from registry_store.rules.decision import Accepted, Context, Decision, Needs, Rejected
from registry_store.rules.mapping_profile_versions import (
    PUBLISHED,
    RETIRED,
    name_key,
    retired,
    standing,
)
from registry_store.rules.state import State


def needs_retire(command: MappingProfileRetire, context: Context, needed: Needs) -> None:
    key = name_key(context.party, command.profile)
    needed.keys_change.add((key.scheme, key.value))


def decide_retire(command: MappingProfileRetire, state: State, context: Context) -> Decision:
    record = standing(command.profile, state, context).get(command.profile_version)
    if record is None:
        text = f"the sender has no profile {command.profile} {command.profile_version}"
        return Rejected((Reason(Rule.MAP_04, text, "/profile_version"),))
    reasons = version_reasons(record, command.expected_version)
    if record.status != PUBLISHED:
        text = f"{command.profile} {command.profile_version} is {record.status} already"
        reasons = (*reasons, Reason(Rule.MAP_04, text, "/profile_version"))
    if reasons:
        return Rejected(reasons)
    content = {**record.content, "status": RETIRED, "retired_at": timestamp(context.now)}
    return Accepted((retired(record, content, context),))
