"""UC-05: an operator by AMQP and a platform by webhook are told what each may see, and nothing else.

The operator is that of the East (`_A`), the platform asks for London (`_C`) and has no delegation.
"""

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiormq.abc import DeliveredMessage
from standardwebhooks.webhooks import Webhook

from contracts.visibility import View
from registry_store import subscriptions
from registry_store.feed.filters import Filter
from router.broker.connection import close_quietly, connect, open_channel
from router.delivery.signing import webhook_secret
from tests.feed_running import CATALOGUE
from tests.relay_running import HUB_KEY, notifications, running_relay, until
from tests.support.registry import Registry, heat_pump
from tests.webhook_target import WebhookTarget

EAST = {"gsp_group": "_A", "area": "EPN"}
LONDON = {"gsp_group": "_C", "area": "LPN"}
SOUTH = {"gsp_group": "_J", "area": "SPN"}
#: Attributes of each class, so that a view that is too wide cannot go unnoticed.
ATTRIBUTES = {
    "site_name": "The Mill",
    "postcode": "SW1A 1AA",
    "connected_on": "2024-05-01",
    "scop": 4.2,
}
OWNERS_MEMBERS = {"refs", "consent_reference"}
OPERATORS_MEMBERS = {"accounting_point", "keys", "source", "evidence", "owner"}


@dataclass
class Told:
    """The notifications of one subscriber, de-duplicated by sequence, as they came."""

    bodies: list[bytes] = field(default_factory=list)

    @property
    def notifications(self) -> list[dict[str, Any]]:
        found: dict[int, dict[str, Any]] = {}
        for notification in notifications(self.bodies):
            found.setdefault(notification["sequence"], notification)
        return list(found.values())

    def in_short(self) -> list[tuple[str, str]]:
        return [(told["event"], told["record"]["id"]) for told in self.notifications]

    def numbers(self) -> list[int]:
        return [told["sequence"] for told in self.notifications]


def attributes_of(view: View) -> set[str]:
    """The heat pump's attributes that stand in this view of it."""
    category = next(each for each in CATALOGUE if each.name == "heat_pump")
    return {each.name for each in category.attributes if View[each.visibility] <= view}


def register(registry: Registry, serial: str, point: int, network: dict[str, str]) -> str:
    pump = heat_pump(serial, point, network=network, refs=[{"ref": serial}], attributes=ATTRIBUTES)
    receipt = registry.send("acme", "asset.register", pump)
    assert receipt["status"] == "accepted", receipt
    return str(receipt["items"][0]["id"])


def amend(registry: Registry, asset: str, patch: dict[str, Any]) -> None:
    receipt = registry.send("acme", "asset.amend", {"asset": asset, "patch": patch})
    assert receipt["status"] == "accepted", receipt


@dataclass(frozen=True)
class Outcome:
    operator: Told
    platform: Told
    requests: list[tuple[dict[str, str], bytes]]
    webhook: str
    moving: str
    staying: str


@pytest.fixture
async def outcome(registry: Registry, broker_vhost: Any) -> Outcome:
    """What both were told of two assets, one of which moves from the East to London."""
    operator, platform = Told(), Told()
    by_queue = subscriptions.create(
        registry.database, partner="east", way="amqp",
        filter=Filter(kinds=frozenset({"asset"}), gsp_groups=frozenset({"_A"})),
    )  # fmt: skip
    async with WebhookTarget() as target, running_relay(registry.database, broker_vhost.url):
        by_webhook = subscriptions.create(
            registry.database, partner="platform", way="webhook",
            target={"url": target.url, "generation": 1},
            filter=Filter(kinds=frozenset({"asset"}), gsp_groups=frozenset({"_C"})),
        )  # fmt: skip

        def happens() -> tuple[str, str]:
            moving = register(registry, "HP-1", 1, EAST)
            staying = register(registry, "HP-2", 2, LONDON)
            register(registry, "HP-3", 3, SOUTH)
            amend(registry, moving, {"attributes": {"import_capacity_kw": 5}})
            amend(registry, staying, {"attributes": {"site_name": "The Old Mill"}})
            amend(registry, staying, {"attributes": {"import_capacity_kw": 6}})
            amend(registry, moving, {"network": LONDON})
            registry.send(
                "acme", "organisation.update", {"organisation": registry.organisations["acme"]}
            )
            receipt = registry.send("acme", "asset.deregister", {"asset": moving})
            assert receipt["status"] == "accepted", receipt
            return moving, staying

        moving, staying = await asyncio.to_thread(happens)
        connection = await connect(broker_vhost.url, name="east")
        channel = await open_channel(connection)

        async def receive(message: DeliveredMessage) -> None:
            operator.bodies.append(message.body)

        await until(lambda: _is_delivered(registry, by_queue.id, by_webhook.id))
        await channel.basic_consume(by_queue.target["queue"], receive, no_ack=True)
        await until(lambda: len(operator.notifications) >= 3)
        await close_quietly(connection)
        platform.bodies.extend(target.bodies)
        return Outcome(operator, platform, target.requests, by_webhook.id, moving, staying)


