"""The closed list of metrics of this door. What the registry knows is counted when it is asked for.

| name | kind | unit, labels |
|---|---|---|
| fmar_http_requests_total | counter | requests, by method, route and status |
| fmar_http_request_seconds | histogram | seconds, by route |
| fmar_broker_connected | gauge | 1 or 0: this process and the broker |
| fmar_processes_ready | gauge | processes, by role |
| fmar_dead_letters_waiting | gauge | dead letters that were not redriven |
| fmar_receipts_due | gauge | receipts left to the relay |
| fmar_batches_open | gauge | batches that have not ended, by status |
| fmar_batch_rows | gauge | rows of those batches, by what became of them |
| fmar_broker_published_messages_* | counters, histogram | references: messages, errors, seconds; by exchange, status |
| fmar_broker_received_* | counters, histograms, gauge | replies to those who wait: messages, errors, bytes, seconds |

The last two are what FastStream's middleware counts.
"""

import time
from collections.abc import Iterable
from typing import Any

import psycopg
from faststream.message import StreamMessage
from faststream.prometheus import ConsumeAttrs
from faststream.prometheus.middleware import PrometheusMiddleware
from faststream.rabbit.prometheus.provider import RabbitMetricsSettingsProvider
from faststream.rabbit.response import RabbitPublishCommand
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from registry_store.batches.showing import open_counts
from registry_store.database import Database
from registry_store.processes import ready
from router.http.broker_link import BrokerLink

_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_WAITING = (
    ("fmar_dead_letters_waiting", "Dead letters that were not redriven",
     "SELECT count(*) FROM dead_letter WHERE redriven_at IS NULL"),
    ("fmar_receipts_due", "Receipts left to the relay", "SELECT count(*) FROM receipt_due"),
)  # fmt: skip


class Metrics:
    """One registry per application; nothing is registered globally."""

    def __init__(self, database: Database, broker: BrokerLink) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "fmar_http_requests", "Requests", ("method", "route", "status"), registry=self._registry
        )
        self._seconds = Histogram(
            "fmar_http_request_seconds", "Time to the end of an answer", ("route",),
            buckets=_BUCKETS, registry=self._registry,
        )  # fmt: skip
        self._registry.register(_Stored(database, broker))
        broker.middlewares = (
            PrometheusMiddleware[Any, RabbitPublishCommand](
                settings_provider_factory=lambda _: _Destinations(),
                registry=self._registry,
                app_name="serve",
                metrics_prefix="fmar_broker",
            ),
        )

    def exposition(self) -> bytes:
        """The text that Prometheus scrapes. Blocking."""
        return generate_latest(self._registry)

    def counting(self, app: ASGIApp) -> ASGIApp:
        """The application with its requests counted, by route template: a path is no label."""

        async def counted(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http":
                await app(scope, receive, send)
                return
            began, status = time.perf_counter(), 500

            async def noting(message: Message) -> None:
                nonlocal status
                if message["type"] == "http.response.start":
                    status = message["status"]
                await send(message)

            try:
                await app(scope, receive, noting)
            finally:
                route = getattr(scope.get("route"), "path", "none")
                method = scope["method"] if scope["method"] in ("GET", "POST") else "other"
                self._requests.labels(method, route, status).inc()
                self._seconds.labels(route).observe(time.perf_counter() - began)

        return counted


class _Destinations(RabbitMetricsSettingsProvider):
    """Exchanges as labels; routing keys and queues name partners and processes, and have no end."""

    def get_publish_destination_name_from_cmd(self, cmd: RabbitPublishCommand) -> str:
        return cmd.exchange.name or "default"

    def get_consume_attrs_from_message(self, msg: StreamMessage[Any]) -> ConsumeAttrs:
        return {"destination_name": "replies", "message_size": len(msg.body), "messages_count": 1}


class _Stored(Collector):
    """What the registry and the connection know at this moment."""

    def __init__(self, database: Database, broker: BrokerLink) -> None:
        self._database = database
        self._broker = broker

    def describe(self) -> Iterable[GaugeMetricFamily]:
        return ()  # asked at registration, when the database may be away

    def collect(self) -> Iterable[GaugeMetricFamily]:
        yield GaugeMetricFamily(
            "fmar_broker_connected",
            "Whether this process reaches the broker",
            int(self._broker.is_connected),
        )
        try:
            yield from self._from_database()
        except (SQLAlchemyError, psycopg.Error):
            return  # absent, not zero

    def _from_database(self) -> Iterable[GaugeMetricFamily]:
        by_role = GaugeMetricFamily(
            "fmar_processes_ready", "Processes able to work", labels=("role",)
        )
        for role, count in ready(self._database).items():
            by_role.add_metric((role,), count)
        yield by_role
        with self._database.reading() as connection:
            for name, text, query in _WAITING:
                row = connection.execute(query).fetchone()
                yield GaugeMetricFamily(name, text, row[0] if row else 0)
            counts = open_counts(connection)
        for name, text, by_status in (
            ("fmar_batches_open", "Batches that have not ended", counts.batches),
            ("fmar_batch_rows", "Rows of open batches", counts.rows),
        ):
            family = GaugeMetricFamily(name, text, labels=("status",))
            for status, count in by_status.items():
                family.add_metric((status,), count)
            yield family
