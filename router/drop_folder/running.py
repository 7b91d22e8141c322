"""The process of the drop folder: looks into every partner's folder, takes what is finished, brings on what is taken."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import structlog
from sqlalchemy.exc import SQLAlchemyError

from registry_store import partners
from registry_store.batches.uploading import Bounds
from registry_store.database import Database
from registry_store.genesis import HUB_PARTNER
from registry_store.processes import Heartbeat
from router.batch_doors.by_database import DatabaseDoor
from router.batch_doors.door import BatchDoorAway
from router.drop_folder.layout import PartnerFolder, Seen, partner_folder, waiting
from router.drop_folder.stepping import step
from router.drop_folder.taking import held, take, taken_ids
from router.standing import Standing

log = structlog.get_logger()

LOOK_SECONDS = 1.0
#: How long a file must look the same before it is taken: copying programs pause.
SETTLE_SECONDS = 2.0
#: Files of one partner that are under way at once, and partners that are looked after side by side.
_MOST_TAKEN = 50
_PARTNERS_AT_ONCE = 4


@dataclass(slots=True)
class Settling:
    """Since when files look as they do."""

    seconds: float = SETTLE_SECONDS
    _since: dict[tuple[str, Seen], float] = field(default_factory=dict)

    def settled(self, slug: str, seen: list[Seen], now: float) -> list[Seen]:
        """Those of a partner that nobody has written to for long enough. `now`: monotonic seconds."""
        before = {key: since for key, since in self._since.items() if key[0] == slug}
        for key in before:
            del self._since[key]
        fresh = {(slug, each): before.get((slug, each), now) for each in seen}
        self._since.update(fresh)
        return [each for each in seen if now - fresh[slug, each] >= self.seconds]


class DropFolder:
    """`root` is made where it is missing. Any number of processes may look after one folder."""

    def __init__(
        self, root: Path, database: Database, bounds: Bounds, settling: Settling | None = None
    ) -> None:
        self._root = root
        self._database = database
        self._bounds = bounds
        self._settling = settling or Settling()
        self._heartbeat = Heartbeat(database, "drop")

    def run(self, stop: threading.Event) -> None:
        """Until `stop` is set. What fails is said, and tried again at the next look."""
        database_standing = Standing()
        with ThreadPoolExecutor(_PARTNERS_AT_ONCE, "drop") as threads:
            while not stop.is_set():
                began = time.monotonic()
                try:
                    self._heartbeat.beat()
                    list(threads.map(self._look_after, self._partners()))
                    if database_standing.comes():
                        log.info("drop.database_back")
                except SQLAlchemyError as error:
                    if database_standing.goes():
                        log.warning("drop.database_away", error=repr(error)[:200])
                stop.wait(max(0.0, LOOK_SECONDS - (time.monotonic() - began)))
        try:
            self._heartbeat.stop()
        except SQLAlchemyError as error:
            log.info("drop.left_without_word", error=repr(error)[:200])

    def look(self) -> None:
        """One round over all partners."""
        for slug in self._partners():
            self._look_after(slug)

    def _partners(self) -> list[str]:
        self._root.mkdir(parents=True, exist_ok=True)
        with self._database.reading() as connection:
            known = partners.partners(connection)
        return [each.slug for each in known if each.is_active and each.slug != HUB_PARTNER]

    def _look_after(self, slug: str) -> None:
        try:
            with partner_folder(str(self._root), slug) as partner:
                self._take_settled(partner)
                for id in taken_ids(partner):
                    self._bring_on(partner, id)
        except OSError as error:
            log.warning("drop.folder_unusable", partner=slug, error=str(error))
        except BatchDoorAway as error:
            log.warning("drop.waiting", partner=slug, cause=str(error)[:200])

    def _take_settled(self, partner: PartnerFolder) -> None:
        room = _MOST_TAKEN - len(taken_ids(partner))
        seen = list(waiting(partner.incoming))
        settled = self._settling.settled(partner.slug, seen, time.monotonic())
        for each in settled[: max(0, room)]:
            if take(partner, each.name, datetime.now(UTC)) is not None:
                log.info("drop.taken", partner=partner.slug, file=each.name)

    def _bring_on(self, partner: PartnerFolder, id: str) -> None:
        with held(partner, id) as taken:
            if taken is not None:
                door = DatabaseDoor(self._database, self._bounds, sender=partner.slug)
                try:
                    step(partner, taken, door)
                except (OSError, BatchDoorAway):
                    raise
                except Exception:
                    # A bug met by one file: the others go on, and this one is where it was.
                    log.exception("drop.failed", partner=partner.slug, file=taken.name)
