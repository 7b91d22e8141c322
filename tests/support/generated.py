"""Hypothesis strategies for payloads that the hub accepts: of every command that all formats carry, and of
records; attributes from a category's schema alone, whatever it holds.

Values are JSON values as hub JSON reads them: numbers int or float, times as text. Strings are what RECORDS.md
section 2 allows, of any script. Organisations and assets that are named need not exist: `router.offline`
assumes that they do. `SENDER` is the party of references that name one.
"""

import math
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from unicodedata import normalize

from hypothesis import strategies as st
from stdnum.eu import eic

from contracts.canonical import plain_number
from contracts.categories import Assertion, Category
from contracts.identifiers import public_id
from contracts.market import GSP_GROUP_OF_AREA
from contracts.receipts import timestamp
from registry_store.attribute_assertions import is_met
from tests.support.registry import mpan

SENDER = "acme"
_BEGINNING = datetime(2020, 1, 1, tzinfo=UTC)
_LETTERS = st.characters(categories=("L", "M", "N", "P", "S"), exclude_characters="|")
_TOKEN_START = "abcdefghijklmnopqrstuvwxyzABCXYZ0189"
#: Members of an asset's statement that a patch may take away; an object goes as a whole.
_MAY_GO = ("fsp", "owner", "accounting_point", "network", "refs", "consent_reference", "source")
_TOKEN_REST = _TOKEN_START + "._:/-"
Payloads = st.SearchStrategy[dict[str, Any]]


