"""`/healthz`: this process answers. `/readyz`: messages would be taken and decided. `/metrics`."""

import orjson
from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST
from sqlalchemy.exc import SQLAlchemyError

from registry_store.database import Database
from registry_store.processes import ready
from router.http.broker_link import BrokerLink
from router.http.metrics import Metrics

#: Without one of these the hub takes messages and answers none.
_NEEDED = ("work",)


def health_routes(database: Database, broker: BrokerLink, metrics: Metrics) -> APIRouter:
    routes = APIRouter(tags=["operations"])

    @routes.get("/healthz")
    async def healthz() -> dict[str, str]:
        """Always 200 while the process lives."""
        return {"status": "alive"}

    @routes.get(
        "/readyz", responses={503: {"description": "Something is away; the body says what."}}
    )
    def readyz() -> Response:
        """200 if database, broker and at least one worker with its consumers are there."""
        checks = {"broker": "ok" if broker.is_connected else "away"} | _of_database(database)
        is_ready = all(state == "ok" for state in checks.values())
        return Response(
            orjson.dumps({"ready": is_ready, "checks": checks}),
            200 if is_ready else 503,
            media_type="application/json",
        )

    @routes.get("/metrics", response_class=Response)
    def exposition() -> Response:
        """For Prometheus."""
        return Response(metrics.exposition(), media_type=CONTENT_TYPE_LATEST)

    return routes


def _of_database(database: Database) -> dict[str, str]:
    try:
        able = ready(database)
    except SQLAlchemyError:
        return {"database": "away"}
    return {"database": "ok"} | {role: "ok" if able.get(role) else "none ready" for role in _NEEDED}
