"""What happens in the demo. Each step says what it expects, and ends the demo where it is not so."""

import csv
import io
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date

import orjson

from registry_store import subscriptions
from registry_store.dead_letters import dead_letters
from registry_store.feed import log
from router.bootstrap import language
from router.demo import receipts
from router.demo.account import Account
from router.demo.auditing import audited
from router.demo.other_formats import UNIT, other_formats_carry_the_same
from router.demo.receipts import Answered
from router.demo.running import DemoHub
from router.demo.stage import EXAMPLES, Stage
from router.demo.subscribers import beyond_market, gapless, listen_until

_REGISTER_FILE = EXAMPLES / "csv" / "capacity-register.mixed.csv"
_STATED, _LATER, _EARLIER = date(2026, 10, 31), date(2026, 11, 15), date(2026, 9, 30)
_FEN, _WHARF, _HEATH = "Example Fen Solar Farm", "Example Wharf Battery", "Example Heath Hybrid"
_NURSERY, _HOSPITAL = "Example Nursery Battery", "Example Hospital CHP"
#: What each subscriber must have been told in the end, in this order, and nothing else.
_TOLD = {
    "GSP group _A": [
        ("asset.registered", "HP-4"),
        ("asset.registered", _FEN),
        ("asset.registered", _HEATH),
        ("asset.registered", _NURSERY),
        ("asset.updated", _FEN),
        ("record.entered", "BATT-17"),
        ("asset.registered", "EV-9"),
        ("market_unit.created", UNIT),
    ],
    "GSP group _C": [
        ("asset.registered", "BATT-17"),
        ("asset.registered", _WHARF),
        ("asset.registered", _HOSPITAL),
        ("record.withdrawn", "BATT-17"),
    ],
    "all assets": [
        ("asset.registered", "BATT-17"),
        ("asset.registered", "HP-4"),
        ("asset.registered", _FEN),
        ("asset.registered", _WHARF),
        ("asset.registered", _HEATH),
        ("asset.registered", _NURSERY),
        ("asset.registered", _HOSPITAL),
        ("asset.updated", _FEN),
        ("asset.updated", "BATT-17"),
        ("asset.registered", "EV-9"),
    ],
}


def play(hub: DemoHub, account: Account, say: Callable[[str], None]) -> None:
    """All of it, on a hub that is up. Raises DemoFailed."""
    stage = Stage(hub, account)
    try:
        with _timed(account, "partners and subscriptions"):
            say("adding an FSP, a network company and a platform; three subscriptions")
            stage.enter()
            stage.listen()
        with _timed(account, "messages"):
            say("the FSP sends messages; the network company its capacity register")
            _the_fsp_registers(stage)
            _the_fsp_is_refused(stage)
            _the_network_company_states_its_register(stage)
            _an_asset_moves(stage)
            say("the FSP sends XML and a flat file; one record is shown in every form")
            other_formats_carry_the_same(stage)
        with _timed(account, "notifications"):
            say("waiting until all subscribers have been told")
            _subscribers_are_told(stage)
        with _timed(account, "audit"):
            say("recomputing the log")
            audited(hub, account)
            with hub.database.reading() as connection:
                letters = dead_letters(connection, waiting_only=False, limit=1)
            account.expect(not letters, "nothing became a dead letter", str(letters))
    finally:
        stage.leave()


def _the_fsp_registers(stage: Stage) -> None:
    battery = _json(stage, "asset.register.battery_storage.json", "AMQP", "accepted")
    stage.account.names[battery.items[0].id or ""] = "BATT-17"
    stage.account.first_message = orjson.loads(_body("asset.register.battery_storage.json"))
    heat_pump = stage.acme.message(_body("asset.register.heat_pump.json"))
    first = stage.acme.by_http(heat_pump)
    answered = receipts.read_json(first)
    stage.note(stage.acme, "HTTP", "json", "asset.register.heat_pump.json", answered, "")
    stage.account.expect(
        answered.status == "accepted", "the heat pump is registered", _reasons(answered)
    )
    stage.account.names[answered.items[0].id or ""] = "HP-4"
    again = stage.acme.by_amqp(heat_pump)
    stage.note(
        stage.acme,
        "AMQP",
        "json",
        "asset.register.heat_pump.json",
        receipts.read_json(again),
        "the first receipt again",
    )
    stage.account.expect(
        again == first,
        "a message sent again, by another door, gets its first receipt",
        "the receipts differ",
    )


def _the_fsp_is_refused(stage: Stage) -> None:
    refused = _json(
        stage, "asset.register.refused.json", "AMQP", "rejected", "every reason at once"
    )
    expected = {"ASSET-01", "ITEM-03", "SCH-STEP", "SCH-TYPE", "SCH-UNKNOWN"}
    stage.account.expect(
        refused.rules == expected,
        "a wrong message is told all that is wrong",
        f"told {sorted(refused.rules)}",
    )
    other = _body("asset.register.ev_charge_point.json").replace(b"acme-3", b"acme-2")
    reused = receipts.read_json(stage.acme.by_amqp(stage.acme.message(other)))
    stage.note(
        stage.acme,
        "AMQP",
        "json",
        "asset.register.ev_charge_point.json",
        reused,
        "a message id used before",
    )
    stage.account.expect(
        reused.rules == {"MSG-05"}, "an id with other content is refused", f"told {reused.rules}"
    )
    stage.account.expect(
        not stage.acme.may_publish_as("network"),
        "the broker lets nobody publish as another",
        "acme published under the key of network",
    )


