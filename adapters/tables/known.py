"""The layouts that the hub reads: mapping profiles from documents, and the templates of the catalogue."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from adapters.tables.partner_profiles import Known, PartnerProfiles
from adapters.tables.profile import Profile, profile_from_document
from adapters.tables.templates.documents import (
    ITEMS,
    MARKET_UNIT,
    VERSION,
    category_template,
    items_template,
    market_unit_template,
)
from contracts.categories import Catalogue, Category
from contracts.reasons import Reason, Rule

__all__ = ["Known", "KnownProfiles"]


class KnownProfiles:
    """Finds a layout by name and version. Of several versions of a profile the newest is meant, and of a
    category's template the one that is effective, unless one is named. What the hub itself has comes before
    what partners published. Catalogue and partners' profiles may grow meanwhile:
    a template is made when it is first asked for, and again when its categories are others.
    """

    def __init__(
        self,
        profiles: Iterable[Profile],
        catalogue: Catalogue,
        partners: PartnerProfiles | None = None,
    ) -> None:
        oldest_first = sorted(profiles, key=_version_order)
        self._profiles = {(known.name, known.version): Known(known) for known in oldest_first}
        self._newest = {known.name: Known(known) for known in oldest_first}
        self._catalogue = catalogue
        self._partners = partners or PartnerProfiles()
        self._made: dict[tuple[str, str, bool], tuple[tuple[Category, ...], Known]] = {}
        self.commands = frozenset(known.command for known in oldest_first)

    def named(
        self, name: str, version: str | None, at: datetime, sender: str = ""
    ) -> Known | Reason:
        """The layout for a file of `sender` that came in at that hour, or the reason (MSG_01) why there is none
        of that name and version.
        """
        if (name, version or "") in self._profiles:
            return self._profiles[name, version or ""]
        if version is None and name in self._newest:
            return self._newest[name]
        if name == MARKET_UNIT and version in (None, VERSION):
            return self._template(name, VERSION, (), lambda _: market_unit_template())
        if name == ITEMS and version in (None, VERSION):
            categories = tuple(sorted(self._catalogue, key=_category_order))
            return self._template(name, VERSION, categories, items_template)
        category = (
            self._catalogue.effective(name, at)
            if version is None
            else self._catalogue.get(name, version)
        )
        if category is not None:
            return self.of(category, version is not None)
        own = self._partners.named(sender, name, version, at)
        return self._unknown(sender, at) if own is None else own

    def of(self, category: Category, stated_version: bool) -> Known:  # noqa: FBT001 - a fact of the media type
        """The template of a category version."""
        return self._template(
            category.name,
            category.version,
            (category,),
            lambda only: category_template(only[0], stated_version=stated_version),
            stated_version=stated_version,
        )

    def _template(
        self,
        name: str,
        version: str,
        categories: tuple[Category, ...],
        document_of: Callable[[Sequence[Category]], dict[str, Any]],
        *,
        stated_version: bool = False,
    ) -> Known:
        key = (name, version, stated_version)
        made = self._made.get(key)
        if made is None or [*map(id, made[0])] != [*map(id, categories)]:
            profile = profile_from_document(document_of(categories))
            is_effective = name not in (ITEMS, MARKET_UNIT) and not stated_version
            made = self._made[key] = (categories, Known(profile, is_effective=is_effective))
        return made[1]

    def _unknown(self, sender: str, at: datetime) -> Reason:
        own = [(each.name, each.version) for each in self._partners.of(sender, at)]
        profiles = ", ".join(f"{name} {number}" for name, number in (*self._profiles, *own))
        templates = ", ".join((*self._catalogue.names(), MARKET_UNIT, ITEMS))
        text = (
            "a table names its layout, as in text/csv; profile=NAME, or in a first row Template, NAME; "
            f"the hub has the mapping profiles: {profiles or 'none'}; the templates: {templates}"
        )
        return Reason(Rule.MSG_01, text)


def _version_order(profile: Profile) -> tuple[str, tuple[int, ...]]:
    return profile.name, tuple(int(part) for part in profile.version.split("."))


def _category_order(category: Category) -> tuple[tuple[int, ...], str]:
    return tuple(int(part) for part in category.version.split(".")), category.name
