"""Which door a command about batches goes through: HTTP with a partner's secret, else the database."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from registry_store.batches.uploading import Bounds
from router.batch_doors.by_database import DatabaseDoor
from router.batch_doors.by_http import HttpDoor
from router.batch_doors.door import BatchDoor, BatchDoorFailed
from router.bootstrap import database
from router.launch import http_url
from router.settings import Settings

NOT_DONE = 2

As = Annotated[
    str | None, typer.Option("--as", help="The partner whose batches are meant; else everybody's.")
]
Secret = Annotated[
    str | None,
    typer.Option(envvar="HUB_PARTNER_SECRET", help="The partner's; else as the hub's operator."),
]


@contextmanager
def batch_door(
    settings: Settings, *, partner: str | None, secret: str | None
) -> Iterator[BatchDoor]:
    """What the door refuses is printed, and ends the command with status 2."""
    try:
        if partner is not None and secret is not None:
            with HttpDoor(_base_url(settings), partner=partner, secret=secret) as door:
                yield door
            return
        store = database(settings, pool_size=1)
        try:
            yield DatabaseDoor(store, bounds(settings), sender=partner)
        finally:
            store.close()
    except BatchDoorFailed as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(NOT_DONE) from error


def _base_url(settings: Settings) -> str:
    if settings.http_port is None:
        raise BatchDoorFailed("start the hub with ./hub up, or set HUB_HTTP_PORT")
    return http_url(settings.http_host, settings.http_port)


def bounds(settings: Settings) -> Bounds:
    return Bounds(settings.batch_limit_bytes, settings.batch_uploads_limit)
