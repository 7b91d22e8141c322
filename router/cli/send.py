"""`hub send`: a message or file, as one of the partners."""

import asyncio
import hashlib
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

import orjson
import typer

from adapters import adapter_for
from adapters.media_types import essence
from contracts.batches import BatchHeader, Policy
from contracts.messages import Envelope
from router import sending
from router.bootstrap import database, language
from router.cli.file_kinds import goes_as_batch, told_of
from router.cli.send_batch import BatchSending, send_as_batch
from router.http.headers import FILES
from router.launch import http_url
from router.references import file_message_id
from router.sending import Outgoing, SendingFailed
from router.settings import Settings

_MESSAGE_SECONDS = 30.0
ACCEPTED, SOME_REJECTED, NOT_TAKEN = 0, 1, 2


class Via(StrEnum):
    """The door."""

    amqp = "amqp"
    http = "http"


class MessageClass(StrEnum):
    """The lanes."""

    urgent = "urgent"
    normal = "normal"


def register(app: typer.Typer) -> None:
    app.command("send")(send)


def send(
    file: Annotated[Path, typer.Argument(help="The message or file.", exists=True, dir_okay=False)],
    *,
    partner: Annotated[str, typer.Option("--as", help="The partner that sends it.")],
    secret: Annotated[
        str | None,
        typer.Option(
            envvar="HUB_PARTNER_SECRET", help="The partner's; else as the hub's operator."
        ),
    ] = None,
    via: Annotated[Via, typer.Option(help="The door; http needs the secret.")] = Via.amqp,
    media_type: Annotated[
        str | None, typer.Option(help="Else told by --format, or from the file.")
    ] = None,
    format: Annotated[
        str | None,
        typer.Option(help="json, json-batch, jsonl, xml, flat, csv, ecr, xlsx or parquet."),
    ] = None,
    profile: Annotated[str | None, typer.Option(help="Mapping profile of a table.")] = None,
    statement_date: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Of a table; else the file's.")
    ] = None,
    message_id: Annotated[
        str | None, typer.Option(help="Else the document's, or of its content.")
    ] = None,
    on_behalf_of: Annotated[str | None, typer.Option(help="Organisation to act for, O-...")] = None,
    message_class: Annotated[MessageClass, typer.Option("--class")] = MessageClass.normal,
    wait: Annotated[
        float | None,
        typer.Option(
            help="Seconds to wait for the receipt; 0: do not. Else 30, and for a batch to its end."
        ),
    ] = None,
    batch: Annotated[
        bool | None,
        typer.Option(
            help="Send it as a batch, or as one message. Else: tables, JSON Lines, compressed files and what is "
            "too large for a message go as batches."
        ),
    ] = None,
    accept: Annotated[
        Literal["right_rows", "all_or_nothing"], typer.Option(help="Of a batch.")
    ] = "right_rows",
    existing: Annotated[
        Literal["as_stated", "refuse", "update"],
        typer.Option(help="Of a batch: what to do with a row whose asset is registered already."),
    ] = "as_stated",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Of a batch: answer every row, keep nothing.")
    ] = False,
    reconcile: Annotated[
        bool, typer.Option("--reconcile", help="Of a batch: report what the file leaves out.")
    ] = False,
    notify: Annotated[
        Literal["changes", "snapshot"],
        typer.Option(
            help="Of a batch: tell subscribers each change, or once that a load is there."
        ),
    ] = "changes",
    outcomes: Annotated[
        Path | None, typer.Option(help="Of a batch: write the outcome file here when it is done.")
    ] = None,
    compress: Annotated[
        Literal["gzip", "zstd"] | None, typer.Option(help="Of a batch: compress it on the way.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Send FILE to the hub as a partner, and print the receipt.

    A file of any size goes as a batch: uploaded in parts (Ctrl-C, and the same command again goes on where
    it was), decided row by row, answered by a summary receipt and an outcome file.

    Exit status: 0 accepted, or taken where nobody waits; 1 some of it rejected; 2 not taken, or no
    receipt in time.

    Example: hub send examples/capacity-register.csv --as ukpn --format ecr --statement-date 2022-04-01

    Example: hub send portfolio.csv --as acme --profile heat_pump --existing update --outcomes answers.csv
    """
    settings = Settings()
    policy = Policy(
        accept=accept, existing=existing, dry_run=dry_run, reconcile=reconcile, notify=notify
    )
    told = told_of(file, media_type=media_type, format=format, profile=profile)
    stated = (
        statement_date.date()
        if statement_date
        else datetime.fromtimestamp(file.stat().st_mtime, UTC).date()
    )
    is_wanted = policy != Policy() or outcomes is not None or compress is not None
    if goes_as_batch(told, batch, is_wanted=is_wanted, limit_bytes=settings.message_limit_bytes):
        header = BatchHeader(
            sender=partner,
            media_type=told.media_type,
            content_encoding=compress or told.encoding,
            message_id=message_id or "",
            on_behalf_of=on_behalf_of,
            statement_date=stated.isoformat() if told.is_file else None,
            file_name=file.name,
            door="send" if secret is None else "http",
            policy=policy,
        )
        way = BatchSending(file, header, secret, compress or "", wait, outcomes, as_json)
        send_as_batch(settings, way)
        return
    body, is_file = file.read_bytes(), essence(told.media_type) in FILES
    message = Outgoing(
        sender=partner,
        message_id=message_id
        or (file_message_id(body, stated) if is_file else _id_of(partner, told.media_type, body)),
        media_type=told.media_type,
        body=body,
        message_class=message_class.value,
        on_behalf_of=on_behalf_of,
        statement_date=stated if is_file else None,
        id_is_derived=is_file and message_id is None,
    )
    seconds = _MESSAGE_SECONDS if wait is None else wait
    _send_message(settings, message, via=via, secret=secret, wait_seconds=seconds, as_json=as_json)


def _send_message(
    settings: Settings,
    message: Outgoing,
    *,
    via: Via,
    secret: str | None,
    wait_seconds: float,
    as_json: bool,
) -> None:
    try:
        receipt = sent(settings, message, via=via, secret=secret, wait_seconds=wait_seconds)
    except SendingFailed as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(NOT_TAKEN) from error
    finish(message, receipt, wait_seconds=wait_seconds, as_json=as_json)


def finish(message: Outgoing, receipt: bytes | None, *, wait_seconds: float, as_json: bool) -> None:
    """Print the receipt, and end with the status that says what became of the message."""
    _print(message, receipt, as_json=as_json)
    if wait_seconds and receipt is None:
        raise typer.Exit(NOT_TAKEN)
    if receipt is not None and orjson.loads(receipt)["status"] in (
        "rejected",
        "partially_accepted",
    ):
        raise typer.Exit(SOME_REJECTED)


def sent(
    settings: Settings, message: Outgoing, *, via: Via, secret: str | None, wait_seconds: float
) -> bytes | None:
    """The receipt in canonical JSON, if it was waited for and came."""
    store = database(settings, pool_size=1)
    try:
        if via is Via.http:
            if secret is None or settings.http_port is None:
                raise SendingFailed(
                    "--via http needs --secret (or HUB_PARTNER_SECRET) and HUB_HTTP_PORT"
                )
            base = http_url(settings.http_host, settings.http_port)
            sending.by_http(base, secret, message, wait_seconds=wait_seconds)
        elif secret is not None:
            asyncio.run(sending.by_amqp(sending.broker_url(settings), secret, message))
        else:
            url = sending.broker_url(settings)
            asyncio.run(sending.by_reference(url, store, message, wait_seconds=wait_seconds))
        return (
            sending.wait_for_receipt(store, message, wait_seconds=wait_seconds)
            if wait_seconds
            else None
        )
    finally:
        store.close()


def _id_of(sender: str, media_type: str, body: bytes) -> str:
    """The id that the document itself carries, as its adapter reads it; else one made of its content."""
    spoken = language()
    adapter = adapter_for(spoken.adapters, media_type)
    envelope = Envelope("", sender, media_type, body, datetime.now(UTC))
    carried = None if adapter is None else adapter.decode(envelope, spoken.limits).message_id
    return carried or f"sha256:{hashlib.sha256(body).hexdigest()}"


def _print(message: Outgoing, receipt: bytes | None, *, as_json: bool) -> None:
    parsed = orjson.loads(receipt) if receipt is not None else None
    if as_json:
        typer.echo(orjson.dumps({"message_id": message.message_id, "receipt": parsed}).decode())
        return
    typer.echo(f"sent {message.message_id} as {message.sender}")
    if parsed is None:
        return
    typer.echo(f"receipt {parsed['receipt_id']}: {parsed['status']}")
    for reason in parsed.get("reasons", ()):
        typer.echo(f"  {reason['rule']} {reason['text']}")
    for item in parsed["items"]:
        typer.echo(f"  {item['place'] or item['item']}: {item['status']} {item.get('id', '')}")
        for reason in item["reasons"]:
            typer.echo(f"      {reason['rule']} {reason['place']} {reason['text']}")
