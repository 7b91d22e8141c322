"""How fast stored records are replayed under a new version of their category."""

import os
import resource
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import psycopg

from bench.stage import heat_pump
from contracts.canonical import canonical_json
from contracts.categories import Category
from registry_store.migrations import upgrade
from registry_store.replay.stored import replay_stored
from router.bootstrap import language
from router.servers import ServerHost
from router.settings import Settings

#: Of so many records one fails under the new version.
_FAILING = 1000


def measure(records: int, rounds: int, workers: int, say: Callable[[str], None]) -> dict[str, Any]:
    """Fills a registry of its own with heat pumps, and replays them."""
    home = Path(tempfile.mkdtemp(prefix="fmar-bench-"))
    host = ServerHost(Settings(home=home), say=lambda _line: None)
    try:
        servers = host.start()
        upgrade(servers.owner_database_url, runtime_role=servers.runtime_role)
        say(f"filling {records:,} records")
        _fill(servers.owner_database_url, records)
        old = language().catalogue.effective("heat_pump", datetime.now(UTC))
        assert old is not None
        seconds, began_with = [], _processor_seconds()
        for number in range(rounds):
            began = time.perf_counter()
            tally = replay_stored(servers.database_url, _stricter(old), (old,), workers=workers)
            seconds.append(time.perf_counter() - began)
            say(
                f"round {number + 1}: {seconds[-1]:.1f} s, {tally.failing:,} of {tally.records:,} fail"
            )
        best = sorted(seconds)
        return {
            "records": tally.records,
            "failing": tally.failing,
            "workers": workers,
            "processors": os.cpu_count(),
            "seconds": {"median": best[len(best) // 2], "lowest": best[0], "highest": best[-1]},
            "processor_seconds": (_processor_seconds() - began_with) / rounds,
            "records_per_second": round(tally.records / best[len(best) // 2]),
        }
    finally:
        host.discard()
        shutil.rmtree(home, ignore_errors=True)


def _processor_seconds() -> float:
    """Of the processes that replayed; the database's are not among them."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _stricter(category: Category) -> Category:
    """The version with a lower bound on what a heat pump may take in."""
    document = orjson.loads(orjson.dumps(dict(category.document)))
    document["properties"]["import_capacity_kw"]["maximum"] = 100
    return replace(category, version="1.1", document=document)


def _fill(url: str, records: int) -> None:
    payload = heat_pump(1)
    content = {
        "status": "pending_validation",
        "category_version": "1.0",
        "registered_by": "O-0000-0000-0000-0",
        "keys": [{"scheme": "device", "value": "1200000000002|ACME|SN-1", "strength": "strong"}],
        **payload,
    }
    text, failing = (
        canonical_json(
            {**content, "attributes": {**payload["attributes"], "import_capacity_kw": kw}}
        ).decode()
        for kw in (3.5, 250)
    )
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO record (row, id, kind, version, current_version, status, category) "
            "SELECT n, 'A-' || n, 'asset', 1, 1, 'pending_validation', 'heat_pump' FROM generate_series(1, %s) n",
            (records,),
        )
        connection.execute(
            "INSERT INTO record_version (record, version, valid_from, content) "
            "SELECT n, 1, now(), CASE WHEN n %% %s = 0 THEN %s ELSE %s END FROM generate_series(1, %s) n",
            (_FAILING, failing, text, records),
        )
        connection.execute("VACUUM ANALYZE record, record_version")
