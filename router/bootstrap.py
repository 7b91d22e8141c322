"""The composition root: the only place where contracts, adapters, registry and router meet."""

from functools import partial

from registry_store.database import Database
from registry_store.genesis import ensure_hub_organisation
from router.cores import cores
from router.language import (
    RESERVED_LAYOUTS,
    SCHEMAS,
    Language,
    language,
    profile_schema,
    profiles,
)
from router.pipeline.bulk import BulkPipeline
from router.pipeline.excerpts import read_chunk
from router.pipeline.group_reading import GroupReader
from router.pipeline.pipeline import Pipeline
from router.pipeline.reading_processes import ChunkReader, ReadingProcesses
from router.settings import Settings

__all__ = [
    "RESERVED_LAYOUTS",
    "SCHEMAS",
    "Language",
    "batch_readers",
    "bulk_pipeline",
    "chunk_reader",
    "database",
    "hub_key",
    "language",
    "pipeline",
    "profile_schema",
    "profiles",
]

#: Processes that read for a bulk worker: one reads as fast as the worker decides. The second, where the servers leave it a
#: core, is for files that take longer to read, and for a second partner's.
_READERS, _CORES_FOR_READERS = 2, 4


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
            ReadingProcesses(
                count,
                partial(chunk_reader, settings),
                spoken.adapters,
                log_level=settings.log_level,
            )
            if count
            else None
        ),
    )


def batch_readers(settings: Settings) -> int:
    """Processes that read for a bulk worker; on a single core they would only take turns with it."""
    if settings.batch_readers is not None:
        return settings.batch_readers
    there = cores()
    return _READERS if there >= _CORES_FOR_READERS else int(there > 1)


def chunk_reader(settings: Settings) -> ChunkReader:
    """What a process of its own reads chunks with. It writes nothing into the registry."""
    spoken, key, store = language(), hub_key(settings), database(settings, pool_size=1)
    return ChunkReader(
        GroupReader(
            store.only_reading,
            partial(read_chunk, adapters=spoken.adapters, limits=spoken.limits),
        ),
        spoken.live.renew,
        lambda now: spoken.setting(now, key),
    )