def _is_delivered(registry: Registry, *subscriptions: str) -> bool:
    """Whether both stand at the head of the log, and everything that was cut is delivered."""
    return not registry.query(
        "SELECT 1 FROM subscription s WHERE s.id = ANY(%s) AND (s.position < (SELECT max(position) FROM change) "
        "OR EXISTS (SELECT 1 FROM bundle b WHERE b.subscription = s.id AND b.delivered_at IS NULL))",
        list(subscriptions),
    )


async def test_each_is_told_exactly_the_changes_that_it_may_see(outcome: Outcome) -> None:
    assert outcome.operator.in_short() == [
        ("asset.registered", outcome.moving),
        ("asset.updated", outcome.moving),
        ("record.withdrawn", outcome.moving),
    ]
    assert outcome.platform.in_short() == [
        ("asset.registered", outcome.staying),
        ("asset.updated", outcome.staying),
        ("record.entered", outcome.moving),
        ("asset.deregistered", outcome.moving),
    ]


async def test_both_are_numbered_from_one_without_gaps(outcome: Outcome) -> None:
    assert outcome.operator.numbers() == [1, 2, 3]
    assert outcome.platform.numbers() == [1, 2, 3, 4]


async def test_the_platform_never_gets_an_attribute_of_owner_or_operator(outcome: Outcome) -> None:
    allowed = attributes_of(View.market)
    assert attributes_of(View.owner) - allowed, "the category has nothing to hide"
    for told in outcome.platform.notifications:
        record, previous = told["record"], told.get("previous", {})
        assert not (record.keys() | previous.keys()) & (OWNERS_MEMBERS | OPERATORS_MEMBERS)
        assert (
            record.get("attributes", {}).keys() | previous.get("attributes", {}).keys() <= allowed
        )
    sent = b"".join(outcome.platform.bodies)
    assert b"Mill" not in sent
    assert b"SW1A" not in sent


async def test_the_operator_gets_the_accounting_point_and_not_what_is_the_owners(
    outcome: Outcome,
) -> None:
    registered = outcome.operator.notifications[0]["record"]
    assert registered["accounting_point"]["scheme"] == "mpan"
    assert not registered.keys() & OWNERS_MEMBERS
    assert registered["attributes"].keys() <= attributes_of(View.operator)


async def test_an_asset_that_moves_is_withdrawn_without_content_and_enters_whole(
    outcome: Outcome,
) -> None:
    withdrawn = outcome.operator.notifications[-1]
    assert withdrawn["record"] == {"id": outcome.moving, "kind": "asset"}
    entered = outcome.platform.notifications[2]
    assert "previous" not in entered
    assert entered["record"]["network"] == LONDON
    assert entered["record"]["attributes"]["import_capacity_kw"] == 5


async def test_the_platform_can_tell_that_the_hub_sent_it(outcome: Outcome) -> None:
    for headers, body in outcome.requests:
        Webhook(webhook_secret(HUB_KEY, outcome.webhook, 1)).verify(body, headers)
        assert json.loads(body)["subscription"] == outcome.webhook
