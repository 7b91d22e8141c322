"""Where the time of a batch goes: excerpts of 500 rows from their bytes to the commit, step by step.

One process and an embedded PostgreSQL of its own; run as `python -m bench.batch_group`. `floor` is the
bare COPY of the very same rows, already rendered, into the same tables with the same indexes of a second
database, one transaction an excerpt, right after the excerpt itself; ratios are taken pair by pair, and
the median counts. `cpu` is that of this process alone; `server_cpu` is the processor time of PostgreSQL's two
processes that this one is connected to, that of the hub's writing and that of the floor's, over all excerpts.
"""

import json
import shutil
import statistics
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

import orjson
import psycopg
import typer

from adapters import Adapter, Writer, adapter_for
from bench.batches.watching import processor_seconds
from bench.stage import HUB_KEY, heat_pump, new_pipeline, seat
from bench.stopwatch import Stopwatch
from contracts.documents import Document, Entry, Header
from contracts.messages import Envelope
from registry_store.change_log import Appended
from registry_store.database import Database
from registry_store.genesis import ensure_hub_organisation
from registry_store.loading import load
from registry_store.migrations import upgrade
from registry_store.rules.decision import Needs
from registry_store.writing import RowBlocks, WriteSet
from router.bootstrap import Language, language
from router.collector import settle_collector
from router.pipeline.deciding import Work, decide, prepare
from router.pipeline.reading import Reading, read_item
from router.servers import ServerHost
from router.servers.provisioning import Role, provision, url_for
from router.settings import Settings

SENDER = "bench-0"
#: One row in so many has a wrong check digit.
FAULTY = 100
STEPS = ("decode", "read", "prepare", "load", "decide", "outcomes", "write", "commit")
#: What an excerpt writes, by the rows of its log: table -> condition.
_ROWS = {
    "record_key": "record IN (SELECT record FROM change WHERE {log})",
    "record_ref": "record IN (SELECT record FROM change WHERE {log})",
    "record": "row IN (SELECT record FROM change WHERE {log})",
    "record_version": "record IN (SELECT record FROM change WHERE {log})",
    "change": "{log}",
    "segment": "first_position = {first}",
}


