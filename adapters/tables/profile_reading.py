"""Documents of mapping profiles that come from outside: read, or refused with everything that is wrong."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import jsonschema_rs

from adapters.tables.headings import HeadingIndex
from adapters.tables.profile import Profile, ProfileError, profile_from_document
from adapters.tables.profile_bounds import (
    MOST_BYTES,
    condition_problems,
    kind_problems,
    size_problems,
)
from adapters.tables.profile_targets import target_problems
from adapters.tables.templates.documents import ITEMS, MARKET_UNIT
from contracts.canonical import canonical_json
from contracts.categories import Catalogue
from contracts.reasons import Reason, Rule, escape_pointer

_NUMBER = re.compile(r"[1-9][0-9]{0,3}\.(0|[1-9][0-9]{0,3})")
#: Of a document that is nothing like a profile not every member is told.
_MOST_TOLD = 50
_LONGEST_TEXT = 300


class ProfileReader:
    """`schema`: that of profiles. `shipped`: names of profiles that the hub itself has."""

    def __init__(
        self, schema: dict[str, Any], shipped: Iterable[str], catalogue: Catalogue
    ) -> None:
        self._validator = jsonschema_rs.validator_for(schema, offline=True)
        self._reserved = frozenset((*shipped, ITEMS, MARKET_UNIT))
        self._catalogue = catalogue

    def check(self, document: Mapping[str, Any]) -> tuple[Reason, ...]:
        """Every reason why a partner's profile cannot be published: MAP-01, MAP-02, MAP-05."""
        read = self.read(document)
        if not isinstance(read, Profile):
            return read
        if not _NUMBER.fullmatch(read.version):
            text = "a version number is major.minor, without leading zeros"
            return (Reason(Rule.MAP_01, text, "/version"),)
        if read.name in self._reserved or read.name in self._catalogue.names():
            text = f"{read.name} is a layout of the hub's own"
            return (Reason(Rule.MAP_02, text, "/name"),)
        return ()

    def read(self, document: Mapping[str, Any]) -> Profile | tuple[Reason, ...]:
        """The profile, whatever its name; or the reasons MAP-01 and MAP-05, their paths within the document."""
        size = len(canonical_json(document))
        if size > MOST_BYTES:
            text = f"{size} bytes in canonical form; the limit is {MOST_BYTES}"
            return (Reason(Rule.MAP_05, text),)
        if reasons := tuple(self._schema_reasons(document)):
            return reasons
        if reasons := tuple(Reason(Rule.MAP_05, text) for text in size_problems(document)):
            return reasons
        if reasons := tuple(Reason(Rule.MAP_01, text) for text in condition_problems(document)):
            return reasons
        try:
            profile = profile_from_document(document)
            HeadingIndex(profile)
        except ProfileError as error:
            return tuple(Reason(Rule.MAP_01, problem) for problem in error.problems)
        problems = (*kind_problems(profile), *target_problems(profile, self._catalogue))
        return tuple(Reason(Rule.MAP_01, problem) for problem in problems) or profile

    def _schema_reasons(self, document: Mapping[str, Any]) -> Iterator[Reason]:
        for told, error in enumerate(self._validator.iter_errors(document)):
            if told == _MOST_TOLD:
                return
            path = "".join(f"/{escape_pointer(str(step))}" for step in error.instance_path)
            yield Reason(Rule.MAP_01, error.message[:_LONGEST_TEXT], path)
