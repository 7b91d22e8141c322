"""The handler that one would write first: FastStream, pydantic, ORM, one commit per message.

Its tables are the hub's. It keeps what the hub keeps (record, version, keys, reference, change, message,
body) and answers with a receipt; it checks for a repeated message and a taken key. Of what the hub
promises it gives neither order under redelivery, nor a chained log, nor a check of the category.
"""

import asyncio
import hashlib
import itertools
import os
import time
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from faststream.rabbit import QueueType, RabbitBroker, RabbitQueue
from faststream.rabbit.annotations import RabbitMessage
from pydantic import BaseModel
from sqlalchemy import create_engine, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session

from bench.runs import Configuration, Run
from registry_store import tables
from router.broker import names

QUEUE = "bench.naive"
_FIRST_ROW = 1_000_000_000_000
_LONGEST_RUN_SECONDS = 300


class _AccountingPoint(BaseModel):
    scheme: str
    id: str


class _Network(BaseModel):
    gsp_group: str
    area: str


class _Attributes(BaseModel):
    connection_status: str
    connected_on: str
    import_capacity_kw: Decimal
    make: str
    model: str
    serial_number: str
    site_name: str
    postcode: str
    latitude: Decimal
    longitude: Decimal


class _Ref(BaseModel):
    party: str
    ref: str


class _Asset(BaseModel):
    category: str
    accounting_point: _AccountingPoint
    network: _Network
    attributes: _Attributes
    refs: list[_Ref]


class Event(BaseModel):
    """A structured CloudEvent with one registration."""

    specversion: str
    id: str
    source: str
    type: str
    time: datetime
    data: _Asset


class _Base(DeclarativeBase):
    metadata = tables.metadata


class _Record(_Base):
    __table__ = tables.record


class _Version(_Base):
    __table__ = tables.record_version


class _Key(_Base):
    __table__ = tables.record_key


class _Reference(_Base):
    __table__ = tables.record_ref


class _Change(_Base):
    __table__ = tables.change


class _Message(_Base):
    __table__ = tables.message
    row: Mapped[int]
    status: Mapped[str]


class _Body(_Base):
    __table__ = tables.message_body


class Naive:
    """One subscriber with FastStream's defaults."""

    def __init__(self, configuration: Configuration) -> None:
        self._broker_url = configuration.broker_url
        url = configuration.database_url.replace("postgresql://", "postgresql+psycopg://", 1)
        self._engine = create_engine(url)
        self._rows = itertools.count(_FIRST_ROW)
        self._positions = itertools.count(_FIRST_ROW)
        with Session(self._engine) as session:
            head = session.scalar(
                select(tables.segment.c.first_position).order_by(
                    tables.segment.c.first_position.desc()
                )
            )
        self._positions = itertools.count((head or 0) + 1_000_000)

    async def __call__(self, expected: int, _profile: Any = None) -> Run:
        broker = RabbitBroker(self._broker_url, logger=None)
        left, run = expected, Run()
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        @broker.subscriber(RabbitQueue(QUEUE, queue_type=QueueType.QUORUM, durable=True))
        async def register(event: Event, message: RabbitMessage) -> None:
            nonlocal left
            try:
                sender = event.source.strip("/")
                receipt = self._store(event, sender, message)
                await broker.publish(receipt, queue=names.receipts(sender), persist=True)
            except Exception as error:
                done.set_exception(error)
                raise
            left -= 1
            if not left:
                done.set_result(None)

        run.began = time.monotonic()
        await broker.start()
        await asyncio.wait_for(done, _LONGEST_RUN_SECONDS)
        run.ended = time.monotonic()
        await broker.stop()
        return run

    def _store(self, event: Event, sender: str, message: RabbitMessage) -> dict[str, Any]:
        now, asset = datetime.now(UTC), event.data
        content = asset.model_dump_json()
        device = (
            f"{asset.accounting_point.id}|{asset.attributes.make}|{asset.attributes.serial_number}"
        )
        with Session(self._engine) as session:
            if known := session.scalar(
                select(_Message).filter_by(sender=sender, message_id=event.id)
            ):
                return {"receipt_id": known.row, "status": known.status}
            partner = session.execute(select(tables.partner).filter_by(slug=sender)).one()
            if session.get(_Key, ("device", device, 0)):
                return {"message_id": event.id, "status": "rejected"}
            row, body, message_row = next(self._rows), next(self._rows), next(self._rows)
            salt = os.urandom(16)
            id = f"A-{row}"
            receipt = {
                "receipt_id": f"R-{message_row}",
                "message_id": event.id,
                "sender": sender,
                "status": "accepted",
                "received_at": now.isoformat(),
                "payload_sha256": hashlib.sha256(message.body).hexdigest(),
                "items": [{"item": 1, "status": "accepted", "id": id, "version": 1, "reasons": []}],
            }
            session.add_all(
                [
                    _Body(row=body, body=message.body),
                    _Message(
                        row=message_row,
                        sender=sender,
                        message_id=event.id,
                        run=0,
                        content_hash=hashlib.sha256(message.body).digest(),
                        received_at=now,
                        door="amqp",
                        media_type=message.content_type or "",
                        status="accepted",
                        receipt=str(receipt),
                        body=body,
                    ),
                    _Record(
                        row=row,
                        id=id,
                        kind="asset",
                        version=1,
                        current_version=1,
                        status="registered",
                        category=asset.category,
                        gsp_group=asset.network.gsp_group,
                        network_area=asset.network.area,
                    ),
                    _Version(record=row, version=1, valid_from=now, content=content, salt=salt),
                    _Key(scheme="device", value=device, rank=0, record=row),
                    _Key(
                        scheme="point",
                        value=f"{asset.accounting_point.id}|{asset.category}",
                        rank=0,
                        record=row,
                    ),
                    *(_Reference(party=ref.party, ref=ref.ref, record=row) for ref in asset.refs),
                    _Change(
                        position=next(self._positions),
                        record=row,
                        version=1,
                        event="asset.registered",
                        material=True,
                        actor=partner.organisation,
                        principal=partner.organisation,
                        message=message_row,
                        item=1,
                        recorded_at=now,
                        valid_from=now,
                        audience_after="{}",
                        content_hash=hashlib.sha256(salt + content.encode()).digest(),
                    ),
                ]
            )
            session.commit()
        return receipt
