"""Category documents that come by message, or stand in the registry: read, or refused with every reason.

The same profile and checks as for the documents that the hub is delivered with; nothing is fetched.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema_rs
import orjson

from contracts.canonical import canonical_json, plain_number
from contracts.categories import Category
from contracts.reasons import Reason, Rule, escape_pointer
from registry_store.category_documents import META, read_category
from registry_store.category_identity import frozen
from registry_store.category_lint.finding import Finding
from registry_store.category_lint.linting import lint
from registry_store.category_lint.surroundings import Surroundings
from registry_store.category_profile import Profile

MOST_BYTES = 256 * 1024
_MOST_DIGITS, _MOST_FRACTION_DIGITS = 12, 6
#: Stands where a document says from when it may be used, until publication does.
_NOT_YET = datetime(9999, 1, 1, tzinfo=UTC)
_EXAMPLE_DATE = "9999-01-01T00:00:00Z"
_NUMBER = re.compile(r"[1-9][0-9]{0,3}\.(0|[1-9][0-9]{0,3})")
_MOST_KEPT = 64


def category_reader(
    folder: Path,
    *,
    reserved: Iterable[str] = (),
    derive: Callable[[Category], tuple[Reason, ...]] = lambda _category: (),
) -> "CategoryReader":
    """A reader by the profile and the shared definitions of `folder` (the hub's `schemas/json`)."""
    common = [
        orjson.loads(file.read_bytes()) for file in sorted((folder / "common").glob("*.json"))
    ]
    meta = orjson.loads((folder / META).read_bytes())
    by_id = {each["$id"]: each for each in common}
    return CategoryReader(meta, Profile(meta), by_id, frozenset(reserved), derive)


def plain(value: Any, path: str = "") -> tuple[Any, tuple[Reason, ...]]:
    """A document as a message brought it, with numbers as JSON writes them shortest.

    Reasons (CAT-09): a number that has no canonical form, a member name that is not ASCII.
    """
    reasons: list[Reason] = []
    return _plain(value, path, reasons), tuple(reasons)


def _plain(value: Any, path: str, reasons: list[Reason]) -> Any:
    if isinstance(value, Mapping):
        for name in value:
            if not name.isascii():
                text = f"member names are ASCII, {name[:40]!r} is not"
                reasons.append(Reason(Rule.CAT_09, text, path))
        return {
            name: _plain(part, f"{path}/{escape_pointer(name)}", reasons)
            for name, part in value.items()
        }
    if isinstance(value, list | tuple):
        return [_plain(part, f"{path}/{place}", reasons) for place, part in enumerate(value)]
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return value
    return _number(Decimal(str(value)), path, reasons)


def _number(number: Decimal, path: str, reasons: list[Reason]) -> int | float:
    if number.adjusted() >= _MOST_DIGITS or number != round(number, _MOST_FRACTION_DIGITS):
        text = f"a number has at most {_MOST_DIGITS} digits before and {_MOST_FRACTION_DIGITS} after the point"
        reasons.append(Reason(Rule.CAT_09, text, path))
        return 0
    return plain_number(number)


@dataclass(frozen=True)
class CategoryReader:
    """`common`: shared documents by their `$id`. `reserved`: names that other table layouts have."""

    meta: Mapping[str, Any]
    profile: Profile
    common: Mapping[str, Mapping[str, Any]]
    reserved: frozenset[str] = frozenset()
    #: Derives every form of a category, and says what cannot be derived.
    derive: Callable[[Category], tuple[Reason, ...]] = lambda _category: ()
    _kept: dict[bytes, Category] = field(default_factory=dict, repr=False)

    def read(self, document: Mapping[str, Any]) -> Category | tuple[Reason, ...]:
        """The version that a document describes, effective at no time yet; or all reasons (CAT-02,
        CAT-09 to CAT-14), their paths within the document.

        The category's own document is the frozen one: self-contained, without date. The document that was
        read before gives the same object, for what is derived from it is kept with it.
        """
        key = canonical_json(document)
        if (known := self._kept.get(key)) is not None:
            return known
        if len(key) > MOST_BYTES:
            text = f"{len(key)} bytes in canonical form; the limit is {MOST_BYTES}"
            return (Reason(Rule.CAT_14, text),)
        dated = {**document, "effective_from": _EXAMPLE_DATE}
        read = read_category(dated, self.common, self.profile)
        if not isinstance(read, Category):
            return read
        if reasons := (*self._name_reasons(read), *_pattern_reasons(read)):
            return reasons
        category = replace(read, document=frozen(read.document), effective_from=_NOT_YET)
        if len(self._kept) >= _MOST_KEPT:
            self._kept.clear()
        return self._kept.setdefault(key, category)

    def lint(self, document: Mapping[str, Any], others: Iterable[Category]) -> tuple[Finding, ...]:
        """What a steward is to mend, pointers within the document. `others`: what is published."""
        around = Surroundings(self.meta, self.common, self.profile, tuple(others))
        return lint({**document, "effective_from": _EXAMPLE_DATE}, around)

    def underivable(self, category: Category) -> tuple[Reason, ...]:
        """Why a form cannot be derived from the document (CAT-09): every format carries every category."""
        return self.derive(category)

    def _name_reasons(self, category: Category) -> Iterator[Reason]:
        if category.name in self.reserved:
            text = f"{category.name} is the name of another table layout"
            yield Reason(Rule.CAT_02, text, "/category")
        if not _NUMBER.fullmatch(category.version):
            text = "a version number is major.minor, without leading zeros, each at most 9999"
            yield Reason(Rule.CAT_09, text, "/version")


def _pattern_reasons(category: Category) -> Iterator[Reason]:
    """CAT-09 for each pattern that an engine does not take: it looks like one, and is none."""
    for attribute in category.attributes:
        path = f"/properties/{attribute.name}"
        yield from _pattern_reason(attribute.schema, path)
        items = attribute.schema.get("items", {})
        yield from _pattern_reason(items, f"{path}/items")
        for name, member in items.get("properties", {}).items():
            yield from _pattern_reason(member, f"{path}/items/properties/{name}")


def _pattern_reason(schema: Mapping[str, Any], path: str) -> Iterator[Reason]:
    if "pattern" not in schema:
        return
    try:
        re.compile(schema["pattern"])
        jsonschema_rs.validator_for({"pattern": schema["pattern"]}, offline=True)
    except (re.error, OverflowError, ValueError, jsonschema_rs.ValidationError) as error:
        text = f"not a pattern that every engine takes: {str(error)[:200]}"
        yield Reason(Rule.CAT_09, text, f"{path}/pattern")
