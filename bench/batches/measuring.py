"""The rounds, and what is told of them."""

import statistics
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from bench.batches.bare_copy import BareCopy
from bench.batches.place import SINGLE, Place, place
from bench.batches.sending import Sender, Sent, validated
from bench.batches.verifying import verify
from bench.batches.watching import Memory, SingleMessages, processor_seconds
from bench.generate import Plan as Portfolio
from bench.generate import generate
from bench.portfolio.faults import KINDS, TWICE
from bench.stage import message
from contracts.batches import Policy
from contracts.categories import Catalogue
from registry_store.category_documents import load_catalogue
from router.bootstrap import SCHEMAS

#: As a legacy system sends its portfolio, the first time and every time.
UPDATE = Policy(existing="update")
_LATER, _LATEST = date(2026, 2, 1), date(2026, 3, 1)
#: The same portfolio in other words: what (f) sends.
_OTHER_DIALECT = "continental"
_EVERY_SECONDS = 0.1
#: Seeds of files that are not those of a round.
_FILLING_SEED, _GROWING_SEED, _MESSAGES_SEED = 10_000, 20_000, 30_000
_FILLING_ROWS = 200_000
#: A device that stands twice is no fault where a row may update what another one registered.
_FAULTS = tuple(name for name in KINDS if name != TWICE)


@dataclass(frozen=True, slots=True)
class Plan:
    """`rows` of each file; `growth_rows` of those with which (a) and (b) are compared between `few` and `many`
    assets in the register (0: not compared). `formats`: those of (c);
    `repeats`: whether (d) to (g) are measured, and single messages beside a batch.
    """

    rows: int = 200_000
    rounds: int = 3
    formats: tuple[str, ...] = ("xml", "flat")
    repeats: bool = True
    growth_rows: int = 20_000
    few: int = 10_000
    many: int = 1_000_000


class Bench:
    """One hub, one partner, and the second database that is kept level with the hub's."""

    def __init__(self, plan: Plan, place: Place, say: Callable[[str], None]) -> None:
        self._plan = plan
        self._place = place
        self._say = say
        self._catalogue: Catalogue = load_catalogue(SCHEMAS)
        self._sender = Sender(place)
        self._floor = BareCopy(place.database_url, place.floor_url)
        self._memory = Memory(place.pids)
        #: Letter -> rows per second, or seconds, of each round.
        self.found: dict[str, list[float]] = {}
        #: Process or server -> microseconds of processor time a row in (b), of each round.
        self.processor_us: dict[str, list[float]] = {}
        #: Faults that were sown and answered at their places, over all files of (b) and (c).
        self.faults_found = 0

    @contextmanager
    def watched(self) -> Iterator[None]:
        with self._memory:
            yield
        self._sender.close()
        self._floor.close()

    @property
    def peak_mb(self) -> dict[str, float]:
        return self._memory.peak_mb

    def round(self, number: int) -> None:
        """(a) to (g), each on assets that the register did not have before the round."""
        rows, seed = self._plan.rows, number * 100 + 1
        csv = self._file(Portfolio(rows=rows, seed=seed, kinds=_FAULTS))
        pids = {**self._place.pids, **self._place.server_pids}
        used = processor_seconds(pids)
        sent = self._sent("b", csv, "csv", UPDATE)
        for name, seconds in processor_seconds(pids).items():
            self.processor_us.setdefault(name, []).append(
                (seconds - used.get(name, 0.0)) / rows * 1e6
            )
        self._note("first_outcome_seconds", sent.first_seconds)
        self._verify(csv, sent)
        self._note("a", rows / self._floor.follow())
        for offset, format in enumerate(self._plan.formats, start=1):
            kinds = tuple(name for name in _FAULTS if format in KINDS[name].formats)
            portfolio = Portfolio(rows=rows, seed=seed + offset, format=format, kinds=kinds)
            file = self._file(portfolio)
            self._verify(file, self._sent(f"c_{format}", file, format, UPDATE))
            self._floor.follow()
        if self._plan.repeats:
            self._repeat(csv, rows, seed)
        self._say(
            f"round {number + 1}: "
            + ", ".join(f"{name} {values[-1]:,.2f}" for name, values in self.found.items())
        )

    def _repeat(self, csv: Path, rows: int, seed: int) -> None:
        """(d) to (g): the file of (b) by itself, again, in other words, and with some of it changed."""
        self._note("d", rows / validated(csv))
        again = self._sender.send(csv, "csv", UPDATE, outcomes=False)
        self._note("e_seconds", again.ended_seconds)
        other = Portfolio(
            rows=rows, seed=seed, dialect=_OTHER_DIALECT, shuffled=True, kinds=_FAULTS
        )
        unchanged = self._sent("f", self._file(other), "csv", UPDATE, _LATER)
        changed = self._sent(
            "g",
            self._file(Portfolio(rows=rows, seed=seed, changed=0.01, kinds=_FAULTS)),
            "csv",
            UPDATE,
            _LATEST,
        )
        self._floor.follow()
        if unchanged.progress["accepted"] or not changed.progress["accepted"]:
            raise RuntimeError(f"(f) is {unchanged.progress}, (g) is {changed.progress}")

    def growth(self, name: str, seed: int) -> None:
        """(a) and (b) of a smaller file, in rows per second, with what the register holds now."""
        file = self._file(Portfolio(rows=self._plan.growth_rows, seed=_GROWING_SEED + seed))
        sent = self._sender.send(file, "csv", UPDATE, outcomes=False)
        self._note(f"b_{name}", self._plan.growth_rows / sent.ended_seconds)
        self._note(f"a_{name}", self._plan.growth_rows / self._floor.follow())
        file.unlink()

    def fill(self, assets: int) -> None:
        """Register so many more assets, in files."""
        for number, start in enumerate(range(0, assets, _FILLING_ROWS)):
            rows = min(_FILLING_ROWS, assets - start)
            seed = _FILLING_SEED + self._floor.assets() % 1_000_003 + number
            file = self._file(Portfolio(rows=rows, seed=seed, faults=0.0))
            self._sender.send(file, "csv", UPDATE, outcomes=False)
            self._floor.follow()
            file.unlink()

    def assets(self) -> int:
        return self._floor.assets()

    def single_messages(self) -> dict[str, float]:
        """Milliseconds that the receipt of a single message takes while a batch runs."""
        file = self._file(Portfolio(rows=self._plan.rows, seed=_MESSAGES_SEED))
        auth = (SINGLE, self._place.secrets[SINGLE])
        single = SingleMessages(
            self._place.base_url, auth, lambda number: message(SINGLE, number), _EVERY_SECONDS
        )
        with single:
            self._sender.send(file, "csv", UPDATE, outcomes=False)
        if single.problem is not None:
            raise single.problem
        file.unlink()
        milliseconds = sorted(seconds * 1_000 for seconds in single.seconds)
        cuts = statistics.quantiles(milliseconds, n=100, method="inclusive")
        return {
            "messages": len(milliseconds),
            "p50": round(cuts[49], 1),
            "p99": round(cuts[98], 1),
            "longest": round(milliseconds[-1], 1),
        }

    def _sent(
        self, letter: str, file: Path, format: str, policy: Policy, stated: date = date(2026, 1, 1)
    ) -> Sent:
        sent = self._sender.send(file, format, policy, stated)
        self._note(letter, self._plan.rows / sent.seconds)
        return sent

    def _verify(self, file: Path, sent: Sent) -> None:
        manifest = file.with_name(f"{file.name}.faults.jsonl")
        self.faults_found += verify(manifest, self._sender.refused(sent), file.suffix)

    def _note(self, name: str, value: float) -> None:
        self.found.setdefault(name, []).append(value)

    def _file(self, portfolio: Portfolio) -> Path:
        file = self._place.folder / f"{portfolio.document_id}.{portfolio.format}"
        generate(portfolio, file, self._catalogue)
        return file


