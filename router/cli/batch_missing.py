"""`hub batch missing`: what a file does not state of its source, and ending it on confirmation."""

from typing import Annotated, Any

import orjson
import typer
from rich.table import Table

from router.batch_doors.door import BatchDoor
from router.cli.batch_door import As, Secret, batch_door
from router.cli.batch_printing import plain
from router.settings import Settings

_PAGE = 500
#: Records that are shown to a person; --json has them all.
_LISTED = 40


def missing(
    id: Annotated[str, typer.Argument(help="The batch's id, B-....", metavar="ID")],
    partner: As = None,
    secret: Secret = None,
    deregister: Annotated[
        int | None,
        typer.Option(help="End them: how many there are, so that nothing ends by accident.", min=1),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """List what the register holds of a file's source and the file does not state (sent with --reconcile).

    What only rows state that were refused is told apart, and never ended.

    Nothing happens to these records until --deregister says how many they are: then a batch of
    deregistrations is sent, answered row by row. A record that has changed since is refused there.

    Example: hub batch missing B-7K3Q-9M2T-8X4B-T
    """
    with batch_door(Settings(), partner=partner, secret=secret) as door:
        if deregister is not None:
            ending = door.deregister_missing(id, confirmed=deregister)
            said = orjson.dumps({"batch": id, "deregistering": ending}).decode()
            typer.echo(said if as_json else f"{deregister} records are ended by batch {ending}")
            return
        found = _all(door, id)
    if as_json:
        refused = sum(each["refused"] for each in found)
        counts = {"total": len(found) - refused, "refused": refused}
        typer.echo(orjson.dumps({"batch": id, **counts, "missing": found}).decode())
    else:
        _print(id, found)


def _all(door: BatchDoor, id: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    after: int | None = 0
    while after is not None:
        page = door.missing(id, after=after, limit=_PAGE)
        found += page["missing"]
        after = page.get("after")
    return found


def _print(id: str, found: list[dict[str, Any]]) -> None:
    console = plain()
    if not found:
        console.print(f"{id}: nothing was found missing, or it was not sent with --reconcile")
        return
    table = Table("record", "version", "known by", "", box=None)
    for each in found[:_LISTED]:
        keys = "; ".join(f"{key['scheme']} {key['value']}" for key in each["keys"])
        noted = {"changed since": each["changed_since"], "in a refused row": each["refused"]}
        notes = ", ".join(note for note, holds in noted.items() if holds)
        table.add_row(each["id"], str(each["version"]), keys, notes)
    console.print(table)
    more = f"; {_LISTED} are shown, --json has them all" if len(found) > _LISTED else ""
    refused = sum(each["refused"] for each in found)
    count = len(found) - refused
    console.print(f"{count} records are missing in the file{more}")
    if refused:
        console.print(
            f"{refused} more are stated by rows that were refused: mend these, nothing ends them"
        )
    if count:
        console.print(f"to end them: hub batch missing {id} --deregister {count}")
