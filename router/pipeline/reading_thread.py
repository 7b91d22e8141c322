"""Reading ahead on a thread of the process that decides: while that one waits for PostgreSQL to write."""

from concurrent.futures import Future, ThreadPoolExecutor

import structlog

from registry_store.rules.decision import Setting
from router.pipeline.group_reading import Following, GroupReader, ReadGroup

log = structlog.get_logger()


class ReadingThread:
    """One group at a time. Begun any earlier than with the write, two threads would only wait for each other's turn
    to compute.
    """

    most = 1
    is_early = False

    def __init__(self, reader: GroupReader) -> None:
        self._reader = reader
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="ahead")

    def begin(
        self, wanted: Following, setting: Setting, stamp: object
    ) -> Future[ReadGroup | None] | None:
        return self._thread.submit(self._read, wanted, setting, stamp)

    def group(self, begun: Future[ReadGroup | None], _setting: Setting) -> ReadGroup | None:
        return begun.result()

    def drop(self, begun: Future[ReadGroup | None]) -> None:
        """Returns when nothing is read any more."""
        if not begun.cancel():
            begun.result()

    def close(self) -> None:
        self._thread.shutdown(cancel_futures=True)
        self._reader.close()

    def _read(self, wanted: Following, setting: Setting, stamp: object) -> ReadGroup | None:
        """On the thread of its own."""
        try:
            return self._reader.group(wanted, setting, stamp)
        except Exception as error:  # noqa: BLE001 - found again, and told apart, by whoever reads it in its turn
            log.info("bulk.not_read_ahead", batch=wanted.batch, error=repr(error)[:200])
            self._reader.close()
            return None
