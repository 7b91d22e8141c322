"""category.publish, .deprecate, .retire: from when a version is in force, and until when."""

from datetime import datetime, timedelta

from contracts.category_commands import CategoryDeprecate, CategoryPublish, CategoryRetire
from contracts.changes import Key, Record
from contracts.reasons import Reason, Rule
from contracts.receipts import timestamp
from registry_store.rules.category_checks import comparison_with, ordinal_reasons, step_reasons
from registry_store.rules.category_review import breaking_reasons, compared
from registry_store.rules.category_versions import (
    addressed,
    category_of,
    changed,
    moment_of,
    needs_name,
    newest,
    without,
)
from registry_store.rules.decision import Accepted, Context, Decision, Needs, Rejected
from registry_store.rules.state import State

#: How far a steward's clock may be behind ours.
CLOCK_TOLERANCE = timedelta(minutes=5)
#: "At once" is so long after the decision: every process of the hub has looked for new versions by then.
LEAD = timedelta(seconds=2)
#: Held by all published versions: whoever publishes has seen all others, and their ordinals.
_PUBLICATION = Key("category_publication", "all", "weak")


def needs_publish(command: CategoryPublish, _context: Context, needed: Needs) -> None:
    needs_name(command.category, needed)
    needed.keys_look.add((_PUBLICATION.scheme, _PUBLICATION.value))


def decide_publish(command: CategoryPublish, state: State, context: Context) -> Decision:
    record = addressed(command, "category.publish", state, context, "approved")
    if not isinstance(record, Record):
        return Rejected(record)
    category = category_of(record, context)
    comparison = comparison_with(newest(command.category, state, context), category)
    others = [
        *context.setting.catalogue,
        *(category_of(other, context) for other in state.holders(_PUBLICATION)),
    ]
    effective_from = command.effective_from or context.now
    reasons = (
        *_past(effective_from, "/effective_from", context),
        *step_reasons(command.category_version, comparison),
        *breaking_reasons(dict(record.content), comparison, context),
        *ordinal_reasons(category, others),
    )
    if reasons:
        return Rejected(reasons)
    content = {
        **without(record.content, "comparison"),
        "status": "published",
        "published_at": timestamp(context.now),
        "effective_from": timestamp(max(effective_from, context.now + LEAD)),
        **compared(comparison),
    }
    change = changed(record, "published", content, state, context)
    return Accepted((change._replace(keys_added=((_PUBLICATION, state.next_rank(_PUBLICATION)),)),))


def decide_deprecate(command: CategoryDeprecate, state: State, context: Context) -> Decision:
    record = addressed(command, "category.deprecate", state, context, "published", "deprecated")
    if not isinstance(record, Record):
        return Rejected(record)
    reasons = _past(command.sunset, "/sunset", context)
    effective_from = moment_of(record.content, "effective_from")
    if command.sunset <= effective_from:
        text = f"it is in force from {timestamp(effective_from)}, the sunset comes after that"
        reasons = (*reasons, Reason(Rule.CAT_13, text, "/sunset"))
    if reasons:
        return Rejected(reasons)
    content = {
        "deprecated_at": timestamp(context.now),
        **record.content,
        "status": "deprecated",
        "sunset": timestamp(max(command.sunset, context.now + LEAD)),
    }
    return Accepted((changed(record, "deprecated", content, state, context),))


def decide_retire(command: CategoryRetire, state: State, context: Context) -> Decision:
    record = addressed(command, "category.retire", state, context, "deprecated")
    if not isinstance(record, Record):
        return Rejected(record)
    sunset = moment_of(record.content, "sunset")
    if sunset > context.now:
        text = f"its sunset is at {timestamp(sunset)}; it is retired after that"
        return Rejected((Reason(Rule.CAT_13, text),))
    content = {**record.content, "status": "retired", "retired_at": timestamp(context.now)}
    return Accepted((changed(record, "retired", content, state, context),))


def _past(moment: datetime, path: str, context: Context) -> tuple[Reason, ...]:
    if moment >= context.now - CLOCK_TOLERANCE:
        return ()
    text = f"{timestamp(moment)} has passed: what was decided since then would be decided otherwise"
    return (Reason(Rule.CAT_13, text, path),)
