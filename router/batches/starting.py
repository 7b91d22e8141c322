"""`hub split`, wired: settings to a splitter that runs until it is told to stop."""

from collections.abc import Sequence

from adapters.cutting import CutLimits
from registry_store.database import Database
from router.batches.at_end import LoadCompleted, reconciled
from router.batches.ending import AtEnd, Endings
from router.batches.expanding import ExpandBounds
from router.batches.opening import Bounds
from router.batches.publishing import BatchPublisher
from router.batches.run import Surroundings
from router.batches.splitter import Splitter
from router.bootstrap import Language, hub_key
from router.settings import Settings


def make_publisher(settings: Settings) -> BatchPublisher:
    if settings.broker_url is None:
        raise SystemExit("no broker: start the hub with ./hub up, or set HUB_BROKER_URL")
    return BatchPublisher(
        settings.broker_url.get_secret_value(), lanes_per_class=settings.lanes_per_class
    )


def make_splitter(
    settings: Settings,
    database: Database,
    spoken: Language,
    publisher: BatchPublisher,
    at_end: Sequence[AtEnd] = (),
) -> Splitter:
    """`at_end`: what else is done in the transaction in which a batch ends, after what its policy asks for."""
    bounds = Bounds(
        CutLimits(rows=settings.batch_chunk_rows),
        ExpandBounds(settings.batch_expanded_limit_bytes, settings.batch_expansion_limit),
    )
    key = hub_key(settings)
    acts: tuple[AtEnd, ...] = (reconciled, LoadCompleted(key), *at_end)
    endings = Endings(publisher, spoken.adapters, key, acts)
    return Splitter(database, Surroundings(publisher, endings, bounds), spoken.live.renew)