def measure(excerpts: int, rows: int, stored: int) -> dict[str, Any]:
    """Microseconds a row: medians over the excerpts."""
    spoken = language()
    with _databases() as (url, floor_url):
        hub, floor = Database(url), Database(floor_url)
        with hub.dedicated() as connection:
            ensure_hub_organisation(connection, hub_key=HUB_KEY)
        pipeline = new_pipeline(hub)
        seat(pipeline, hub, (SENDER,), lanes=1)
        pipeline.close()
        settle_collector()
        with (
            hub.deciding() as connection,
            hub.dedicated() as reader,
            floor.dedicated() as bare,
        ):
            pids = {"hub": connection.info.backend_pid, "floor": bare.info.backend_pid}
            blocks, watches, floors, before = RowBlocks(), [], [], processor_seconds(pids)
            for number in range(stored // rows + excerpts):
                if number == stored // rows:
                    before = processor_seconds(pids)
                watch = Stopwatch()
                envelope = _file(spoken, number, rows)
                appended = _decide(connection, spoken, envelope, blocks, watch)
                floors.append(_bare(bare, _rendered(reader, appended)))
                watches.append(watch)
            used = {name: each - before[name] for name, each in processor_seconds(pids).items()}
        hub.close()
        floor.close()
    server_cpu = {name: round(each / excerpts / rows * 1e6, 1) for name, each in used.items()}
    return _report(watches[-excerpts:], floors[-excerpts:], rows) | {"server_cpu": server_cpu}


def _decide(
    connection: psycopg.Connection,
    spoken: Language,
    envelope: Envelope,
    blocks: RowBlocks,
    watch: Stopwatch,
) -> Appended:
    """What the pipeline does with an excerpt, in its steps."""
    adapter = adapter_for(spoken.adapters, envelope.media_type)
    assert adapter is not None
    setting = spoken.setting(datetime.now(UTC), HUB_KEY)
    with watch.step("decode"):
        decoded = adapter.decode(envelope, spoken.limits)
    with watch.step("read"):
        items = tuple([read_item(item, adapter) for item in decoded.items])
    reading = Reading(envelope, adapter, decoded, envelope.message_id, None, "", b"", items)
    organisation = connection.execute("SELECT organisation FROM partner").fetchone()
    assert organisation is not None
    work, needed = Work(reading, 0, 0, organisation[0]), Needs()
    with connection.transaction():
        writes = WriteSet(new_row=lambda: blocks.take(connection))
        with watch.step("prepare"):
            prepare(work, setting, needed)
        with watch.step("load"):
            state = load(connection, needed)
        with watch.step("decide"):
            reasons, outcomes = decide(work, state, setting, writes)
        with watch.step("outcomes"):
            orjson.dumps([outcome.as_json() for outcome in outcomes])
        with watch.step("write"):
            appended = writes.flush(connection)
        watch.begin("commit")
    watch.end("commit")
    rejected = sum(outcome.status != "accepted" for outcome in outcomes)
    if reasons or appended is None or rejected > len(outcomes) // FAULTY + 1:
        raise RuntimeError(f"{rejected} of {len(outcomes)}: {reasons or outcomes[:1]}")
    return appended


def _file(spoken: Language, number: int, rows: int) -> Envelope:
    """An excerpt as a CSV file from the template of heat pumps; no two are the same."""
    adapter = _csv(spoken)
    header = Header(f"bench-{number}", SENDER, "hub", datetime.now(UTC))
    entries = tuple(
        Entry("asset.register", device(number * rows + place + 1)) for place in range(rows)
    )
    media_type, body = adapter.encode(Document(header, entries))
    return Envelope(
        f"bench-{number}",
        SENDER,
        media_type,
        body,
        datetime.now(UTC),
        statement_date=date(2026, 1, 1),
    )


def device(number: int) -> dict[str, Any]:
    """A heat pump of a portfolio: some values are its own, others it shares with many."""
    payload = heat_pump(number)
    payload["refs"] = [{"party": SENDER, "ref": f"HP-{number}"}]
    payload["attributes"] |= {
        "model": f"Air {number % 37}, outdoor unit",
        "import_capacity_kw": 2.5 + number % 60 / 4,
        "connected_on": date.fromordinal(737_500 + number % 1_500).isoformat(),
        "site_name": f"{number % 997} Example Street, Flat {number}",
        "postcode": f"SW{number % 9 + 1}{'AEPVW'[number % 5]} {number % 9 + 1}AB",
        "latitude": round(51.3 + number % 40_009 / 1e5, 5),
        "longitude": round(-0.4 + number % 50_021 / 1e5, 5),
    }
    if number % FAULTY == 0:
        point = payload["accounting_point"]
        point["id"] = point["id"][:-1] + str((int(point["id"][-1]) + 1) % 10)
    return payload


def _csv(spoken: Language) -> Writer:
    found: Adapter = next(each for each in spoken.adapters if each.name == "csv")
    assert isinstance(found, Writer)
    return found


def _rendered(connection: psycopg.Connection, appended: Appended) -> list[tuple[str, bytes]]:
    """The rows of an excerpt as COPY has them, in the order in which they were written."""
    first, past = appended.first_position, appended.first_position + appended.count
    log = f"position >= {first} AND position < {past}"
    return [
        (table, _copied_out(connection, table, condition.format(log=log, first=first)))
        for table, condition in _ROWS.items()
    ]


def _copied_out(connection: psycopg.Connection, table: str, condition: str) -> bytes:
    query = f"COPY (SELECT * FROM {table} WHERE {condition} ORDER BY ctid) TO STDOUT"  # noqa: S608 - constants
    with connection.cursor().copy(query) as copy:
        return b"".join(bytes(part) for part in copy)


def _bare(connection: psycopg.Connection, rendered: Sequence[tuple[str, bytes]]) -> float:
    """Seconds of the bare COPY."""
    watch = Stopwatch()
    with watch.step("floor"), connection.transaction():
        for table, rows in rendered:
            with connection.cursor().copy(f"COPY {table} FROM STDIN") as copy:
                copy.write(rows)
    return watch.elapsed["floor"]


def _report(watches: Sequence[Stopwatch], floors: Sequence[float], rows: int) -> dict[str, Any]:
    def each(seconds: Sequence[float]) -> float:
        return round(statistics.median(seconds) / rows * 1e6, 1)

    decided = [sum(watch.elapsed[step] for step in STEPS[1:]) for watch in watches]
    return {
        "excerpts": len(watches),
        "rows": rows,
        "unit": "microseconds a row, medians",
        "elapsed": {step: each([watch.elapsed[step] for watch in watches]) for step in STEPS},
        "cpu": {step: each([watch.cpu[step] for watch in watches]) for step in STEPS},
        "cpu_without_decode": each([sum(w.cpu[s] for s in STEPS[1:]) for w in watches]),
        "elapsed_without_decode": each(decided),
        "floor": each(floors),
        "ratio": round(
            statistics.median(f / own for f, own in zip(floors, decided, strict=True)), 3
        ),
    }


@contextmanager
def _databases() -> Iterator[tuple[str, str]]:
    """Two migrated databases on one server: the hub's and that of the floor, both as their owner."""
    home = Path(tempfile.mkdtemp(prefix="fmar-bench-"))
    host = ServerHost(Settings(home=home, database_url=None), say=lambda _line: None)
    server = host.postgresql
    assert server is not None
    try:
        server.folder.mkdir(parents=True)
        server.start()
        owner, runtime = Role("bench_owner", "bench"), Role("bench_hub", "bench")
        urls = []
        for name in ("bench_hub", "bench_floor"):
            provision(server.admin_url(), owner=owner, runtime=runtime, database=name)
            owner_url = url_for(server.admin_url(), role=owner, database=name)
            upgrade(owner_url, runtime_role=runtime.name)
            urls.append(url_for(server.admin_url(), role=runtime, database=name))
        yield urls[0], urls[1]
    finally:
        host.discard()
        shutil.rmtree(home, ignore_errors=True)


def main(
    excerpts: Annotated[int, typer.Option(min=3, help="Excerpts that are measured.")] = 40,
    rows: Annotated[int, typer.Option(min=10, help="Rows of each.")] = 500,
    stored: Annotated[int, typer.Option(min=0, help="Rows that go before them.")] = 5_000,
) -> None:
    """Measure excerpts of a category's template, step by step."""
    typer.echo(json.dumps(measure(excerpts, rows, stored), indent=1))


if __name__ == "__main__":
    typer.run(main)
