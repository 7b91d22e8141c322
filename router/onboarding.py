"""A partner's way in: its organisation, its row, its lane and queues, its user on the broker.

Each step may be repeated: a run that was broken off is finished by the next one.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import unquote, urlsplit

import orjson

from contracts.canonical import canonical_json
from contracts.messages import Envelope
from registry_store import partners
from registry_store.database import Database
from registry_store.genesis import HUB_PARTNER
from router.answers import Answer
from router.broker import names, topology
from router.broker.connection import close_quietly, connect, open_channel
from router.broker.provisioning import Management
from router.settings import Settings
from router.worker.deciding import Decides

NO_MANAGEMENT = "without HUB_BROKER_MANAGEMENT_URL the partner has no user on the broker: it can use HTTP, not AMQP"


class OnboardingRefused(RuntimeError):
    """The partner cannot be added as asked. The text is meant for the operator."""


@dataclass(frozen=True, slots=True)
class Profile:
    """What `organisation.register` is told of a new organisation."""

    roles: tuple[str, ...]
    legal_name: str
    company_number: str | None = None
    network_areas: tuple[str, ...] = ()
    gsp_groups: tuple[str, ...] = ()

    def as_command(self) -> dict[str, object]:
        areas = {"network_areas": list(self.network_areas), "gsp_groups": list(self.gsp_groups)}
        command: dict[str, object] = {"legal_name": self.legal_name, "roles": list(self.roles)}
        if self.company_number:
            command["company_number"] = self.company_number
        if any(areas.values()):
            command["areas"] = {name: value for name, value in areas.items() if value}
        return command


@dataclass(frozen=True, slots=True)
class Admitted:
    """`secret` is shown once and kept nowhere; `problem` says what does not work."""

    partner: partners.Partner
    secret: str = field(repr=False)
    problem: str | None = None


class Onboarding:
    """Adds partners. `make_pipeline` is called only where an organisation is to be registered."""

    def __init__(
        self, settings: Settings, database: Database, make_pipeline: Callable[[], Decides]
    ) -> None:
        self._settings = settings
        self._database = database
        self._make_pipeline = make_pipeline

    def add(self, slug: str, *, organisation: str | None, profile: Profile) -> Admitted:
        """Raises OnboardingRefused, ManagementUnavailable, or one of BROKER_FAULTS."""
        if names.SLUG.fullmatch(slug) is None or slug == HUB_PARTNER:
            raise OnboardingRefused(
                f"{slug!r} is no slug: a letter, then 1 to 39 of a-z, 0-9 and -; not {HUB_PARTNER!r}"
            )
        with self._database.reading() as connection:
            if partners.partner(connection, slug) is not None:
                raise OnboardingRefused(
                    f"there is a partner {slug} already; `hub partner rotate` renews its secret"
                )
        organisation = organisation or self._register(slug, profile)
        secret = partners.new_secret()
        with self._database.writing() as connection:
            partner = partners.add_partner(
                connection,
                slug=slug,
                organisation=organisation,
                secret=secret,
                lanes=self._settings.lanes_per_class,
            )
        if partner is None:
            raise OnboardingRefused(f"there is a partner {slug} already")
        return Admitted(partner, secret, self.admit(partner))

    def rotate(self, slug: str) -> Admitted:
        """A new secret; the old one ends at once, on the broker too."""
        secret = partners.new_secret()
        with self._database.writing() as connection:
            if not partners.set_secret(connection, slug=slug, secret=secret):
                raise OnboardingRefused(f"there is no partner {slug}")
            partner = partners.partner(connection, slug)
        assert partner is not None
        return Admitted(partner, secret, self.admit(partner))

    def restore(self) -> list[tuple[partners.Partner, str | None]]:
        """Give a new or emptied broker all partners, with the secrets that they have; and what is wrong."""
        with self._database.reading() as connection:
            known = [each for each in partners.partners(connection) if each.is_active]
        return [(each, self.admit(each)) for each in known if each.slug != HUB_PARTNER]

    def admit(self, partner: partners.Partner) -> str | None:
        """Bind the partner's lanes, declare its queue, give it its user. Idempotent.

        Returns what does not work, or None.
        """
        if self._settings.broker_url is None:
            return "without HUB_BROKER_URL nothing was set up on the broker"
        url = self._settings.broker_url.get_secret_value()
        asyncio.run(bind(url, partner, lanes_per_class=self._settings.lanes_per_class))
        if self._settings.broker_management_url is None:
            return NO_MANAGEMENT
        management = Management(
            self._settings.broker_management_url.get_secret_value(), virtual_host_of(url)
        )
        with self._database.reading() as connection:
            secret_hash = partners.stored_hash(connection, partner.slug)
        management.admit(partner.slug, secret_hash=secret_hash)
        return None

    def _register(self, slug: str, profile: Profile) -> str:
        """The new organisation's id, by the same rules and into the same log as any command."""
        event = {
            "specversion": "1.0",
            "id": f"partner-add:{slug}",
            "source": "urn:fmar:hub",
            "type": "fmar.organisation.register.v1",
            "data": profile.as_command(),
        }
        envelope = Envelope(
            message_id=f"partner-add:{slug}",
            sender=HUB_PARTNER,
            media_type="application/cloudevents+json",
            body=canonical_json(event),
            received_at=datetime.now(UTC),
            door="hub",
        )
        (answer,) = self._make_pipeline().process([envelope])
        return _organisation_of(answer)


async def bind(url: str, partner: partners.Partner, *, lanes_per_class: int) -> None:
    """Topology, and in it this partner's bindings and queue."""
    connection = await connect(url, name="fmar onboarding")
    try:
        channel = await open_channel(connection)
        await topology.declare(channel, lanes_per_class=max(lanes_per_class, partner.lane + 1))
        await topology.admit(
            channel, partner.slug, lane=partner.lane, queues=partner.slug != HUB_PARTNER
        )
    finally:
        await close_quietly(connection)


def virtual_host_of(url: str) -> str:
    """The virtual host of an amqp:// URL; an empty path is the default one."""
    return unquote(urlsplit(url).path.removeprefix("/")) or "/"


def _organisation_of(answer: Answer) -> str:
    receipt = orjson.loads(answer.receipt)
    (item,) = receipt["items"] or [{}]
    if "id" not in item:
        reasons = [*receipt.get("reasons", ()), *item.get("reasons", ())]
        raise OnboardingRefused(
            "the organisation is refused: " + "; ".join(f"{r['rule']} {r['text']}" for r in reasons)
        )
    return str(item["id"])
