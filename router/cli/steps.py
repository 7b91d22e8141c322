"""The steps in the life of a versioned record, sent as a command of their own each."""

import uuid

import orjson
import typer

from router.cli.send import NOT_TAKEN, Via, finish, sent
from router.sending import Outgoing, SendingFailed
from router.settings import Settings

_EVENT = "application/cloudevents+json"


def send_step(
    kind: str,
    step: str,
    data: bytes,
    partner: str,
    secret: str | None,
    wait: float,
    *,
    as_json: bool,
) -> None:
    """`data`: the command's payload as JSON. Each time another message: a step that is taken again, after a return, is not the
    one before.
    """
    message_id = f"{kind}-{step}-{uuid.uuid4()}"
    event = {
        "specversion": "1.0",
        "id": message_id,
        "source": f"/partners/{partner}",
        "type": f"fmar.{kind}.{step}.v1",
    }
    body = orjson.dumps(event)[:-1] + b',"data":' + data + b"}"
    message = Outgoing(partner, message_id, _EVENT, body)
    try:
        receipt = sent(Settings(), message, via=Via.amqp, secret=secret, wait_seconds=wait)
    except SendingFailed as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(NOT_TAKEN) from error
    finish(message, receipt, wait_seconds=wait, as_json=as_json)
