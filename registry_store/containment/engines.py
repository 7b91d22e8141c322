"""The two engines whose common word decides: `jsonschema` and jsonschema-rs, formats asserted, offline.

A value speaks for or against a document only where both engines agree on it.
"""

import re
import warnings
from collections.abc import Mapping
from functools import cache, cached_property, lru_cache
from typing import Any

import jsonschema_rs
from referencing import Registry
from referencing.exceptions import Unresolvable

from registry_store.containment.patience import OutOfPatienceError, at_most

Schema = Mapping[str, Any] | bool

#: A pattern whose search takes longer than this many back-trackings is no evidence.
_BACKTRACKING = 100_000
#: `jsonschema` searches patterns without a bound of its own: processor time for one value.
_PATIENCE_SECONDS = 0.5


class Engines:
    """One schema, compiled by both engines. Raises ValueError for what an engine does not take."""

    def __init__(self, schema: Schema) -> None:
        try:
            self._first = jsonschema_rs.Draft202012Validator(
                schema,  # type: ignore[arg-type] # a mapping that is no dict does not occur
                validate_formats=True,
                offline=True,
                pattern_options=jsonschema_rs.FancyRegexOptions(backtrack_limit=_BACKTRACKING),
            )
        except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError) as error:
            raise ValueError(str(error).split("\n", maxsplit=1)[0]) from error
        self._schema = schema

    @cached_property
    def _second(self) -> Any:
        second = _second_engine()
        return second(self._schema, registry=_NOTHING_FETCHED, format_checker=second.FORMAT_CHECKER)

    def first(self, value: Any) -> bool | None:
        """The fast engine's word; None where it has none."""
        try:
            return self._first.is_valid(value)
        except (ValueError, jsonschema_rs.ValidationError):
            return None

    def second(self, value: Any) -> bool | None:
        """The other engine's word; None where it has none."""
        validator = self._second  # loaded here, outside of the bound
        try:
            with at_most(_PATIENCE_SECONDS), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return bool(validator.is_valid(value))
        except OutOfPatienceError:
            return None
        except (re.error, RecursionError, ArithmeticError, ValueError, TypeError, Unresolvable):
            return None

    def both(self, value: Any) -> bool | None:
        """What both say, or None where they disagree or have no word."""
        word = self.first(value)
        return word if word is not None and self.second(value) is word else None


@cache
def _second_engine() -> Any:
    """Loaded when a proof asks for it: its grammar of IRIs takes two seconds, and every process of the hub,
    every command of the command line, would pay them at its start.
    """
    from jsonschema import Draft202012Validator  # noqa: PLC0415

    return Draft202012Validator


@lru_cache(maxsize=4096)
def _pattern_validator(pattern: str) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator({"type": "string", "pattern": pattern}, offline=True)


@lru_cache(maxsize=64)
def _format_validator(name: str) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator({"format": name}, validate_formats=True, offline=True)


def is_pattern(pattern: str) -> bool:
    """Whether the fast engine takes the pattern."""
    try:
        _pattern_validator(pattern)
    except jsonschema_rs.ValidationError:
        return False
    return True


def finds(pattern: str, text: str) -> bool:
    """Whether the fast engine finds the pattern in the text."""
    return _pattern_validator(pattern).is_valid(text)


def is_of_format(name: str, text: str) -> bool:
    return _format_validator(name).is_valid(text)


def _refuse(uri: str) -> Any:
    raise LookupError(uri)


_NOTHING_FETCHED: Registry[Any] = Registry(retrieve=_refuse)  # type: ignore[call-arg] # an alias of attrs