def _the_network_company_states_its_register(stage: Stage) -> None:
    network, file, body = stage.network, _REGISTER_FILE.name, _REGISTER_FILE.read_bytes()
    first = network.by_http(network.register(body, _STATED))
    answered = receipts.read_csv(first)
    stage.note(network, "HTTP", "csv (ecr)", file, answered, f"stated for {_STATED}")
    stage.account.expect(
        answered.counts == {"accepted": 5, "rejected": 6},
        "each line of the register is answered",
        str(answered.counts),
    )
    sites = _sites(body)
    for item in answered.items:
        if item.id is not None:
            stage.account.names[item.id] = sites[item.place.partition(",")[0]]
    again = network.by_http(network.register(body, _STATED))
    stage.note(
        network, "HTTP", "csv (ecr)", file, receipts.read_csv(again), "the first receipt again"
    )
    stage.account.expect(
        again == first, "a file sent again gets its first receipt", "the receipts differ"
    )

    edited = stage.hub.settings.home / "capacity-register.edited.csv"
    edited.write_bytes(_edited(body))
    later = receipts.read_json(network.by_hub_send(edited, statement_date=_LATER))
    stage.note(
        network,
        "hub send",
        "csv (ecr)",
        "the same, one capacity edited",
        later,
        f"stated for {_LATER}",
    )
    stage.account.expect(
        later.counts == {"accepted": 1, "unchanged": 4, "rejected": 6},
        "a later statement with one capacity edited is one change",
        str(later.counts),
    )
    earlier = receipts.read_csv(network.by_http(network.register(_edited(body), _EARLIER)))
    stage.note(
        network,
        "HTTP",
        "csv (ecr)",
        "the same",
        earlier,
        f"stated for {_EARLIER}: older than what is recorded",
    )
    stage.account.expect(
        earlier.counts == {"superseded": 5, "rejected": 6},
        "an older statement changes nothing",
        str(earlier.counts),
    )


def _an_asset_moves(stage: Stage) -> None:
    _json(stage, "asset.amend.move.json", "AMQP", "accepted", "from LPN (_C) to EPN (_A)")


def _subscribers_are_told(stage: Stage) -> None:
    account, store = stage.account, stage.hub.database

    def up_to_date() -> bool:
        """All that is in the log is cut, and all that was cut has arrived."""
        with store.dedicated() as connection:
            head = log.head(connection)
            standing = {each.id: each for each in subscriptions.everyone(connection)}
        return all(
            standing[told.subscription].position >= head
            and standing[told.subscription].last_sequence == len(told.notifications)
            for told in account.told
        )

    listen_until(stage.listeners, up_to_date, "subscribers are told")
    for told in account.told:
        who = f"{told.subscriber} ({told.asked_for})"
        heard = [
            (each["event"], account.names.get(each["record"]["id"], "?"))
            for each in told.notifications
        ]
        account.expect(
            heard == _TOLD[told.asked_for],
            f"{who} is told what it asked for, no more",
            f"told {heard}",
        )
        account.expect(gapless(told), f"{who} is numbered without gaps", str(heard))
    (market,) = [told for told in account.told if told.subscriber == "platform"]
    leaked = beyond_market(market, language().catalogue)
    account.expect(
        not leaked,
        "the platform sees nothing beyond the market's view",
        f"it saw {sorted(set(leaked))}",
    )
    (updated,) = [
        each for each in account.told[0].notifications if each["event"] == "asset.updated"
    ]
    account.expect(
        updated.get("material") is True
        and updated["previous"]["attributes"] == {"export_capacity_kw": 6000},
        "the change of capacity is material, and says what was before",
        str(updated.get("previous")),
    )


def _json(stage: Stage, file: str, door: str, expected: str, note: str = "") -> Answered:
    body = _body(file)
    answered = receipts.read_json(stage.acme.by_amqp(stage.acme.message(body)))
    stage.note(stage.acme, door, "json", file, answered, note)
    stage.account.expect(answered.status == expected, f"{file} is {expected}", _reasons(answered))
    return answered


def _body(file: str) -> bytes:
    return (EXAMPLES / "json" / file).read_bytes()


def _edited(register: bytes) -> bytes:
    """The first plant grows from 6.0 to 7.5 MW."""
    before = register.splitlines(keepends=True)
    assert b",6.0," in before[1]
    before[1] = before[1].replace(b",6.0,", b",7.5,", 1)
    return b"".join(before)


def _sites(register: bytes) -> dict[str, str]:
    """Place -> name of the site; the heading row is row 1."""
    rows = csv.DictReader(io.StringIO(register.decode()))
    return {f"row {number}": row["Customer Site"] for number, row in enumerate(rows, 2)}


def _reasons(answered: Answered) -> str:
    return (
        "; ".join(f"{reason.rule} {reason.place} {reason.text}" for reason in answered.refusals())
        or answered.status
    )


@contextmanager
def _timed(account: Account, phase: str) -> Iterator[None]:
    began = time.monotonic()
    yield
    account.seconds[phase] = round(time.monotonic() - began, 2)
