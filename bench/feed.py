"""How fast the log is cut for many subscriptions: `./hub python bench/feed.py [--json]`.

Against an empty, migrated database of its own (HUB_DATABASE_URL, the runtime role). Each of the
subscriptions matches 1 of 14 GSP groups and 1 of 20 categories, in turn; changes are spread evenly over
groups and categories. Measured is the relay's cut alone: reading, matching, rendering, storing, commit.
"""

import argparse
import itertools
import json
import os
import statistics
import time
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from contracts.changes import RecordChange
from contracts.market import GSP_GROUP_OF_AREA
from registry_store.category_documents import load_catalogue
from registry_store.database import Database
from registry_store.feed import log
from registry_store.feed.cut import Cutter
from registry_store.feed.filters import Filter
from registry_store.feed.packing import FeedLimits
from registry_store.rules.audience import audience_of
from registry_store.subscriptions import create
from registry_store.version_writing import Origin
from registry_store.writing import RowBlocks, WriteSet

SCHEMAS = Path(__file__).parent.parent / "schemas" / "json"
CATEGORIES = 20
CHANGES_A_COMMIT = 500
OPERATOR = "O-BENCH"


def main() -> None:
    options = _options()
    store = Database(os.environ["HUB_DATABASE_URL"])
    catalogue = load_catalogue(SCHEMAS)
    categories = list(catalogue.names())[:CATEGORIES]
    areas = sorted(GSP_GROUP_OF_AREA)
    with store.dedicated() as connection:
        _prepare(connection)
        _subscribe(store, options.subscriptions, categories, areas)
        began = time.perf_counter()
        _write_changes(connection, options.changes, categories, areas)
        written = time.perf_counter() - began
    report = _cut(store, Cutter(catalogue, FeedLimits()), options.changes) | {
        "subscriptions": options.subscriptions,
        "log_written_changes_per_second": round(options.changes / written),
    }
    store.close()
    print(
        json.dumps(report)
        if options.json
        else "\n".join(f"{name}: {value}" for name, value in report.items())
    )


def _cut(store: Database, cutter: Cutter, changes: int) -> dict[str, float]:
    seconds: list[float] = []
    with store.dedicated() as connection:
        ids = [
            id for (id,) in connection.execute("SELECT id FROM subscription WHERE state = 'active'")
        ]
        (position,) = connection.execute("SELECT min(position) FROM subscription").fetchone()
        head = log.head(connection)
        cpu_began = time.process_time()
        while position < head:
            began = time.perf_counter()
            with connection.transaction():
                position = cutter.cut(connection, ids, position, ceiling=head).to_position
            seconds.append(time.perf_counter() - began)
        cpu_seconds = time.process_time() - cpu_began
        # What a cut costs when there is one new change, as at a quiet hour.
        idle = []
        with connection.transaction():
            for _ in range(10):
                began = time.perf_counter()
                cutter.cut(connection, ids, position, ceiling=head)
                idle.append(time.perf_counter() - began)
        notifications, bundles, size = connection.execute(
            "SELECT sum(count), count(*), sum(length(content)) FROM bundle"
        ).fetchone()
    total = sum(seconds)
    return {
        "changes": changes,
        "changes_per_second": round(changes / total),
        # Of this process alone: a figure that a busy machine spoils less.
        "changes_per_cpu_second": round(changes / cpu_seconds),
        "notifications": int(notifications),
        "notifications_per_second": round(notifications / total),
        "bundles": bundles,
        "megabytes": round(size / 1e6, 1),
        "cuts": len(seconds),
        "cut_seconds_median": round(statistics.median(seconds), 3),
        "cut_without_news_seconds_median": round(statistics.median(idle), 4),
    }


def _prepare(connection: psycopg.Connection) -> None:
    content = {"legal_name": "Bench", "roles": ["facilitator"], "status": "active"}
    _write(connection, RowBlocks(), [(OPERATOR, "organisation", content)])
    connection.execute(
        "INSERT INTO partner (slug, organisation, secret_hash, lane) VALUES ('bench', %s, '', 0)",
        (OPERATOR,),
    )


def _subscribe(store: Database, count: int, categories: list[str], areas: list[str]) -> None:
    cells = itertools.cycle(itertools.product(areas, categories))
    for area, category in itertools.islice(cells, count):
        filter = Filter(
            categories=frozenset({category}), gsp_groups=frozenset({GSP_GROUP_OF_AREA[area]})
        )
        create(store, partner="bench", filter=filter, way="pull")


def _write_changes(
    connection: psycopg.Connection, count: int, categories: list[str], areas: list[str]
) -> None:
    rows = RowBlocks()
    for start in range(0, count, CHANGES_A_COMMIT):
        _write(
            connection,
            rows,
            [
                (
                    f"A-{number}",
                    "asset",
                    _asset(
                        areas[number % len(areas)],
                        categories[number // len(areas) % len(categories)],
                        number,
                    ),
                )
                for number in range(start, min(count, start + CHANGES_A_COMMIT))
            ],
        )


def _write(
    connection: psycopg.Connection,
    rows: RowBlocks,
    records: list[tuple[str, str, dict[str, object]]],
) -> None:
    with connection.transaction():
        writes = WriteSet(new_row=lambda: rows.take(connection))
        for id, kind, content in records:
            change = RecordChange(
                kind=kind,
                id=id,
                event=f"{kind}.registered",
                expected=0,
                content=content,
                valid_from=datetime.now(UTC),
                audience_after=audience_of(kind, id, content),
            )
            writes.add(change, None, None, Origin(OPERATOR, OPERATOR, 1, "bench", 1))
        writes.flush(connection)


def _asset(area: str, category: str, number: int) -> dict[str, object]:
    return {
        "status": "pending_validation",
        "category": category,
        "category_version": "1.0",
        "fsp": "O-SOMEFSP",
        "registered_by": "O-SOMEFSP",
        "accounting_point": {"scheme": "mpan", "id": "1200012345678"},
        "network": {"area": area, "gsp_group": GSP_GROUP_OF_AREA[area]},
        "keys": [
            {"scheme": "device", "value": f"1200012345678|ACME|SN-{number}", "strength": "strong"}
        ],
        "attributes": {
            "connection_status": "connected",
            "connected_on": "2019-05-01",
            "export_capacity_kw": 5000,
            "import_capacity_kw": 5000,
            "make": "ACME",
            "model": "B2",
            "serial_number": f"SN-{number}",
            "site_name": "Example site",
            "postcode": "SW1A 1AA",
            "latitude": 51.501,
            "longitude": -0.142,
        },
    }


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--subscriptions", type=int, default=2_000)
    parser.add_argument("--changes", type=int, default=20_000)
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    main()
