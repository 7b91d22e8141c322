"""Profiles that come from outside: everything wrong is named, everything is bounded, and none breaks the reader."""

import copy
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.tables import profile_bounds
from adapters.tables.profile import Profile
from contracts.messages import Envelope, Limits
from contracts.reasons import Rule
from router.bootstrap import language, profiles
from tests.support.mapping import batteries, battery_file

LANGUAGE = language()
READER = LANGUAGE.profiles
ECR = next(each for each in profiles() if each.name == "ecr")


def problems(change: Callable[[dict[str, Any]], object]) -> list[str]:
    document = batteries()
    change(document)
    return [f"{reason.rule.key} {reason.path} {reason.text}" for reason in READER.check(document)]


def test_the_hubs_own_profiles_pass_the_same_checks_but_for_their_names() -> None:
    for profile in profiles():
        assert isinstance(READER.read(profile.document), Profile)
        assert [reason.rule for reason in READER.check(profile.document)] == [Rule.MAP_02]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda d: d.update(command="organisation.register"), "tables carry the commands asset.register"),
        (lambda d: d["columns"][2].update(to="/attributes/colour"), "/attributes/colour is no member of asset.register"),
        (lambda d: d["columns"][2].update(to="/id"), "/id is no member of asset.register"),
        (lambda d: d["constants"].update({"/refs/0/ref": "x"}), "/refs/0/ref is in a list"),
        (lambda d: d["steps"][1]["parts"][0].update(values=["power"]), "power is of kind decimal, the step takes"),
        (lambda d: d["columns"][5].update(unmapped="TAB_99"), "there is no rule TAB_99"),
        (
            lambda d: d["steps"].append({"do": "put", "to": "/attributes/model", "take": "sum", "columns": ["site"]}),
            "site is of kind text, the step takes decimal",
        ),
        (lambda d: d["steps"][0].update(when={"status": [["connected"]]}), "a condition lists text"),
        (lambda d: d.update(version="1.01"), "without leading zeros"),
        (
            lambda d: d["columns"].append({"name": "c", "kind": "code", "codes": "status", "headings": ["C"]})
            or d.update(command_column="c"),
            "tables carry the commands",
        ),
    ],
)  # fmt: skip
def test_what_leads_nowhere_is_named(
    change: Callable[[dict[str, Any]], object], problem: str
) -> None:
    found = problems(change)
    assert any(problem in each for each in found), found
    assert all(each.startswith("MAP-01") for each in found)


def _columns(count: int) -> list[dict[str, Any]]:
    return [{"name": f"c{n}", "kind": "text", "headings": [f"C {n}"]} for n in range(count)]


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d["columns"].extend(_columns(profile_bounds.MOST_COLUMNS)),
        lambda d: d.update(
            slots={
                "numbers": list(range(1, profile_bounds.MOST_SLOTS + 2)),
                "filled_when": ["x"],
                "columns": [{"name": "x", "kind": "text", "headings": ["X {n}"]}],
            }
        ),
        lambda d: d["codes"].update(more=[{"code": f"c{n}"} for n in range(profile_bounds.MOST_CODES)]),
        lambda d: d["steps"].extend([d["steps"][0]] * profile_bounds.MOST_STEPS),
        lambda d: d["steps"].append(
            {
                "do": "decide", "inputs": ["status"], "to": "/category", "as": "category",
                "rows": [{"is": "battery_storage"}] * (profile_bounds.MOST_DECISIONS + 1),
                "otherwise": {"rule": "ECR_02", "text": "none"},
            }
        ),
        lambda d: d["columns"][4].update(
            headings=[f"Power {n} ({{unit}})" for n in range(200)],
            units={f"u{n}": "1" for n in range(200)},
        ),
        lambda d: d.update(title="t", null_markers=["x" * 200] * 700),
    ],
    ids=["columns", "slots", "codes", "steps", "decisions", "spellings", "bytes"],
)  # fmt: skip
def test_what_is_too_much_is_refused(change: Callable[[dict[str, Any]], object]) -> None:
    (problem,) = problems(change)
    assert problem.startswith("MAP-05")
    assert "limit" in problem


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    inner = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for name, part in inner:
        yield from places(part, (*path, name))


def at(value: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        value = value[step]
    return value


BASES = [batteries(), dict(ECR.document)]
PLACES = [[path for path in places(base) if path] for base in BASES]


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """A profile in which some parts stand in the place of others."""
    which = draw(st.sampled_from(range(len(BASES))))
    document, known = copy.deepcopy(BASES[which]), PLACES[which]
    for _ in range(draw(st.integers(1, 3))):
        target = draw(st.sampled_from(known))
        kind = type(at(BASES[which], target))
        source = draw(st.sampled_from([p for p in known if type(at(BASES[which], p)) is kind]))
        try:
            at(document, target[:-1])[target[-1]] = copy.deepcopy(at(BASES[which], source))
        except (LookupError, TypeError):
            continue  # a part that an earlier exchange has taken away
    return {**document, "name": "acme-any"}


REGISTER = ",".join(ECR.columns[n].headings[0].replace("{unit}", "kV") for n in range(20))
FILES = [battery_file("one", "two"), f"{REGISTER}\n{','.join(['1'] * 20)}\n".encode()]


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(document=documents(), body=st.sampled_from(FILES))
def test_a_profile_that_passes_reads_any_file_without_an_exception(
    document: dict[str, Any], body: bytes
) -> None:
    read = READER.read(document)
    if not isinstance(read, Profile):
        assert all(reason.rule in (Rule.MAP_01, Rule.MAP_05) for reason in read)
        return
    envelope = Envelope(
        "", "acme", f"text/csv; profile=acme-any; version={read.version}", body,
        datetime(2026, 11, 1, tzinfo=UTC), statement_date=date(2026, 11, 1),
    )  # fmt: skip
    adapter = next(each for each in language(read).adapters if each.name == "csv")
    decoded = adapter.decode(envelope, Limits())
    assert decoded.items or decoded.reasons
