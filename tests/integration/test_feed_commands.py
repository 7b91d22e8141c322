"""`hub subscribe`, `subscriptions` and `feed`, and the example receiver on real deliveries."""

import json
import threading

import pytest
from typer.testing import CliRunner

from examples.services.webhook_receiver import Receiver, serve
from router.cli import build_app
from router.secret_files import hub_key_in
from tests.feed_running import cut_all
from tests.register_builder import asset
from tests.relay_running import HUB_KEY, running_relay, until


@pytest.fixture
def hub(database, tmp_path, monkeypatch):
    (tmp_path / "hub.key").write_text(HUB_KEY.hex())
    hub_key_in(tmp_path / "hub.key")
    monkeypatch.setenv("HUB_HOME", str(tmp_path))
    monkeypatch.setenv("HUB_DATABASE_URL", database.url)
    monkeypatch.setenv("HUB_WEBHOOK_PRIVATE_TARGETS", "true")
    return lambda *arguments: CliRunner().invoke(build_app(), arguments)


def test_a_feed_reads_line_by_line(hub, store, register):
    made = json.loads(hub("subscribe", "--as", "fsp1", "--gsp-group", "_A", "--json").stdout)
    register.write({"A-1": asset()})
    register.write({"A-1": asset(attributes={"export_capacity_kw": 70})})
    cut_all(store)
    lines = hub("feed", made["subscription"]).stdout.splitlines()
    assert [line.split()[:3] for line in lines] == [
        ["1", "asset.registered", "A-1"],
        ["2", "asset.updated", "A-1"],
    ]
    assert lines[1].endswith("export_capacity_kw 50 -> 70")
    assert hub("feed", made["subscription"], "--from", "1").stdout.splitlines() == lines[1:]
    as_json = [
        json.loads(line) for line in hub("feed", made["subscription"], "--json").stdout.splitlines()
    ]
    assert [n["sequence"] for n in as_json] == [1, 2]


def test_subscriptions_are_listed_paused_and_resumed(hub, store, register):
    id = json.loads(hub("subscribe", "--as", "fsp1", "--own", "--way", "amqp", "--json").stdout)[
        "subscription"
    ]

    def state():
        return json.loads(hub("subscriptions", "list", "--as", "fsp1", "--json").stdout)["state"]

    assert state() == "active"
    assert hub("subscriptions", "pause", id).exit_code == 0
    assert state() == "paused"
    assert hub("subscriptions", "pause", id).exit_code == 1
    assert hub("subscriptions", "resume", id).exit_code == 0
    assert state() == "active"


@pytest.mark.parametrize(
    "arguments",
    [
        ("--gsp-group", "_I"), ("--category", "batteries"), ("--event", "asset.exploded"), ("--way", "pigeon"),
        ("--way", "webhook"), ("--url", "https://example.org/"), ("--start", "yesterday"),
        ("--way", "webhook", "--url", "ftp://example.org/"),
    ],
)  # fmt: skip
def test_what_cannot_be_subscribed_is_refused(hub, store, register, arguments):
    assert hub("subscribe", "--as", "fsp1", *arguments).exit_code != 0
    assert hub("subscriptions", "list").stdout == ""


def test_an_unknown_partner_or_feed_is_said(hub, store, register):
    assert hub("subscribe", "--as", "nobody").exit_code == 1
    assert hub("feed", "S-0000-0000-0000-0").exit_code == 1


async def test_the_example_receiver_takes_each_notification_once(
    hub, store, register, broker_vhost
):
    taken, secret = [], []
    # The secret is known only after the subscription, whose URL needs the port first.
    server = serve(Proxy(lambda: Receiver(secret[0], taken.append)), 0)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_address[1]}/"
    made = json.loads(
        hub("subscribe", "--as", "fsp1", "--way", "webhook", "--url", url, "--json").stdout
    )
    secret.append(made["secret"])
    async with running_relay(store, broker_vhost.url):
        for number in range(3):
            register.write({f"A-{number}": asset()})
        await until(lambda: len(taken) == 3)
    server.shutdown()
    assert [notification["sequence"] for notification in taken] == [1, 2, 3]


class Proxy:
    """Makes the receiver at the first request; shows it each request twice, and one that is forged."""

    def __init__(self, make):
        self._make = make
        self._receiver = None

    def receive(self, headers, body):
        self._receiver = self._receiver or self._make()
        assert self._receiver.receive(headers, body + b" ") == 401
        assert self._receiver.receive(headers, body) == 204
        return self._receiver.receive(headers, body)
