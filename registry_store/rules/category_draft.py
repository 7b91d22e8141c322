"""category.draft: a new version of a category, or the new document of a draft."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from contracts.categories import Category, version_order
from contracts.category_commands import CategoryDraft
from contracts.changes import Record
from contracts.reasons import Reason, Rule, Severity
from contracts.receipts import timestamp
from registry_store.category_comparison import Comparison
from registry_store.category_reading import plain
from registry_store.rules.authority import role_reasons, version_reasons
from registry_store.rules.category_checks import (
    comparison_with,
    least_number,
    lint_reasons,
    step_reasons,
)
from registry_store.rules.category_versions import (
    changed,
    document_members,
    in_document,
    needs_name,
    newest,
    published,
    standing,
)
from registry_store.rules.decision import Accepted, Context, Decision, Needs, Rejected, Unchanged
from registry_store.rules.state import State

_FROZEN = ("in_review", "approved")


class Drafted(NamedTuple):
    """A draft, read as far as it goes without the registry.

    `category` is None, and `reasons` say why, where the document is none. `is_numbered`: by the steward.
    """

    command: CategoryDraft
    document: Mapping[str, Any]
    is_numbered: bool
    category: Category | None
    reasons: tuple[Reason, ...]


def state_draft(command: CategoryDraft, context: Context) -> Drafted:
    """Reads the document, and proves what it breaks before anything is locked: that may take a second."""
    document, reasons = plain(command.document, "/document")
    is_numbered = "version" in document
    if reasons:
        return Drafted(command, document, is_numbered, None, reasons)
    versions = context.setting.catalogue.versions(str(document.get("category")))
    number = f"{versions[0].version.partition('.')[0]}.9999" if versions else "1.0"
    read = _read(document, document.get("version", number), context)
    if not isinstance(read, Category):
        return Drafted(command, document, is_numbered, None, read)
    comparison_with(versions[0] if versions else None, read)
    return Drafted(command, document, is_numbered, read, ())


def _read(
    document: Mapping[str, Any], number: Any, context: Context
) -> Category | tuple[Reason, ...]:
    address = f"urn:fmar:category:{document.get('category')}:{str(number).replace('.', ':')}"
    read = context.setting.categories.read({"$id": address, **document, "version": number})
    if isinstance(read, Category):
        return read
    return tuple(in_document(read))


def needs_draft(drafted: Drafted, _context: Context, needed: Needs) -> None:
    if drafted.category is not None:
        needs_name(drafted.category.name, needed)


def decide_draft(drafted: Drafted, state: State, context: Context) -> Decision:
    if refused := role_reasons("category.draft", context.principal):
        return Rejected(refused)
    if drafted.category is None:
        return Rejected(drafted.reasons)
    before = newest(drafted.category.name, state, context)
    comparison = comparison_with(before, drafted.category)
    category = _numbered(drafted, comparison, context)
    if not isinstance(category, Category):
        return Rejected(category)
    record = standing(category.name, state).get(category.version)
    linted = _linted(drafted, category, context)
    if reasons := (
        *_reasons(drafted, category, record, before, state, context),
        *(reason for reason in linted if reason.rule is Rule.CAT_12 and reason.is_error),
    ):
        return Rejected(reasons)
    content = document_members(category) | {
        "status": "draft",
        "authors": sorted({*(record.content["authors"] if record else ()), context.party}),
        "drafted_at": timestamp(context.now),
    }
    if comparison is not None:
        content["comparison"] = comparison.as_json()
    doubts = tuple(
        replace(reason, severity=Severity.warning)
        for reason in (
            *_number_given(drafted, category),
            *step_reasons(category.version, comparison),
            *linted,
        )
    )
    if record is not None and record.content["hash"] == content["hash"]:
        return Unchanged(record, doubts)
    return Accepted((changed(record, "drafted", content, state, context),), doubts)


def _numbered(
    drafted: Drafted, comparison: Comparison | None, context: Context
) -> Category | tuple[Reason, ...]:
    """The category under the steward's number, or under the least that it may have."""
    if drafted.is_numbered and drafted.category is not None:
        return drafted.category
    return _read(drafted.document, least_number(comparison), context)


def _number_given(drafted: Drafted, category: Category) -> Iterable[Reason]:
    if not drafted.is_numbered:
        text = f"the hub numbers this draft {category.version}"
        yield Reason(Rule.CAT_07, text, "/document/version")


def _linted(drafted: Drafted, category: Category, context: Context) -> tuple[Reason, ...]:
    """What lint says of the document as the steward wrote it."""
    written = {**drafted.document, "$id": category.document["$id"], "version": category.version}
    return tuple(in_document(lint_reasons(written, context.setting.catalogue, context)))


def _reasons(
    drafted: Drafted,
    category: Category,
    record: Record | None,
    before: Category | None,
    state: State,
    context: Context,
) -> Iterable[Reason]:
    number, path = category.version, "/document/version"
    if number in published(category.name, state, context):
        text = f"{category.name} {number} is published: write a new version"
        yield Reason(Rule.CAT_02, text, path)
        return
    if record is not None and record.status in _FROZEN:
        text = f"{category.name} {number} is {record.status}: have it returned, or write another version"
        yield Reason(Rule.CAT_03, text, path)
    if record is not None:
        yield from version_reasons(record, drafted.command.expected_version)
    if before is not None and version_order(number) < version_order(before.version):
        text = f"{category.name} {before.version} is published, {number} would come before it"
        yield Reason(Rule.CAT_07, text, path)
