"""Category documents that come by message, or stand in the registry: read, or refused with every reason.

The same profile and checks as for the documents that the hub is delivered with; nothing is fetched.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from contracts.canonical import canonical_json, plain_number
from contracts.categories import Category
from contracts.reasons import Reason, Rule, escape_pointer
from registry_store.category_documents import read_category
from registry_store.category_identity import frozen
from registry_store.category_profile import Profile

MOST_BYTES = 256 * 1024
_MOST_DIGITS, _MOST_FRACTION_DIGITS = 12, 6
#: Stands where a document says from when it may be used, until publication does.
_NOT_YET = datetime(9999, 1, 1, tzinfo=UTC)
_NUMBER = re.compile(r"[1-9][0-9]{0,3}\.(0|[1-9][0-9]{0,3})")
_MOST_KEPT = 64


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

    profile: Profile
    common: Mapping[str, Mapping[str, Any]]
    reserved: frozenset[str] = frozenset()
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
        dated = {**document, "effective_from": "9999-01-01T00:00:00Z"}
        read = read_category(dated, self.common, self.profile)
        if not isinstance(read, Category):
            return read
        if reasons := tuple(self._name_reasons(read)):
            return reasons
        category = replace(read, document=frozen(read.document), effective_from=_NOT_YET)
        if len(self._kept) >= _MOST_KEPT:
            self._kept.clear()
        return self._kept.setdefault(key, category)

    def _name_reasons(self, category: Category) -> Iterator[Reason]:
        if category.name in self.reserved:
            text = f"{category.name} is the name of another table layout"
            yield Reason(Rule.CAT_02, text, "/category")
        if not _NUMBER.fullmatch(category.version):
            text = "a version number is major.minor, without leading zeros, each at most 9999"
            yield Reason(Rule.CAT_09, text, "/version")
