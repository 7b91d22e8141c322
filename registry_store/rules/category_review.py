"""category.submit, .approve, .return, .waive: a version on its way from draft to publication."""

from dataclasses import replace
from typing import Any

from contracts.category_commands import (
    CategoryApprove,
    CategoryReturn,
    CategorySubmit,
    CategoryWaive,
)
from contracts.changes import Record
from contracts.reasons import Reason, Rule, Severity
from contracts.receipts import timestamp
from registry_store.category_comparison import Comparison
from registry_store.rules.category_checks import comparison_with, gate_reasons, step_reasons
from registry_store.rules.category_versions import (
    addressed,
    category_of,
    changed,
    in_document,
    moment_of,
    newest,
    without,
)
from registry_store.rules.decision import Accepted, Context, Decision, Rejected
from registry_store.rules.state import State


def decide_submit(command: CategorySubmit, state: State, context: Context) -> Decision:
    """From here on the document is frozen: so all that hangs on it alone is settled now."""
    record = addressed(command, "category.submit", state, context, "draft")
    if not isinstance(record, Record):
        return Rejected(record)
    category = category_of(record, context)
    comparison = comparison_with(newest(command.category, state, context), category)
    reasons = (
        *step_reasons(command.category_version, comparison),
        *in_document(gate_reasons(category, context)),
    )
    if any(reason.is_error for reason in reasons):
        return Rejected(reasons)
    content = {
        **without(record.content, "comparison"),
        "status": "in_review",
        "authors": sorted({*record.content["authors"], context.party}),
        "submitted_at": timestamp(context.now),
        **compared(comparison),
    }
    warnings = (*reasons, *_doubts(content, comparison, context))
    return Accepted((changed(record, "submitted", content, state, context),), warnings)


def compared(comparison: Comparison | None) -> dict[str, Any]:
    return {} if comparison is None else {"comparison": comparison.as_json()}


def breaking_reasons(
    content: dict[str, Any], comparison: Comparison | None, context: Context
) -> tuple[Reason, ...]:
    """CAT-08 for a version that breaks the one before, without a waiver for this very document."""
    if comparison is None or not comparison.is_breaking or _is_waived(content, context):
        return ()
    broken = "; ".join(comparison.breaks[:5])
    text = (
        f"it breaks {comparison.against}, and no live waiver of the facilitator names it: {broken}"
    )
    return (Reason(Rule.CAT_08, text, "/category_version"),)


def _is_waived(content: dict[str, Any], context: Context) -> bool:
    waiver = content.get("waiver")
    return (
        waiver is not None
        and waiver["hash"] == content["hash"]
        and moment_of(waiver, "expires") > context.now
    )


def _doubts(
    content: dict[str, Any], comparison: Comparison | None, context: Context
) -> tuple[Reason, ...]:
    """The same before it counts."""
    reasons = breaking_reasons(content, comparison, context)
    return tuple(replace(reason, severity=Severity.warning) for reason in reasons)


def decide_approve(command: CategoryApprove, state: State, context: Context) -> Decision:
    record = addressed(command, "category.approve", state, context, "in_review")
    if not isinstance(record, Record):
        return Rejected(record)
    if context.party in record.content["authors"]:
        text = f"{context.party} worked on {command.category} {command.category_version}: another approves it"
        return Rejected((Reason(Rule.CAT_06, text),))
    content = {
        **without(record.content, "comment"),
        "status": "approved",
        "approver": context.party,
        "approved_at": timestamp(context.now),
    }
    if command.comment is not None:
        content["comment"] = command.comment
    return Accepted((changed(record, "approved", content, state, context),))


def decide_return(command: CategoryReturn, state: State, context: Context) -> Decision:
    record = addressed(command, "category.return", state, context, "in_review", "approved")
    if not isinstance(record, Record):
        return Rejected(record)
    content = {
        **without(record.content, "approver", "submitted_at", "approved_at"),
        "status": "draft",
        "comment": command.comment,
    }
    return Accepted((changed(record, "returned", content, state, context),))


def decide_waive(command: CategoryWaive, state: State, context: Context) -> Decision:
    """A waiver is for the document that it was given for: another draft needs another waiver."""
    allowed = ("draft", "in_review", "approved")
    record = addressed(command, "category.waive", state, context, *allowed)
    if not isinstance(record, Record):
        return Rejected(record)
    if command.expires <= context.now:
        text = f"the waiver would have ended at {timestamp(command.expires)}"
        return Rejected((Reason(Rule.CAT_13, text, "/expires"),))
    waiver = {
        "name": command.waiver,
        "reason": command.reason,
        "expires": timestamp(command.expires),
        "granted_by": context.party,
        "granted_at": timestamp(context.now),
        "hash": record.content["hash"],
    }
    content = {**record.content, "waiver": waiver}
    return Accepted((changed(record, "waived", content, state, context),))
