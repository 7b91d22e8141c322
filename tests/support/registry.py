"""A registry with its pipeline, as the doors would use it, on a real database."""

import itertools
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import orjson

from contracts.messages import Envelope
from registry_store.audit import Report, verify
from registry_store.database import Database
from registry_store.genesis import ensure_hub_organisation
from router.answers import Answer
from router.bootstrap import Language, language
from router.pipeline.pipeline import Pipeline

HUB_KEY = bytes(range(32))
LANGUAGE = language()
_WEIGHTS = (3, 5, 7, 13, 17, 19, 23, 29, 31, 37, 41, 43)


def mpan(number: int, distributor: int = 12) -> str:
    """A well-formed MPAN core."""
    digits = f"{distributor:02d}{number:010d}"
    check = (
        sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=True)) % 11 % 10
    )
    return f"{digits}{check}"


def heat_pump(serial: str = "A8-1", point: int = 1, **members: Any) -> dict[str, Any]:
    """The payload of asset.register for a heat pump in London."""
    attributes = {
        "connection_status": "connected",
        "import_capacity_kw": 3.5,
        "make": "ACME",
        "model": "Air 8",
        "serial_number": serial,
        **members.pop("attributes", {}),
    }
    return {
        "category": "heat_pump",
        "accounting_point": {"scheme": "mpan", "id": mpan(point)},
        "network": {"gsp_group": "_C", "area": "LPN"},
        "attributes": attributes,
        **members,
    }


def event(
    sender: str, command: str, data: dict[str, Any], message_id: str, **members: Any
) -> Envelope:
    """A structured CloudEvent as it stands at a door."""
    body = {
        "specversion": "1.0",
        "id": message_id,
        "source": sender,
        "type": f"fmar.{command}.v1",
        "data": data,
    }
    return Envelope(
        message_id=message_id,
        sender=sender,
        media_type="application/cloudevents+json",
        body=orjson.dumps(body),
        received_at=datetime.now(UTC),
        **members,
    )


class Registry:
    """Partners, and a pipeline to send through. `url`: the runtime role's. `spoken`: a language of its own
    where the registry publishes categories.
    """

    def __init__(self, url: str, spoken: Language = LANGUAGE) -> None:
        self.database = Database(url)
        self.spoken = spoken
        self.pipeline = self.new_pipeline()
        self._ids = itertools.count(1)
        self.organisations: dict[str, str] = {}
        with self.database.dedicated() as connection:
            self.organisations["hub"] = ensure_hub_organisation(connection, hub_key=HUB_KEY)

    def new_pipeline(
        self,
        step: Callable[[str], None] = lambda _step: None,
        now: Callable[[], datetime] | None = None,
    ) -> Pipeline:
        return Pipeline(
            self.database,
            adapters=self.spoken.adapters,
            limits=self.spoken.limits,
            step=step,
            renew=self.spoken.live.renew,
            make_setting=lambda now, id_round: self.spoken.setting(now, HUB_KEY, id_round),
            **({"clock": now} if now else {}),
        )

    def add_partner(self, slug: str, *roles: str, **members: Any) -> str:
        """An active partner and its organisation's id."""
        data = {"legal_name": f"Example {slug}", "roles": list(roles), **members}
        receipt = self.send("hub", "organisation.register", data)
        assert receipt["status"] == "accepted", receipt
        organisation: str = receipt["items"][0]["id"]
        with self.database.dedicated() as connection:
            connection.execute(
                "INSERT INTO partner (slug, organisation, secret_hash, lane) VALUES (%s, %s, '', 0)",
                (slug, organisation),
            )
        self.organisations[slug] = organisation
        return organisation

    def send(
        self,
        sender: str,
        command: str,
        data: dict[str, Any],
        message_id: str | None = None,
        **members: Any,
    ) -> dict[str, Any]:
        """The receipt of one message."""
        return self.receipt_of(
            event(sender, command, data, message_id or self.new_message_id(), **members)
        )

    def receipt_of(self, envelope: Envelope) -> dict[str, Any]:
        return receipt(self.pipeline.process([envelope])[0])

    def new_message_id(self) -> str:
        return f"m-{next(self._ids)}"

    def query(self, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
        with self.database.dedicated() as connection:
            return connection.execute(sql, parameters).fetchall()

    def audit(self) -> Report:
        with self.database.dedicated() as connection:
            return verify(connection, HUB_KEY)

    def close(self) -> None:
        self.pipeline.close()
        self.database.close()


def receipt(answer: Answer) -> dict[str, Any]:
    parsed: dict[str, Any] = orjson.loads(answer.receipt)
    return parsed


def rules(receipt: dict[str, Any], severity: str = "error") -> list[str]:
    """The rule keys of all reasons, those of the message first."""
    reasons = [
        *receipt.get("reasons", ()),
        *(reason for item in receipt["items"] for reason in item["reasons"]),
    ]
    return [reason["rule"] for reason in reasons if reason["severity"] == severity]