def plain(value: Any) -> Any:
    """The same JSON value with numbers as canonical JSON writes them, whatever type they were read as."""
    if isinstance(value, Mapping):
        return {name: plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if isinstance(value, float):
        return plain_number(Decimal(repr(value)))
    return plain_number(value) if isinstance(value, Decimal) else value


@st.composite
def lines(draw: st.DrawFn, longest: int = 60) -> str:
    """1 to `longest` printable characters (NFC), no | and no outer blanks."""
    words = st.text(_LETTERS, min_size=1, max_size=max(1, min(longest, 12)))
    text = normalize("NFC", " ".join(draw(st.lists(words, min_size=1, max_size=3))))
    return text[:longest].strip(" ") or "x"


def tokens() -> st.SearchStrategy[str]:
    rest = st.text(st.sampled_from(_TOKEN_REST), max_size=20)
    return st.builds(str.__add__, st.sampled_from(_TOKEN_START), rest)


def ids(kind: str) -> st.SearchStrategy[str]:
    """Public ids of that kind of record, with the right check character."""
    return st.integers(0, 2**60 - 1).map(lambda bits: public_id(kind, bits))


def times() -> st.SearchStrategy[str]:
    """From 2020 to a time long past: what is dated in the future would be scheduled."""
    seconds = st.integers(0, 5 * 365 * 86_400).map(lambda s: _BEGINNING + timedelta(seconds=s))
    exact = seconds.map(lambda moment: moment.replace(microsecond=120_340))
    return st.one_of(seconds, exact).map(timestamp)


@st.composite
def _numbers(draw: st.DrawFn, schema: Mapping[str, Any]) -> int | float:
    scale = 10 ** schema.get("fraction_digits", 0)
    low, high = Decimal(str(schema["minimum"])), Decimal(str(schema["maximum"]))
    steps = draw(st.integers(math.ceil(low * scale), math.floor(high * scale)))
    return plain_number(Decimal(steps) / scale)


def values(schema: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    """Values of an attribute, an element or a member in the closed profile."""
    return {
        "boolean": lambda _schema: st.booleans(),
        "number": _numbers,
        "integer": _numbers,
        "string": _strings,
        "array": _arrays,
        "object": _objects,
    }[schema["type"]](schema)


def _arrays(schema: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    longest = min(schema["maxItems"], 4)
    return st.lists(values(schema["items"]), min_size=1, max_size=longest)


def _objects(schema: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    members = {name: values(part) for name, part in schema["properties"].items()}
    needed = {name: members.pop(name) for name in schema["required"]}
    return st.fixed_dictionaries(needed, optional=members)


def _strings(schema: Mapping[str, Any]) -> st.SearchStrategy[str]:
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if schema.get("format") == "date":
        return st.dates().map(str)
    if "pattern" in schema:
        return _strings_of(schema["pattern"], schema["maxLength"])
    return lines(schema["maxLength"])


def _strings_of(pattern: str, longest: int) -> st.SearchStrategy[str]:
    # The closed profile has no alternatives, so that the anchors can be cut off.
    inner = st.from_regex(pattern.removeprefix("^").removesuffix("$"), fullmatch=True)
    return inner.filter(lambda text: len(text) <= longest and text == text.strip(" ") != "")


@st.composite
def attributes(draw: st.DrawFn, category: Category) -> dict[str, Any]:
    """What conforms to the category: mandatory ones, any of the others, no assertion broken."""
    every = {each.name: values(each.schema) for each in category.attributes}
    needed = {name: every.pop(name) for name in category.required}
    some = draw(st.sets(st.sampled_from(sorted(every)), max_size=12)) if every else set()
    drawn = draw(st.fixed_dictionaries(needed | {name: every[name] for name in sorted(some)}))
    for assertion in (*category.assertions, *category.assertions):
        if not is_met(assertion, drawn):
            _mend(draw, category, assertion, drawn)
    broken = [each.name for each in category.assertions if not is_met(each, drawn)]
    assert broken == [], f"{category.name}: this module cannot keep {broken}"
    return drawn


def _mend(draw: st.DrawFn, category: Category, assertion: Assertion, drawn: dict[str, Any]) -> None:
    """Adds what is asked for, and takes away what may go."""
    for name in assertion.require:
        if name not in drawn:
            attribute = category.attribute(name)
            assert attribute is not None
            drawn[name] = draw(values(attribute.schema))
    if assertion.at_most:
        lesser, greater = assertion.at_most
        if lesser in category.required and greater in category.required:
            drawn[lesser], drawn[greater] = drawn[greater], drawn[lesser]
        else:
            del drawn[lesser if lesser not in category.required else greater]
    for name in (*assertion.forbid, *assertion.together):
        if name not in category.required:
            drawn.pop(name, None)


def _eic(body: str) -> str:
    return body + eic.calc_check_digit(body)


def accounting_points() -> Payloads:
    return st.one_of(
        st.builds(
            lambda scheme, number: {"scheme": scheme, "id": mpan(number)},
            st.sampled_from(["mpan", "amsid"]),
            st.integers(1, 9_999_999_999),
        ),
        st.text("ABCXYZ0189", min_size=15, max_size=15).map(
            lambda body: {"scheme": "eic", "id": _eic(body)}
        ).filter(lambda point: eic.is_valid(point["id"])),
        st.text("ABC019_", min_size=3, max_size=11).map(lambda name: {"scheme": "bmu", "id": name}),
    )  # fmt: skip


def networks() -> Payloads:
    place = st.one_of(
        st.sampled_from(sorted(GSP_GROUP_OF_AREA.items())).map(
            lambda pair: {"area": pair[0], "gsp_group": pair[1]}
        ),
        st.sampled_from(sorted(set(GSP_GROUP_OF_AREA.values()))).map(lambda g: {"gsp_group": g}),
    )
    names = ("grid_supply_point", "bulk_supply_point", "primary_substation")
    points = st.fixed_dictionaries({}, optional={name: lines() for name in names})
    return st.builds(dict.__or__, place, points)


def references() -> st.SearchStrategy[list[dict[str, str]]]:
    one = st.fixed_dictionaries({"ref": lines()}, optional={"party": st.just(SENDER)})
    return st.lists(one, min_size=1, max_size=3, unique_by=lambda each: each["ref"])


def _sources() -> Payloads:
    revision = st.one_of(st.dates(min_value=_BEGINNING.date()).map(str), times())
    return st.fixed_dictionaries(
        {"system": tokens(), "revision": revision}, optional={"identity": lines()}
    )


def _owners() -> Payloads:
    return st.one_of(
        ids("organisation").map(lambda name: {"organisation": name}),
        tokens().map(lambda token: {"consent_subject": token}),
    )


def _statement(category: Category) -> tuple[dict[str, Any], dict[str, Any]]:
    """Mandatory and optional members of an asset as stated."""
    needed: dict[str, Any] = {
        "category": st.just(category.name),
        "attributes": attributes(category),
    }
    optional: dict[str, Any] = {
        "category_version": st.just(category.version),
        "fsp": ids("organisation"),
        "owner": _owners(),
        "accounting_point": accounting_points(),
        "network": networks(),
        "refs": references(),
        "consent_reference": tokens(),
        "source": _sources(),
        "valid_from": times(),
    }
    if category.requires_consent:
        needed["consent_reference"] = optional.pop("consent_reference")
    return needed, optional


def targets(kind: str) -> st.SearchStrategy[Any]:
    """A record that is addressed: by id, or by the sender's reference."""
    reference = st.fixed_dictionaries({"ref": lines()}, optional={"party": st.just(SENDER)})
    return st.one_of(ids(kind), reference)


def assets(category: Category) -> Payloads:
    """Payloads of asset.register, each valid by itself."""
    needed, optional = _statement(category)
    optional["on_existing"] = st.sampled_from(["refuse", "update"])
    return st.fixed_dictionaries(needed, optional=optional)


def asset_updates(category: Category) -> Payloads:
    """Payloads of asset.update."""
    needed, optional = _statement(category)
    optional["expected_version"] = st.integers(1, 10**6)
    return st.fixed_dictionaries({"asset": targets("asset"), **needed}, optional=optional)


@st.composite
def asset_amendments(draw: st.DrawFn, category: Category) -> dict[str, Any]:
    """Payloads of asset.amend: members changed, and members that go (null).

    The category stands in the patch, so that every format can tell which one it is.
    """
    needed, optional = _statement(category)
    optional |= {
        name: each for name, each in needed.items() if name not in ("category", "attributes")
    }
    for name in ("valid_from", "category_version"):
        del optional[name]
    going = st.dictionaries(
        st.sampled_from(["grid_supply_point", "primary_substation"]), st.none(), min_size=1
    )
    optional["network"] = networks() | going | st.none()
    patch = draw(st.fixed_dictionaries({"category": st.just(category.name)}, optional=optional))
    patch |= draw(st.dictionaries(st.sampled_from(_MAY_GO), st.none()))
    stated = draw(attributes(category))
    changed = draw(st.sets(st.sampled_from(sorted(stated)), min_size=1))
    gone = draw(st.sets(st.sampled_from([each.name for each in category.attributes]), max_size=3))
    patch["attributes"] = {name: stated[name] for name in sorted(changed)} | dict.fromkeys(
        sorted(gone)
    )
    more = {"expected_version": st.integers(1, 10**6), "valid_from": times()}
    return draw(
        st.fixed_dictionaries({"asset": targets("asset"), "patch": st.just(patch)}, optional=more)
    )


def _endings(name: str, kind: str) -> Payloads:
    more = {"expected_version": st.integers(1, 10**6), "valid_from": times()}
    return st.fixed_dictionaries({name: targets(kind)}, optional=more)


def asset_deregistrations() -> Payloads:
    return _endings("asset", "asset")


def members() -> st.SearchStrategy[list[dict[str, Any]]]:
    """Members of a market unit, each asset once."""
    one = st.builds(
        lambda asset, period: {"asset": asset, **period},
        targets("asset"),
        st.fixed_dictionaries(
            {}, optional={"valid_from": times(), "valid_to": st.just("2031-01-01T00:00:00Z")}
        ),
    )
    return st.lists(one, min_size=1, max_size=5, unique_by=lambda member: str(member["asset"]))


def units() -> Payloads:
    """Payloads of market_unit.create."""
    return st.fixed_dictionaries(
        {"type": st.sampled_from(["spu", "spg"]), "name": lines(), "members": members()},
        optional={"fsp": ids("organisation"), "refs": references(), "valid_from": times()},
    )


def unit_compositions() -> Payloads:
    return st.fixed_dictionaries(
        {"market_unit": targets("market_unit"), "members": members()},
        optional={"expected_version": st.integers(1, 10**6), "valid_from": times()},
    )


def unit_deregistrations() -> Payloads:
    return _endings("market_unit", "market_unit")


def payloads(command: str, category: Category) -> Payloads:
    """Payloads of a command, or of a record (`asset.record`); `category` where it needs one."""
    return {
        "asset.register": lambda: assets(category),
        "asset.update": lambda: asset_updates(category),
        "asset.amend": lambda: asset_amendments(category),
        "asset.deregister": asset_deregistrations,
        "asset.record": lambda: asset_records(category),
        "market_unit.create": units,
        "market_unit.compose": unit_compositions,
        "market_unit.deregister": unit_deregistrations,
        "market_unit.record": unit_records,
    }[command]()


def _recorded(kind: str, statuses: list[str]) -> dict[str, Any]:
    return {
        "kind": st.just(kind),
        "id": ids(kind),
        "version": st.integers(1, 10**6),
        "status": st.sampled_from(statuses),
        "valid_from": times(),
        "recorded_at": times(),
    }


def _without_the_first(attributes: dict[str, Any]) -> dict[str, Any]:
    return dict(list(attributes.items())[1:])


def asset_records(category: Category) -> Payloads:
    """Canonical records of assets, or what of one a reader may see: attributes may be missing."""
    _, optional = _statement(category)
    del optional["valid_from"], optional["category_version"], optional["source"]
    key = st.fixed_dictionaries(
        {
            "scheme": st.sampled_from(["device", "point"]),
            "value": lines(),
            "strength": st.just("weak"),
        }
    )
    refs = st.fixed_dictionaries({"party": tokens(), "ref": lines()})
    evidence = st.fixed_dictionaries({"kind": st.just("possible_double"), "asset": ids("asset")})
    stated = attributes(category)
    return st.fixed_dictionaries(
        _recorded("asset", ["planned", "verified", "query", "deregistered"])
        | {"category": st.just(category.name), "category_version": st.just(category.version)},
        optional=optional
        | {
            "attributes": stated | stated.map(_without_the_first).filter(bool),
            "registered_by": ids("organisation"),
            "refs": st.lists(refs, min_size=1, max_size=3),
            "keys": st.lists(key, min_size=1, max_size=3),
            "source": st.fixed_dictionaries({"system": tokens(), "revision": times()}),
            "evidence": st.lists(evidence, min_size=1, max_size=2),
        },
    )


def unit_records() -> Payloads:
    member = st.fixed_dictionaries(
        {"asset": ids("asset"), "valid_from": times()}, optional={"valid_to": times()}
    )
    number = _numbers({"minimum": 0, "maximum": 10**9, "fraction_digits": 3})
    totals = ("down_kw", "energy_kwh", "up_kw")
    return st.fixed_dictionaries(
        _recorded("market_unit", ["active", "deregistered"])
        | {"type": st.sampled_from(["spu", "spg"]), "name": lines()},
        optional={
            "fsp": ids("organisation"),
            "members": st.lists(member, min_size=1, max_size=5),
            "refs": st.lists(
                st.fixed_dictionaries({"party": tokens(), "ref": lines()}), min_size=1, max_size=2
            ),
            "totals": st.dictionaries(st.sampled_from(totals), number, min_size=1),
        },
    )
