"""How fast assets come out of each format: decoded, validated, in canonical form; beside parsing alone.

One process, no servers. The same registrations are written in every format by the hub's own writers, and
read as the pipeline reads a message up to the point where it asks the registry: adapter, typed command,
conformance to the category, canonical JSON. `parse` is what the format's parser takes for the same bytes,
without looking at any of it: json.loads, lxml, str.split, csv.reader.
"""

import csv
import io
import json
import statistics
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from lxml import etree

from adapters import Writer
from bench.stage import registration
from contracts.canonical import canonical_json
from contracts.documents import Document, Entry, Header
from contracts.messages import Envelope, Limits
from registry_store.rules.decision import Context
from router.bootstrap import Language, language
from router.collector import settle_collector
from router.pipeline.preparing import prepared_commands
from router.pipeline.reading import read

_SENDER = "bench-0"
_STATED = date(2026, 1, 1)
_NOW = datetime(2026, 1, 2, tzinfo=UTC)

PARSERS: dict[str, Callable[[bytes], Any]] = {
    "json": json.loads,
    "xml": etree.fromstring,
    "flat": lambda body: [line.split("|") for line in body.decode().split("\n")],
    "csv": lambda body: list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline=""))),
}


def measure(assets: int, rounds: int, say: Callable[[str], None]) -> dict[str, Any]:
    """Assets per second, medians over the rounds with their range; formats take turns."""
    spoken = language()
    envelopes = _envelopes(spoken, assets)
    settle_collector()
    read_seconds: dict[str, list[float]] = {name: [] for name in envelopes}
    parse_seconds: dict[str, list[float]] = {name: [] for name in envelopes}
    for number in range(rounds):
        for name, envelope in envelopes.items():
            parse_seconds[name].append(_timed(lambda: PARSERS[name](envelope.body)))  # noqa: B023
            read_seconds[name].append(_timed(lambda: _canonical(spoken, envelope)))  # noqa: B023
        rates = (f"{name} {assets / times[-1]:,.0f}/s" for name, times in read_seconds.items())
        say(f"round {number + 1}: {', '.join(rates)}")
    return {
        "assets": assets,
        "rounds": rounds,
        "unit": "assets/s",
        "attributes": len(registration(_SENDER, 1)["attributes"]),
        **{
            name: {
                "bytes_per_asset": round(len(envelopes[name].body) / assets),
                "hub": _spread([assets / each for each in read_seconds[name]]),
                "parse": _spread([assets / each for each in parse_seconds[name]]),
                "parse_over_hub_time": round(
                    statistics.median(
                        parse / hub
                        for parse, hub in zip(parse_seconds[name], read_seconds[name], strict=True)
                    ),
                    3,
                ),
            }
            for name in envelopes
        },
    }


def _envelopes(spoken: Language, assets: int) -> dict[str, Envelope]:
    header = Header("bench-1", _SENDER, "hub", datetime(2026, 1, 1, 12, tzinfo=UTC))
    entries = tuple(
        Entry("asset.register", registration(_SENDER, number)) for number in range(assets)
    )
    document = Document(header, entries)
    envelopes = {}
    for adapter in spoken.adapters:
        if isinstance(adapter, Writer) and adapter.name in PARSERS:
            media_type, body = adapter.encode(document)
            envelopes[adapter.name] = Envelope(
                "", _SENDER, media_type, body, _NOW, statement_date=_STATED
            )
    return envelopes


def _canonical(spoken: Language, envelope: Envelope) -> list[bytes]:
    limits = Limits(body_bytes=2**30, items=2**30)
    reading = read(envelope, spoken.adapters, limits)
    context = Context(spoken.setting(_NOW, bytes(32)), _SENDER, reading.message_id, "")
    written = []
    for item, stated in zip(reading.items, prepared_commands(reading.items, context), strict=True):
        if stated.reasons:
            raise RuntimeError(f"{item.item.place}: {stated.reasons[0].text}")
        written.append(canonical_json(stated.content))
    if not written:
        raise RuntimeError(f"nothing was read: {reading.reasons}")
    return written


def _timed(work: Callable[[], Any]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _spread(rates: list[float]) -> dict[str, int]:
    return {
        "median": round(statistics.median(rates)),
        "lowest": round(min(rates)),
        "highest": round(max(rates)),
    }