def measure(plan: Plan, say: Callable[[str], None]) -> dict[str, Any]:
    """Rows per second under the letters (a) to (g), each the median of the rounds with its range; and ratios."""
    with place() as here:
        bench = Bench(plan, here, say)
        with bench.watched():
            bench.fill(plan.few)
            if plan.growth_rows:
                for number in range(plan.rounds):
                    bench.growth("few", number)
            for number in range(plan.rounds):
                bench.round(number)
            latency = bench.single_messages() if plan.repeats else {}
            if plan.growth_rows:
                bench.fill(max(0, plan.many - bench.assets()))
                for number in range(plan.rounds):
                    bench.growth("many", 1_000 + number)
        body = report(plan, bench.found, latency, bench.peak_mb)
        return body | {
            "processor_us_per_row": {
                name: round(statistics.median(each), 1) for name, each in bench.processor_us.items()
            },
            "faults_found": bench.faults_found,
        }


def report(
    plan: Plan, found: dict[str, list[float]], latency: dict[str, float], peak_mb: dict[str, float]
) -> dict[str, Any]:
    """Ratios are taken within rounds; their median is what counts."""
    body: dict[str, Any] = {"rows": plan.rows, "rounds": plan.rounds, "unit": "rows/s"}
    body |= {name: _spread(values) for name, values in found.items()}
    body["ratio_b_a"] = _ratio(found, "b", "a")
    body["ratio_c_b"] = {format: _ratio(found, f"c_{format}", "b") for format in plan.formats}
    if plan.repeats:
        body["ratio_f_d"] = _ratio(found, "f", "d")
    for letter in ("a", "b"):
        if f"{letter}_few" in found:
            body[f"growth_{letter}"] = _ratio(found, f"{letter}_few", f"{letter}_many")
    body["single_message_ms"] = latency
    body["peak_rss_mb"] = peak_mb
    return body


def _ratio(found: dict[str, list[float]], over: str, under: str) -> dict[str, float]:
    return _spread([x / y for x, y in zip(found[over], found[under], strict=True)], 3)


def _spread(values: list[float], digits: int = 2) -> dict[str, float]:
    return {
        "median": round(statistics.median(values), digits),
        "lowest": round(min(values), digits),
        "highest": round(max(values), digits),
    }
