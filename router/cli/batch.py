"""`hub batch`: files on their way, looked after; `diff`, which compares two of them, needs no server."""

from pathlib import Path
from typing import Annotated

import orjson
import typer

from contracts.batches import Wish
from router.batch_doors.door import BatchDoorFailed
from router.batches.outcome_files import Format
from router.cli.batch_door import NOT_DONE, As, Secret, batch_door
from router.cli.batch_following import exit_status, follow, write_outcomes
from router.cli.batch_missing import missing
from router.cli.batch_printing import plain, print_batch, print_batches, print_receipt
from router.cli.register_diff import batch_diff
from router.settings import Settings

Id = Annotated[str, typer.Argument(help="The batch's id, B-....", metavar="ID")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object.")]


def register(app: typer.Typer) -> None:
    group = typer.Typer(
        help="Batches: files of any size on their way through the hub (docs/batches.md). `hub send FILE` "
        "sends one.",
        no_args_is_help=True,
    )
    group.command("list")(show_all)
    for command in (show, follow_one, outcomes, receipt, missing, pause, resume, cancel):
        group.command(command.__name__.removesuffix("_one"))(command)
    group.command("diff")(batch_diff)
    app.add_typer(group, name="batch")


def show_all(
    partner: As = None,
    secret: Secret = None,
    limit: Annotated[int, typer.Option(min=1, max=100)] = 20,
    before: Annotated[
        str | None, typer.Option(help="The last id of the page before.", metavar="ID")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List batches, the newest first: what came, how far it is, how much was refused.

    Example: hub batch list --as acme
    """
    with batch_door(Settings(), partner=partner, secret=secret) as door:
        found = door.batches(before=before, limit=limit)
    if as_json:
        typer.echo(orjson.dumps({"batches": found}).decode())
    else:
        print_batches(found, plain())


def show(id: Id, partner: As = None, secret: Secret = None, as_json: AsJson = False) -> None:
    """Show one batch: how it was sent, its progress, and the first rows that were refused.

    Example: hub batch show B-7K3Q-9M2T-8X4B-T
    """
    with batch_door(Settings(), partner=partner, secret=secret) as door:
        found = door.batch(id)
    if as_json:
        typer.echo(orjson.dumps(found).decode())
    else:
        print_batch(found, plain())


def follow_one(
    id: Id,
    partner: As = None,
    secret: Secret = None,
    wait: Annotated[float | None, typer.Option(help="Seconds at most; else to its end.")] = None,
    as_json: AsJson = False,
) -> None:
    """Watch a batch until it ends, and print its receipt. Ctrl-C leaves it running.

    Exit status: 0 every row accepted; 1 some rejected; 2 failed, cancelled, or not ended in time.

    Example: hub batch follow B-7K3Q-9M2T-8X4B-T
    """
    with batch_door(Settings(), partner=partner, secret=secret) as door:
        batch = follow(door, id, wait_seconds=wait, quiet=as_json)
        stored = door.receipt(id)
    found = None if stored is None else orjson.loads(stored)
    if as_json:
        typer.echo(orjson.dumps({"progress": batch, "receipt": found}).decode())
    elif found is not None:
        print_receipt(found, plain())
    else:
        plain().print(f"{id} is {batch['status']}: {batch.get('cause') or 'not ended yet'}")
    raise typer.Exit(exit_status(batch, found))


def receipt(id: Id, partner: As = None, secret: Secret = None, as_json: AsJson = False) -> None:
    """Print the summary receipt: counts, how often which rule was broken, the first refusals.

    Example: hub batch receipt B-7K3Q-9M2T-8X4B-T --json
    """
    with batch_door(Settings(), partner=partner, secret=secret) as door:
        stored = door.receipt(id)
    if stored is None:
        typer.echo(f"{id} has no receipt yet", err=True)
        raise typer.Exit(NOT_DONE)
    if as_json:
        typer.echo(stored.decode())
    else:
        print_receipt(orjson.loads(stored), plain())


def outcomes(
    id: Id,
    out: Annotated[Path, typer.Option("--out", help="The file to write.", dir_okay=False)],
    partner: As = None,
    secret: Secret = None,
    format: Annotated[
        Format | None,
        typer.Option(help="Else told by the name of the file: as the file was sent."),
    ] = None,
    rejected: Annotated[bool, typer.Option("--rejected", help="Refused rows alone.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write the outcome file: the file as it came, each row with status, record, rules and texts.

    Example: hub batch outcomes B-7K3Q-9M2T-8X4B-T --rejected --out to-mend.csv
    """
    with batch_door(Settings(), partner=partner, secret=secret) as door:
        try:
            write_outcomes(door, id, out, format=format, only="rejected" if rejected else None)
        except OSError as error:
            raise BatchDoorFailed(f"{out} cannot be written: {error.strerror}") from error
    size_bytes = out.stat().st_size
    said = orjson.dumps({"batch": id, "file": str(out), "bytes": size_bytes}).decode()
    typer.echo(said if as_json else f"{out}: {size_bytes} bytes")


def pause(id: Id, partner: As = None, secret: Secret = None, as_json: AsJson = False) -> None:
    """Pause a batch between two excerpts. It stays paused, over restarts too, until it is resumed.

    Example: hub batch pause B-7K3Q-9M2T-8X4B-T
    """
    _wish(id, "pause", partner, secret, as_json=as_json)


def resume(id: Id, partner: As = None, secret: Secret = None, as_json: AsJson = False) -> None:
    """Let a paused batch go on where it was.

    Example: hub batch resume B-7K3Q-9M2T-8X4B-T
    """
    _wish(id, "run", partner, secret, as_json=as_json)


def cancel(id: Id, partner: As = None, secret: Secret = None, as_json: AsJson = False) -> None:
    """Cancel a batch or an upload. What was decided stands and is answered; the rest is not decided.

    Example: hub batch cancel B-7K3Q-9M2T-8X4B-T
    """
    _wish(id, "cancel", partner, secret, as_json=as_json)


def _wish(id: str, wanted: Wish, partner: str | None, secret: str | None, *, as_json: bool) -> None:
    with batch_door(Settings(), partner=partner, secret=secret) as door:
        door.wish(id, wanted)
        found = door.batch(id)
    if as_json:
        typer.echo(orjson.dumps(found).decode())
    else:
        typer.echo(f"{id}: {found['wish']} is wanted, {found['status']} now")
