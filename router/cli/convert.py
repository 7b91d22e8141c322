"""`hub convert`: the items of a file, written in another format."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from adapters import Writer
from contracts.documents import Document, Entry, Header
from contracts.messages import Envelope
from contracts.reasons import Reason, has_errors
from router.bootstrap import Language, language
from router.cli.media_types import media_type_of
from router.collector import settle_collector
from router.pipeline.reading import Reading, read

CONVERTED, SOME_LEFT_OUT, UNUSABLE = 0, 1, 2


def register(app: typer.Typer) -> None:
    app.command("convert")(convert)


def convert(
    file: Annotated[Path, typer.Argument(help="The message or file.", exists=True, dir_okay=False)],
    to: Annotated[str, typer.Option(help="json, jsonl, xml, flat, csv, xlsx or parquet.")],
    out: Annotated[Path | None, typer.Option(help="Write it here; else it is printed.")] = None,
    sender: Annotated[
        str, typer.Option("--as", help="Who will send it: your partner name.")
    ] = "partner",
    format: Annotated[str | None, typer.Option(help="Format of FILE; else told from it.")] = None,
    profile: Annotated[
        str | None, typer.Option(help="Mapping profile of a table, such as ecr.")
    ] = None,
) -> None:
    """Write the items of FILE in another format, without any server.

    Items that cannot be read are left out, and named on standard error; whether the hub would accept the
    rest is what `hub validate` says.

    Exit status: 0 all items written, 1 some left out, 2 the file cannot be used.

    Example: hub convert examples/json/asset.register.heat_pump.json --to xml --as acme
    """
    spoken = language()
    writers = {each.name: each for each in spoken.adapters if isinstance(each, Writer)}
    if to not in writers:
        raise typer.BadParameter(f"--to is one of {', '.join(writers)}")
    settle_collector()
    reading = _read(spoken, file, format, profile)
    left_out = [item for item in reading.items if has_errors(item.reasons)]
    entries = [item.item for item in reading.items if not has_errors(item.reasons)]
    for item in left_out:
        _say(item.reasons)
    if not reading.is_readable or not entries:
        _say(reading.reasons)
        raise typer.Exit(UNUSABLE)
    header = Header(
        document_id=reading.message_id,
        sender=sender,
        receiver="hub",
        created_at=reading.decoded.sent_at or reading.envelope.received_at,
        on_behalf_of=reading.on_behalf_of,
    )
    document = Document(header, tuple(Entry(item.command, item.payload) for item in entries))
    try:
        _, body = writers[to].encode(document)
    except ValueError as error:
        typer.echo(f"not written as {to}: {error}", err=True)
        raise typer.Exit(UNUSABLE) from error
    if out is not None:
        out.write_bytes(body)
    else:
        typer.echo(body, nl=False)
    raise typer.Exit(SOME_LEFT_OUT if left_out else CONVERTED)


def _read(spoken: Language, file: Path, format: str | None, profile: str | None) -> Reading:
    body = file.read_bytes()
    envelope = Envelope(
        message_id="",
        sender="convert",
        media_type=media_type_of(file, body, format, profile),
        body=body,
        received_at=datetime.now(UTC),
        statement_date=datetime.fromtimestamp(file.stat().st_mtime, UTC).date(),
        door="convert",
    )
    return read(envelope, spoken.adapters, spoken.limits)


def _say(reasons: tuple[Reason, ...]) -> None:
    for reason in reasons:
        typer.echo(f"{reason.place or 'the file'}: {reason.rule.key} {reason.text}", err=True)
