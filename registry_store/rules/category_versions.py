"""What every decision on a category version shares: how it is found, what stands beside it, how it changes.

All versions of a name are held while one of them is decided, so that numbers follow each other. A version
that the hub was delivered with gets its record with its first change.

Source: USECASES.md UC-05.07.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from contracts.categories import Category, version_order
from contracts.category_commands import CategoryVersionCommand
from contracts.changes import Key, Record, RecordChange
from contracts.reasons import Reason, Rule
from contracts.receipts import timestamp
from registry_store.category_identity import contract_hash, frozen, identity_hash
from registry_store.rules.audience import PUBLIC_STATES, audience_of
from registry_store.rules.authority import role_reasons, version_reasons
from registry_store.rules.decision import Context, Needs
from registry_store.rules.state import State

KIND = "category_version"


def name_key(name: str) -> Key:
    """All versions of a name have it: whoever adds one has seen, and holds, the others."""
    return Key("category", name, "weak")


def number_key(name: str, number: str) -> Key:
    return Key(KIND, f"{name} {number}", "strong")


def needs(command: CategoryVersionCommand, _context: Context, needed: Needs) -> None:
    needs_name(command.category, needed)


def needs_name(name: str, needed: Needs) -> None:
    key = name_key(name)
    needed.keys_change.add((key.scheme, key.value))


def standing(name: str, state: State) -> dict[str, Record]:
    """The records of a name by number: drafts and all."""
    return {record.content["category_version"]: record for record in state.holders(name_key(name))}


def published(name: str, state: State, context: Context) -> dict[str, Category]:
    """The published versions of a name, the newest first: delivered with the hub, or by a steward."""
    found = {category.version: category for category in context.setting.catalogue.versions(name)}
    for number, record in standing(name, state).items():
        if number not in found and record.status in PUBLIC_STATES:
            found[number] = category_of(record, context)
    return dict(sorted(found.items(), key=lambda item: version_order(item[0]), reverse=True))


def newest(name: str, state: State, context: Context) -> Category | None:
    """What a new version is compared with: the published one with the highest number."""
    return next(iter(published(name, state, context).values()), None)


def category_of(record: Record, context: Context) -> Category:
    """The category that a record describes. Its document was read before: it can be read again."""
    category = context.setting.categories.read(record.content["document"])
    assert isinstance(category, Category), category
    return category


def addressed(
    command: CategoryVersionCommand, name: str, state: State, context: Context, *allowed: str
) -> Record | tuple[Reason, ...]:
    """The record, if the sender may ask for this and it is in one of the states from which it may.

    Reasons: AUTH-02, CAT-04, CAT-05, REC-01. `name` is the command's.
    """
    if refused := role_reasons(name, context.principal):
        return refused
    record = standing(command.category, state).get(command.category_version)
    if record is None:
        record = _delivered(command, context)
    if record is None:
        text = f"there is no version {command.category_version} of a category {command.category}"
        return (Reason(Rule.CAT_04, text, "/category_version"),)
    reasons = version_reasons(record, command.expected_version)
    if record.status not in allowed:
        text = f"{command.category} {command.category_version} is {record.status}; {name} is for what is {' or '.join(allowed)}"
        reasons = (*reasons, Reason(Rule.CAT_05, text, "/category_version"))
    return reasons or record


def _delivered(command: CategoryVersionCommand, context: Context) -> Record | None:
    """A version that the hub was delivered with, as the record that it does not have yet: version 0."""
    category = context.setting.catalogue.get(command.category, command.category_version)
    if category is None:
        return None
    content = document_members(category) | {
        "status": "published" if category.retired_from is None else "retired",
        "effective_from": timestamp(category.effective_from),
    }
    return Record(KIND, "", 0, content, category.effective_from)


def document_members(category: Category) -> dict[str, Any]:
    """The members of a record that follow from the document."""
    document = frozen(category.document)
    return {
        "category": category.name,
        "category_version": category.version,
        "title": category.title,
        "document": document,
        "hash": identity_hash(document),
        "contract_hash": contract_hash(document),
    }


def changed(
    record: Record | None, event: str, content: Mapping[str, Any], state: State, context: Context
) -> RecordChange:
    """The change to `content`, of a record that is there, of one that is new, or of one with version 0."""
    name, number = content["category"], content["category_version"]
    is_new = record is None or record.version == 0
    id = context.new_id(KIND) if record is None or is_new else record.id
    keys = (name_key(name), number_key(name, number)) if is_new else ()
    return RecordChange(
        kind=KIND,
        id=id,
        event=f"{KIND}.{event}",
        expected=0 if record is None else record.version,
        content=content,
        valid_from=context.now if record is None else max(context.now, record.valid_from),
        row=None if record is None else record.row,
        audience_before=None if record is None or is_new else audience_of(KIND, id, record.content),
        audience_after=audience_of(KIND, id, content),
        keys_added=tuple((key, state.next_rank(key)) for key in keys),
    )


def in_document(reasons: Iterable[Reason]) -> Iterator[Reason]:
    """Reasons of a document as those of the command, or record, that holds it."""
    return (replace(reason, path=f"/document{reason.path}") for reason in reasons)


def without(content: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in content.items() if name not in names}


def moment_of(content: Mapping[str, Any], name: str) -> datetime:
    return datetime.fromisoformat(content[name])
