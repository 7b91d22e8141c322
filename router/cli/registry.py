"""`hub show`, `hub history`, `hub audit verify`: reading the registry as the operator of the hub."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer
from rich.console import Console

from contracts.identifiers import parse_public_id
from registry_store.audit import verify
from registry_store.records import find, history
from router.bootstrap import database, hub_key, language
from router.record_forms import JSON, NotCarried
from router.settings import Settings

_MOMENT = "RFC 3339 time, such as 2026-11-24T09:30:00Z; a time without a zone is UTC."


def register(app: typer.Typer) -> None:
    app.command("show")(show)
    app.command("history")(show_history)
    audit = typer.Typer(help="Prove that the log is whole.", no_args_is_help=True)
    audit.command("verify")(verify_log)
    app.add_typer(audit, name="audit")


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text} is not a time: {_MOMENT}") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _record_id(text: str) -> str:
    parsed = parse_public_id(text)
    if parsed is None:
        raise typer.BadParameter(
            f"{text} is not an id of the hub: its form or its check character is wrong"
        )
    return parsed[1]


def show(
    id: Annotated[str, typer.Argument(help="A record's id, such as A-7K3Q-9M2T-8X4B-T.")],
    known_at: Annotated[
        str | None, typer.Option(help=f"By what was known at this time. {_MOMENT}")
    ] = None,
    valid_at: Annotated[
        str | None, typer.Option(help=f"As it was true at this time. {_MOMENT}")
    ] = None,
    format: Annotated[
        str,
        typer.Option(
            help="json, jsonl, xml, flat, csv, xlsx or parquet (give --out for those two)."
        ),
    ] = "json",
    out: Annotated[Path | None, typer.Option(help="Write it here instead of printing it.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="On one line.")] = False,
) -> None:
    """Print a record in canonical form, whole, as the operator of the hub sees it; or in a format.

    Example: hub show A-7K3Q-9M2T-8X4B-T --format xml
    """
    spoken = language()
    forms = spoken.forms
    if format not in forms.names:
        raise typer.BadParameter(f"--format is one of {', '.join(forms.names)}")
    store = database(Settings(), pool_size=1)
    with store.reading() as connection:
        spoken.live.renew(connection)
    with store.engine.connect() as connection:
        found = find(
            connection, _record_id(id), valid_at=_moment(valid_at), known_at=_moment(known_at)
        )
    store.close()
    if found is None:
        typer.echo(f"{id}: no such record, or not yet at that time", err=True)
        raise typer.Exit(1)
    if format == JSON:
        body = orjson.dumps(found.canonical, option=0 if as_json else orjson.OPT_INDENT_2) + b"\n"
    else:
        try:
            body = forms.record(found.canonical, format, reader="hub")[1]
        except NotCarried as error:
            typer.echo(f"{id}: {error}", err=True)
            raise typer.Exit(1) from error
    if out is not None:
        out.write_bytes(body)
    else:
        typer.echo(body, nl=False)


def show_history(
    id: Annotated[str, typer.Argument(help="A record's id.")],
    as_json: Annotated[
        bool,
        typer.Option("--json", help="One JSON object a line: the change, and the record after it."),
    ] = False,
) -> None:
    """Print every change of a record: what, when, by whom, for whom, by which message."""
    store = database(Settings(), pool_size=1)
    with store.engine.connect() as connection:
        entries = history(connection, _record_id(id))
    store.close()
    if not entries:
        typer.echo(f"{id}: no such record", err=True)
        raise typer.Exit(1)
    if as_json:
        for entry in entries:
            typer.echo(orjson.dumps({"change": entry.change, "record": entry.record}).decode())
        return
    console = Console(soft_wrap=True, highlight=False)
    before: dict[str, Any] = {}
    for entry in entries:
        change = entry.change
        material = (
            ""
            if "material" not in change
            else ", material"
            if change["material"]
            else ", not material"
        )
        console.print(
            f"[bold]{change['recorded_at']}[/bold] {change['event']} version {change['version']}{material}"
        )
        console.print(
            f"   by {change['actor']} for {change['principal']}, message {change.get('message_id')} item {change['item']}"
        )
        for name, old, new in _differences(before, entry.record):
            console.print(f"   {name}: {old} -> {new}", markup=False)
        before = entry.record


def _differences(before: dict[str, Any], after: dict[str, Any]) -> list[tuple[str, Any, Any]]:
    flat_before, flat_after = _flat(before), _flat(after)
    names = sorted(set(flat_before) | set(flat_after))
    ignored = {"version", "recorded_at", "valid_from"}
    return (
        [
            (name, flat_before.get(name, "-"), flat_after.get(name, "-"))
            for name in names
            if name not in ignored and flat_before.get(name) != flat_after.get(name)
        ]
        if before
        else []
    )


def _flat(record: dict[str, Any]) -> dict[str, Any]:
    flat = {name: value for name, value in record.items() if name != "attributes"}
    return flat | {
        f"attributes.{name}": value for name, value in record.get("attributes", {}).items()
    }


def verify_log(as_json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """Recompute the whole change log: contents, Merkle roots, the chain of segments, the anchors, and
    check the hub's signatures under it.

    Exit status: 0 if everything adds up, 1 with every finding if not.
    """
    settings = Settings()
    store = database(settings, pool_size=1)
    with store.dedicated() as connection:
        report = verify(connection, hub_key(settings))
    store.close()
    if as_json:
        body = {
            "clean": report.is_clean,
            "changes": report.changes,
            "segments": report.segments,
            "checkpoints": report.checkpoints,
            "erased": report.erased,
            "head_position": report.head_position,
            "head": report.head.hex(),
            "problems": report.problems,
            "findings": [finding.as_json() for finding in report.findings],
        }
        typer.echo(orjson.dumps(body, option=orjson.OPT_INDENT_2).decode())
    else:
        for finding in report.findings:
            typer.echo(f"position {finding.position}: {finding.problem}")
        verdict = "everything adds up" if report.is_clean else f"{report.problems} problems"
        typer.echo(
            f"{report.changes} changes in {report.segments} segments, {report.checkpoints} signed checkpoints, "
            f"up to position {report.head_position}: {verdict}"
        )
        typer.echo(f"head {report.head.hex()}")
    raise typer.Exit(0 if report.is_clean else 1)
