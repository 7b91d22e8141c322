"""The attributes of one item, put together from its FA2 records in whatever order they stand."""

from typing import Any

from adapters.flat_file.category_form import CategoryForm, Leaf
from contracts.reasons import Rule

WIDTH = 4
_ORDINAL, _NAME, _VALUE = 2, 3, 4
#: Rule, sentence, field of the record.
Problem = tuple[Rule, str, int]


class AttributeValues:
    """`values` are complete once `finish` has put the lists in. `is_patch`: an empty value takes away."""

    __slots__ = ("_form", "_is_patch", "_lists", "values")

    def __init__(self, form: CategoryForm, *, is_patch: bool) -> None:
        self._form = form
        self._is_patch = is_patch
        self._lists: dict[str, dict[int, Any]] = {}
        self.values: dict[str, Any] = {}

    def put(self, fields: list[str]) -> list[Problem]:
        """One record with the fields FA2, ordinal, name, value. Reasons: FLAT_07, FLAT_08."""
        if len(fields) < WIDTH or not fields[2]:
            lacking = ("all of it", "name and value", "its value", "its name")[
                len(fields[:WIDTH]) - 1
            ]
            text = f"FA2 has ordinal, name and value; this one lacks {lacking}"
            return [(Rule.FLAT_07, text, min(len(fields), _NAME))]
        problems: list[Problem] = []
        leaf = self._form.leaf(fields[1], fields[2])
        if isinstance(leaf, str):
            field = _ORDINAL if fields[1] else _NAME
            problems.append((Rule.FLAT_08, leaf, field))
            leaf = self._form.leaf("", fields[2])
        if isinstance(leaf, Leaf) and (problem := self._put_leaf(leaf, fields[3])):
            problems.append(problem)
        return problems

    def finish(self) -> list[str]:
        """Puts the lists in; says which of them lack an element (FLAT_08)."""
        gaps = []
        for name, elements in self._lists.items():
            missing = next((n for n in range(1, len(elements) + 1) if n not in elements), None)
            if missing is not None:
                gaps.append(f"elements count from 1 without a gap: there is no {name}/{missing}")
            self.values[name] = [elements[number] for number in sorted(elements)]
        return gaps

    def _put_leaf(self, leaf: Leaf, text: str) -> Problem | None:
        if leaf.element is not None and not text:
            return Rule.FLAT_07, "an element of a list has a value", _VALUE
        if leaf.element is None:
            value = None if self._is_patch and not text else leaf.read(text)
            is_free = leaf.name not in self.values and leaf.name not in self._lists
            if is_free:
                self.values[leaf.name] = value
        else:
            is_free = leaf.name not in self.values and self._put_in_list(leaf, leaf.read(text))
        return None if is_free else (Rule.FLAT_08, "this is given already", _NAME)

    def _put_in_list(self, leaf: Leaf, value: Any) -> bool:
        assert leaf.element is not None
        into: dict[Any, Any] = self._lists.setdefault(leaf.name, {})
        key: int | str = leaf.element
        if leaf.member is not None:
            into, key = into.setdefault(key, {}), leaf.member
        if type(into) is not dict or key in into:
            return False
        into[key] = value
        return True
