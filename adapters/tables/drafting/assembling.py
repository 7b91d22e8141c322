"""The document of a drafted profile, from what was chosen for its columns."""

from collections.abc import Mapping, Sequence
from typing import Any

from adapters.tables.drafting.categories import CategoryGuess
from adapters.tables.drafting.choosing import Chosen, Left
from adapters.tables.drafting.entries import Entry, category_table, code_table, column_entry
from adapters.tables.drafting.targets import COMMAND, EASTING, NORTHING, POINT, REFERENCE
from adapters.tables.drafting.vocabulary import Vocabulary
from adapters.tables.folding import fold
from adapters.tables.profile_model import Profile

_LONGEST_HEADING = 200
_TELLING_OF_SLOTS = ("energy_source", "export_capacity_kw", "import_capacity_kw", "category")
_SITE = "/attributes/site_"
_TECHNOLOGY = ("energy_source", "conversion_technology")


class Assembly:
    """Collects the parts of one document. `numbers`: of the slots."""

    def __init__(
        self, name: str, title: str, headings: Sequence[str], numbers: Sequence[int]
    ) -> None:
        self.name = name
        self.title = title
        self._headings = headings
        self._numbers = list(numbers)
        self._columns: list[Entry] = []
        self._in_slots: list[Entry] = []
        self._codes: dict[str, list[Entry]] = {}
        self._steps: list[Entry] = []
        self._constants: dict[str, str] = {}
        self._dropped: list[Entry] = []
        self.names: dict[int, str] = {}

    def add_columns(
        self, chosen: Sequence[Chosen], guess: CategoryGuess, vocabulary: Vocabulary
    ) -> None:
        for each in chosen:
            fit = each.fit
            name = self._free(fit.target.name)
            own = {fold(heading) for heading in each.headings}
            others = [heading for heading in self._headings if fold(heading) not in own]
            entry = column_entry(each, name, others)
            self.names[fit.column.index] = name
            if entry["kind"] == "code" and fit.coding is not None:
                if guess.told_by == fit.column.index and guess.of_value is not None:
                    self._codes[name] = category_table(guess.of_value, fit.target, fit.coding)
                else:
                    self._codes[name] = code_table(fit.coding, fit.target, vocabulary)
            (self._columns if each.slot is None else self._in_slots).append(entry)
        if self._in_slots:
            self._once_per_row()

    def add_category(self, guess: CategoryGuess, heading: str, slot_template: str | None) -> None:
        """Where one, a constant; else the column that tells it, if that is not read as something else."""
        if guess.told_by is None or len(guess.names) == 1:
            self._constants["/category"] = guess.names[0]
        elif guess.told_by not in self.names and guess.of_value is not None:
            entry = {"name": "category", "kind": "code", "codes": "category", "to": "/category"}
            self._codes["category"] = category_table(guess.of_value, None, None)
            spelt = slot_template or heading.replace("{", "(").replace("}", ")")
            column = entry | {"headings": [spelt], "mandatory": True}
            (self._columns if slot_template is None else self._in_slots).append(column)

    def decide_category_as(self, profile: Profile) -> bool:
        """Takes over how a known profile tells the category by energy source and technology, with its words for
        both, if this layout has both columns. Words of the file that it lacks are added.
        """
        step = next(
            (
                s
                for s in profile.document.get("steps", ())
                if s["do"] == "decide" and s["to"] == "/category"
            ),
            None,
        )
        if step is None or set(step["inputs"]) != set(_TECHNOLOGY):
            return False
        if not set(_TECHNOLOGY) <= set(self.names.values()):
            return False
        for name in _TECHNOLOGY:
            drafted = {
                each["value"] if each.get("value") else each["code"]: each.get("spellings", ())
                for each in self._codes[name]
            }
            self._codes[name] = [
                _with_words(each, drafted.get(each["code"], ()))
                for each in profile.document["codes"][name]
            ]
        self._steps.append(dict(step))
        return True

    def add_steps(self, chosen: Sequence[Chosen], scheme: str, identity_text: str) -> None:
        names = {each.fit.target.pointer: self.names[each.fit.column.index] for each in chosen}
        points = [c for c in chosen if c.fit.target.pointer == POINT]
        points.sort(
            key=lambda c: ("export" not in c.fit.column.heading.lower(), c.fit.column.index)
        )
        if points:
            columns = [self.names[each.fit.column.index] for each in points]
            self._steps.insert(0, {"do": "accounting_point", "scheme": scheme, "columns": columns})
        for entry in self._columns if len(points) > 1 else ():
            if entry["name"] in {self.names[each.fit.column.index] for each in points}:
                entry.pop("mandatory", None)
        if EASTING in names and NORTHING in names:
            self._locate(names)
        self._identify(names, bool(points), identity_text)

    def drop(self, left: Sequence[Left]) -> None:
        kept = {fold(heading) for entry in self._columns for heading in entry["headings"]}
        for each in left:
            headings = [
                h for h in each.headings if len(h) <= _LONGEST_HEADING and fold(h) not in kept
            ]
            if headings:
                self._dropped.append({"headings": headings, "reason": each.why})

    def assume(self, pointer: str, value: str) -> None:
        self._constants[pointer] = value

    def document(self, version: str, markers: Sequence[str]) -> dict[str, Any]:
        document: dict[str, Any] = {
            "$schema": "../profile.schema.json",
            "name": self.name,
            "version": version,
            "title": self.title,
            "command": COMMAND,
            "null_markers": list(markers),
            "dates": {"ambiguous": "day_first"},
            "unknown_headings": "warning",
            "constants": dict(sorted(self._constants.items())),
            "columns": self._columns,
        }
        if self._in_slots:
            telling = [e["name"] for e in self._in_slots if e["name"] in _TELLING_OF_SLOTS]
            every = [entry["name"] for entry in self._in_slots]
            document["slots"] = {
                "numbers": self._numbers,
                "filled_when": telling or every,
                "columns": self._in_slots,
            }
        document |= {"codes": self._codes, "steps": self._steps, "dropped": self._dropped}
        return {
            n: value for n, value in document.items() if n == "columns" or value not in ({}, [])
        }

    def _free(self, name: str) -> str:
        taken = set(self.names.values())
        number = 1
        while (free := name if number == 1 else f"{name}_{number}") in taken:
            number += 1
        return free

    def _once_per_row(self) -> None:
        """What is said of a site is said once, and not for each of its plants."""
        for entry in self._columns:
            if entry.get("to", "").startswith(_SITE) and entry["kind"] == "decimal":
                pointer = entry.pop("to")
                self._steps.append(
                    {"do": "put", "to": pointer, "once": True, "columns": [entry["name"]]}
                )

    def _locate(self, names: Mapping[str, str]) -> None:
        for member in ("latitude", "longitude"):
            stated = next(
                (e for e in self._columns if e.get("to") == f"/attributes/{member}"), None
            )
            if stated is not None:
                del stated["to"]
            elif all(entry["name"] != member for entry in self._columns):
                heading = member.capitalize()
                self._columns.append(
                    {"name": member, "kind": "decimal", "fraction_digits": 6, "headings": [heading]}
                )
        self._steps.append(
            {"do": "location", "eastings": names[EASTING], "northings": names[NORTHING], "latitude": "latitude",
             "longitude": "longitude", "tolerance_metres": 100, "rule": "ECR_06"}
        )  # fmt: skip

    def _identify(self, names: Mapping[str, str], has_point: bool, system: str) -> None:  # noqa: FBT001 - a fact of the file
        serial = names.get("/attributes/serial_number")
        parts: list[Entry] = []
        if REFERENCE in names:
            parts = [{"values": [names[REFERENCE]], "normalised": True}]
        elif has_point and serial is not None:
            parts = [{"values": ["accounting_point"]}, {"values": [serial], "normalised": True}]
        if not parts:
            return
        if self._in_slots and any(step["do"] == "decide" for step in self._steps):
            parts.append({"values": ["category"]})
        self._steps.append({"do": "identity", "separator": "/", "parts": parts})
        self._constants |= {
            "/source/system": system,
            "/source/revision": "{statement_date}",
            "/on_existing": "update",
        }


def _with_words(entry: Mapping[str, Any], spellings: Sequence[str]) -> Entry:
    known = {fold(word) for word in (entry["code"], *entry.get("spellings", ()))}
    added = [word for word in spellings if fold(word) not in known]
    words = [*entry.get("spellings", ()), *added]
    return {**entry, **({"spellings": words} if words else {})}
