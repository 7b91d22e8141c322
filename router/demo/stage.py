"""The cast of the demo: an FSP, a network company, a platform, and what the last two listen to."""

from dataclasses import dataclass, field
from pathlib import Path

import orjson

from router.bootstrap import pipeline
from router.demo.account import Account, DemoFailed, Exchange, Told
from router.demo.doors import Sender
from router.demo.receipts import Answered
from router.demo.running import DemoHub
from router.demo.subscribers import Listening, Pull, Queue, WebhookServer, subscribe
from router.onboarding import Onboarding, Profile

EXAMPLES = Path(__file__).parents[2] / "examples"
_CAST = {
    "acme": "organisation.register.fsp.json",
    "network": "organisation.register.network_company.json",
    "platform": "organisation.register.platform.json",
}


@dataclass(slots=True)
class Stage:
    """`listeners`: _A by AMQP and _C by pull (the network company), everything by webhook (the platform)."""

    hub: DemoHub
    account: Account
    partners: dict[str, Sender] = field(default_factory=dict)
    listeners: list[Listening] = field(default_factory=list)

    @property
    def acme(self) -> Sender:
        return self.partners["acme"]

    @property
    def network(self) -> Sender:
        return self.partners["network"]

    def enter(self) -> None:
        """Registers the organisations of examples/json/ and gives each a partner's credentials."""
        settings, store = self.hub.settings, self.hub.database
        onboarding = Onboarding(settings, store, lambda: pipeline(settings, store))
        for slug, file in _CAST.items():
            admitted = onboarding.add(
                slug, organisation=None, profile=_profile(EXAMPLES / "json" / file)
            )
            if admitted.problem:
                raise DemoFailed(f"add the partner {slug}", admitted.problem)
            organisation = admitted.partner.organisation
            self.partners[slug] = Sender(self.hub, slug, organisation, admitted.secret)
            self.account.names[organisation] = slug

    def listen(self) -> None:
        network, platform = self.network, self.partners["platform"]
        east = subscribe(self.hub, network, "amqp", gsp_groups=["_A"])
        london = subscribe(self.hub, network, "pull", gsp_groups=["_C"])
        self.listeners += [
            Queue(
                network,
                Told("network", "AMQP queue", "GSP group _A", east.id),
                east.target["queue"],
            ),
            Pull(self.hub, network, Told("network", "HTTP pull", "GSP group _C", london.id)),
            WebhookServer.start(self.hub, platform, "all assets", kinds=["asset"]),
        ]
        self.account.told += [listener.told for listener in self.listeners]

    def leave(self) -> None:
        for listener in self.listeners:
            listener.close()

    def note(
        self, sender: Sender, door: str, format: str, content: str, answered: Answered, note: str
    ) -> None:
        self.account.exchanges.append(
            Exchange(
                sender=sender.slug,
                door=door,
                format=format,
                content=content,
                status=answered.status,
                counts=answered.counts,
                reasons=answered.refusals(),
                note=note,
            )
        )


def _profile(file: Path) -> Profile:
    stated = orjson.loads(file.read_bytes())["data"]
    areas = stated.get("areas", {})
    return Profile(
        roles=tuple(stated["roles"]),
        legal_name=stated["legal_name"],
        company_number=stated["company_number"],
        network_areas=tuple(areas.get("network_areas", ())),
        gsp_groups=tuple(areas.get("gsp_groups", ())),
    )
