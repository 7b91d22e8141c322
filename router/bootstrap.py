"""The composition root: the only place where contracts, adapters, registry and router meet."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
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
from registry_store.database import Database
from registry_store.genesis import ensure_hub_organisation
from registry_store.live_catalogue import LiveCatalogue
from registry_store.live_profiles import LiveProfiles
from registry_store.rules.decision import Setting
from router.category_forms import underivable
from router.cores import cores
from router.logs import configure_logging
from router.pipeline import Pipeline
from router.pipeline.bulk import BulkPipeline
from router.pipeline.excerpts import read_chunk
from router.pipeline.group_reading import GroupReader
from router.pipeline.reading_processes import ChunkReader, ReadingProcesses
from router.record_forms import RecordForms
from router.settings import Settings

SCHEMAS = Path(__file__).parent.parent / "schemas" / "json"
#: Processes that read for a bulk worker, where there are so many cores: one is as fast as the worker decides, the second
#: is for files that take longer to read, and for a second partner's.
_READERS, _CORES_FOR_READERS = 2, 4
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


def database(settings: Settings, *, pool_size: int = 10) -> Database:
    """The database of the runtime role. Raises SystemExit with what to do where there is none."""
    if settings.database_url is None:
        raise SystemExit("no database: start the hub with ./hub up, or set HUB_DATABASE_URL")
    return Database(settings.database_url.get_secret_value(), pool_size=pool_size)


def hub_key(settings: Settings) -> bytes:
    return bytes.fromhex(settings.hub_key_path.read_text().strip())


def pipeline(
    settings: Settings, store: Database | None = None, spoken: Language | None = None
) -> Pipeline:
    """A pipeline of its own for one caller (worker or clock), with the hub's organisation in place."""
    store, spoken, key = store or database(settings), spoken or language(), hub_key(settings)
    with store.dedicated() as connection:
        ensure_hub_organisation(connection, hub_key=key)
    return Pipeline(
        store,
        adapters=spoken.adapters,
        make_setting=lambda now, id_round: spoken.setting(now, key, id_round),
        limits=spoken.limits,
        renew=spoken.live.renew,
    )


def bulk_pipeline(
    settings: Settings, store: Database, spoken: Language | None = None
) -> BulkPipeline:
    """A pipeline of its own for one bulk worker."""
    spoken = spoken or language()
    count = batch_readers(settings)
    return BulkPipeline(
        pipeline(settings, store, spoken),
        adapters=spoken.adapters,
        limits=spoken.limits,
        readers=(
            ReadingProcesses(count, partial(chunk_reader, settings), spoken.adapters)
            if count
            else None
        ),
    )


def batch_readers(settings: Settings) -> int:
    """Processes that read for a bulk worker. On few cores they would only take turns with those that they read for."""
    if settings.batch_readers is not None:
        return settings.batch_readers
    return _READERS if cores() >= _CORES_FOR_READERS else 0


def chunk_reader(settings: Settings) -> ChunkReader:
    """What a process of its own reads chunks with. It writes nothing into the registry."""
    configure_logging(settings.log_level, process="bulk.reader")
    spoken, key, store = language(), hub_key(settings), database(settings, pool_size=1)
    return ChunkReader(
        GroupReader(
            store.only_reading,
            partial(read_chunk, adapters=spoken.adapters, limits=spoken.limits),
        ),
        spoken.live.renew,
        lambda now: spoken.setting(now, key),
    )
