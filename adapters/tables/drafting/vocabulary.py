"""Words that stand for values of enumerations: the hub's own, general synonyms, and those of known profiles."""

from collections.abc import Iterable, Mapping

from adapters.tables.drafting.word_lists import VALUES
from adapters.tables.folding import fold
from adapters.tables.profile_model import Profile
from contracts.market import GSP_GROUP_OF_AREA

_AREA, _GROUP = "/network/area", "/network/gsp_group"


class Vocabulary:
    """Of the profiles that it learns from, and of the general word lists."""

    def __init__(self, profiles: Iterable[Profile]) -> None:
        self._spellings: dict[str, dict[str, str]] = {}
        self.profiles = tuple(profiles)
        for member, values in VALUES.items():
            known = self._spellings.setdefault(f"/attributes/{member}", {})
            for value, spellings in values.items():
                known |= {fold(spelling): value for spelling in spellings}
        for profile in self.profiles:
            self._learn(profile)

    def value(self, pointer: str, text: str) -> str | None:
        return self._spellings.get(pointer, {}).get(fold(text))

    def sets(self, pointer: str, value: str) -> Mapping[str, str]:
        """What follows: a licence area is in one GSP group."""
        return {_GROUP: GSP_GROUP_OF_AREA[value]} if pointer == _AREA else {}

    def _learn(self, profile: Profile) -> None:
        for column in profile.columns:
            if column.kind != "code" or column.to is None:
                continue
            for spelling, code in profile.codes_of(column).items():
                if not isinstance(code.value, str):
                    continue
                self._spellings.setdefault(column.to, {}).setdefault(spelling, code.value)
