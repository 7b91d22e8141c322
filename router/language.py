"""What messages are read and checked with: category schemas, mapping profiles and adapters, put together.

Nothing of it needs a server, or knows one: commands without servers load this, and not the store.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from adapters import Adapter, adapters
from adapters.tables.partner_profiles import PartnerProfiles
from adapters.tables.profile import Profile, profile_from_document
from adapters.tables.profile_reading import ProfileReader
from adapters.tables.templates.documents import ITEMS, MARKET_UNIT
from contracts.categories import Catalogue
from contracts.messages import Limits
from registry_store.category_documents import load_catalogue
from registry_store.category_reading import CategoryReader, category_reader
from registry_store.conformance import Conformance
from registry_store.live_catalogue import LiveCatalogue
from registry_store.live_profiles import LiveProfiles
from registry_store.rules.decision import Setting
from router.category_forms import underivable
from router.record_forms import RecordForms

SCHEMAS = Path(__file__).parent.parent / "schemas" / "json"
#: Names of table layouts that a category cannot have.
RESERVED_LAYOUTS = (ITEMS, MARKET_UNIT)


@dataclass(frozen=True)
class Language:
    """What messages are read and checked with: the same for every process, and without any server."""

    catalogue: Catalogue
    conformance: Conformance
    categories: CategoryReader
    profiles: ProfileReader
    adapters: tuple[Adapter, ...]
    limits: Limits
    forms: RecordForms
    live: LiveCatalogue

    def setting(self, now: datetime, hub_key: bytes, id_round: int = 0) -> Setting:
        return Setting(
            now,
            hub_key,
            self.catalogue,
            self.conformance.conform,
            self.conformance.conform_all,
            self.categories,
            self.profiles.check,
            id_round,
        )


def language(*tried: Profile) -> Language:
    """`tried`: profiles that are not published, known as if they were the hub's own."""
    catalogue, layouts = load_catalogue(SCHEMAS), [*profiles(), *tried]
    of_partners = PartnerProfiles()
    spoken = adapters(layouts, catalogue, partners=of_partners)
    reader = category_reader(
        SCHEMAS,
        reserved={*RESERVED_LAYOUTS, *(each.name for each in layouts)},
        derive=underivable,
    )
    return Language(
        catalogue,
        Conformance(catalogue),
        reader,
        ProfileReader(profile_schema(), (each.name for each in layouts), catalogue),
        spoken,
        Limits(),
        RecordForms(spoken),
        LiveCatalogue(catalogue, reader, LiveProfiles(of_partners.renew).renew),
    )


def profile_schema() -> dict[str, Any]:
    """What every mapping profile conforms to."""
    schema: dict[str, Any] = orjson.loads(
        (SCHEMAS / "profiles" / "profile.schema.json").read_bytes()
    )
    return schema


def profiles() -> list[Profile]:
    """The mapping profiles of `schemas/json/profiles`, all versions, in the order of their names."""
    files = sorted((SCHEMAS / "profiles").glob("*/*.json"))
    return [profile_from_document(orjson.loads(file.read_bytes())) for file in files]
