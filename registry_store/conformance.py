"""Conformance of attributes to their category: canonical values, and every reason why not.

Valid attributes take the short way (readers, one call of the compiled JSON Schema, assertions).
Only what fails is looked at again, to name each fault with its place, its rule and a sentence.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

import jsonschema_rs

from contracts.categories import Catalogue, Category
from contracts.reasons import Reason, Rule
from registry_store.attribute_assertions import checks, is_met, place_of
from registry_store.attribute_reading import Flaws, pointer_token, reader
from registry_store.attribute_sentences import Subject, did_you_mean, printable
from registry_store.conformance_by_column import FEWEST, Columns

#: Unknown attributes of one item that are named one by one, the first of them with a suggestion.
UNKNOWN_NAMED, UNKNOWN_SUGGESTED = 100, 20

#: Keyword of the closed profile -> rule.
RULE_OF_KEYWORD = {
    "type": Rule.SCH_TYPE,
    "required": Rule.SCH_REQUIRED,
    "additionalProperties": Rule.SCH_UNKNOWN,
    "enum": Rule.SCH_ENUM,
    "minimum": Rule.SCH_RANGE,
    "maximum": Rule.SCH_RANGE,
    "minLength": Rule.SCH_LENGTH,
    "maxLength": Rule.SCH_LENGTH,
    "minItems": Rule.SCH_LENGTH,
    "maxItems": Rule.SCH_LENGTH,
    "pattern": Rule.SCH_PATTERN,
    "format": Rule.SCH_FORMAT,
}

Conformed = tuple[dict[str, Any], tuple[Reason, ...]]


class Conformance:
    """Checks attributes against category versions, each compiled when it is first asked for.

    Those of `catalogue` are compiled at once: what takes time takes it before the first message.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._forms = {(each.name, each.version): _Form(each) for each in catalogue}

    def conform(self, category: Category, attributes: Any) -> Conformed:
        """Canonical attributes, and all reasons against them (SCH-*, ITEM-04).

        `attributes` may be any JSON value, numbers as int, float or Decimal. Null, "" and [] mean
        absent. What has no canonical form is left out of the result. Warnings may come with
        attributes that are accepted. Never raises for what a sender wrote.
        """
        return self._form(category).conform(attributes)

    def conform_all(self, category: Category, group: Sequence[Any]) -> list[Conformed]:
        """The same for many assets, in their order. Attributes that are canonical as they stand are given back
        themselves.
        """
        return self._form(category).conform_all(group)

    def _form(self, category: Category) -> "_Form":
        form = self._forms.get((category.name, category.version))
        if form is None or form.category is not category:
            form = self._forms[category.name, category.version] = _Form(category)
        return form


class _Form:
    """One category version, compiled."""

    def __init__(self, category: Category) -> None:
        self.category = self._category = category
        self._readers = {each.name: reader(each) for each in category.attributes}
        self._schema = jsonschema_rs.validator_for(
            dict(category.document), validate_formats=True, offline=True
        )
        self._checks = tuple(
            (check.trigger, check.holds) for each in category.assertions for check in checks(each)
        )

    @cached_property
    def _columns(self) -> Columns:
        return Columns(self.category)

    def conform_all(self, group: Sequence[Any]) -> list[Conformed]:
        if len(group) < FEWEST or {*map(type, group)} != {dict}:
            return [self.conform(attributes) for attributes in group]
        return [
            (canonical, ()) if canonical is not None else self.conform(attributes)
            for attributes, canonical in zip(group, self._columns.canonical(group), strict=True)
        ]

    def conform(self, attributes: Any) -> Conformed:
        if attributes.__class__ is not dict and not isinstance(attributes, Mapping):
            return {}, (_not_an_object(),)
        readers = self._readers
        canonical: dict[str, Any] = {}
        flawed: dict[str, Flaws] = {}
        unknown: list[str] = []
        for name, stated in attributes.items():
            if name not in readers:
                unknown.append(name)
                continue
            value = readers[name](stated)
            if value.__class__ is Flaws:
                flawed[name] = value
            elif value is not None:
                canonical[name] = value
        if not flawed and not unknown and self._schema.is_valid(canonical):
            for trigger, holds in self._checks:
                if trigger in canonical and not holds(canonical):
                    break
            else:
                return canonical, ()
        return canonical, tuple(self._reasons(canonical, flawed, unknown))

    def _reasons(
        self, canonical: dict[str, Any], flawed: dict[str, Flaws], unknown: list[str]
    ) -> Iterator[Reason]:
        yield from self._unknown(unknown)
        doubtful = set(flawed)
        known_paths = set()
        for name, flaws in flawed.items():
            for flaw in flaws.below(name):
                known_paths.add(flaw.path)
                yield Reason(flaw.rule, flaw.text, f"/attributes{flaw.path}")
        readable = {name: flaws.rest for name, flaws in flawed.items() if flaws.rest is not None}
        for error in self._schema.iter_errors({**canonical, **readable}):
            steps = list(error.instance_path)
            if error.kind.name == "required":
                steps.append(error.kind.value)
            path = "".join(f"/{step}" for step in steps)
            if path not in known_paths:
                doubtful.add(str(steps[0]))
                yield self._reason(error, steps, f"/attributes{path}")
        for assertion in self._category.assertions:
            if doubtful.isdisjoint(assertion.names) and not is_met(assertion, canonical):
                path = f"/attributes/{place_of(assertion, canonical)}"
                yield Reason(Rule.SCH_ASSERT, assertion.sentence, path, severity=assertion.severity)

    def _unknown(self, names: list[str]) -> Iterator[Reason]:
        for number, name in enumerate(names[:UNKNOWN_NAMED]):
            nearest = did_you_mean(name, self._readers) if number < UNKNOWN_SUGGESTED else ""
            text = f"{self._category.name} has no attribute '{printable(name)}'{nearest}"
            yield Reason(Rule.SCH_UNKNOWN, text, f"/attributes/{pointer_token(name)}")
        if len(names) > UNKNOWN_NAMED:
            more = len(names) - UNKNOWN_NAMED
            text = f"{more} more attributes are unknown to {self._category.name}"
            yield Reason(Rule.SCH_UNKNOWN, text, "/attributes")

    def _reason(
        self, error: jsonschema_rs.ValidationError, steps: list[str | int], path: str
    ) -> Reason:
        keyword = error.kind.name
        subject = self._subject(steps)
        if keyword == "required":
            heading = subject.schema.get("heading", subject.schema["title"])
            text = f"{subject.label} ({heading}) is mandatory in {self._category.name}"
        else:
            text = subject.broken(keyword, error.kind.value, error.instance)
        return Reason(RULE_OF_KEYWORD[keyword], text, path)

    def _subject(self, steps: list[str | int]) -> Subject:
        """What stands at a place of the attributes: `name`, `name/index` or `name/index/member`."""
        attribute = self._category.attribute(str(steps[0]))
        assert attribute is not None
        subject = Subject(attribute.name, attribute.schema, attribute.personal)
        for step in steps[1:]:
            is_index = isinstance(step, int)
            subject = subject.element() if is_index else subject.member(str(step), attribute.name)
        return subject


def _not_an_object() -> Reason:
    return Reason(Rule.SCH_TYPE, "attributes are an object, one member each", "/attributes")
