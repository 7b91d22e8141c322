"""`hub category`: versions of a schema; `check`, what a steward asks about them, needs no server."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from router.category_checks import answers
from router.category_pairs import pair_of_files
from router.cli.category_impact import impact
from router.cli.category_tools import register_tools
from router.cli.category_versions import register_versions
from router.cores import cores

PROVED, REFUTED, UNUSABLE, UNPROVED = 0, 1, 2, 3
_STATUS = {"proved": PROVED, "refuted": REFUTED, "unproved": UNPROVED}
_HEADLINES = {
    "proved": ("green", "proved: every document that was valid is still valid"),
    "refuted": ("red", "refuted: this document was valid and no longer is"),
    "unproved": ("yellow", "unproved: neither a proof nor a counterexample was found"),
}
_COLOURS = {"breaking": "red", "compatible": "green", "documentation": "dim"}


def register(app: typer.Typer) -> None:
    group = typer.Typer(
        help="Versions of category schemas, and what a new one breaks.", no_args_is_help=True
    )
    group.callback()(_no_options)
    group.command("check")(check)
    register_versions(group)
    register_tools(group)
    group.command("impact")(impact)
    app.add_typer(group, name="category")


def _no_options() -> None:
    """Versions of category schemas, and what a new one breaks."""


def check(
    old: Annotated[Path | None, typer.Argument(help="The version in force.")] = None,
    new: Annotated[Path | None, typer.Argument(help="The version to come.")] = None,
    pairs: Annotated[
        Path | None,
        typer.Option(
            help='JSON lines {"old": ..., "new": ...} or {"old_xsd": PATH, "new_xsd": PATH}.'
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object, everything in it.")
    ] = False,
) -> None:
    """Is every document that is valid under OLD still valid under NEW?

    Takes any JSON Schema 2020-12; `format` counts as an assertion. References lead into the document
    itself or to the hub's common definitions (urn:fmar:common:...); nothing is ever fetched.

    Two files that end in .xsd are compared as XML Schema 1.0: target namespaces are mapped onto each other;
    what they include or import lies beside them. The counterexample is then an XML document.

    The verdict is `proved`; or `refuted`, with a smallest document that was valid and no longer is, by
    two independent validators; or `unproved`, with what was searched. Then follows what has changed: where,
    from what to what, and whether senders notice.

    With --pairs, one verdict a line comes out for each line, in order; for a line that cannot be used
    {"error": ..., "line": n}. Relative paths in it are looked up here, then beside the pairs file.

    Exit status: 0 proved, 1 refuted, 2 the input cannot be used, 3 unproved. With --pairs: 0 every line
    was answered, 2 some could not be used.

    Example: hub category check schemas/json/categories/hydro/1.0.json draft.json

    Example: hub category check old.xsd new.xsd --json

    Example: hub category check --pairs pairs.jsonl > verdicts.jsonl
    """
    if pairs is not None and old is None and new is None:
        raise typer.Exit(_check_lines(pairs))
    if pairs is not None or old is None or new is None:
        raise typer.BadParameter("give OLD and NEW, or --pairs FILE")
    text = json.dumps(pair_of_files(old, new)).encode()
    answer = next(iter(answers([text], (Path.cwd(),), workers=1)))
    if as_json:
        typer.echo(json.dumps(answer, indent=2, ensure_ascii=False))
    elif "error" in answer:
        typer.echo(answer["error"], err=True)
    else:
        _print(answer)
    raise typer.Exit(UNUSABLE if "error" in answer else _STATUS[answer["backward"]])


def _check_lines(pairs: Path) -> int:
    """One answer a line, as soon as it and those before it are there."""
    try:
        lines = pairs.read_bytes().split(b"\n")
    except OSError as error:
        typer.echo(f"cannot read {pairs}: {error.strerror}", err=True)
        return UNUSABLE
    if not lines[-1]:
        lines.pop()
    status = PROVED
    folders = (Path.cwd(), pairs.parent)
    for number, answer in enumerate(answers(lines, folders, cores()), 1):
        is_error = "error" in answer
        status = UNUSABLE if is_error else status
        typer.echo(
            json.dumps({**answer, "line": number} if is_error else answer, ensure_ascii=False)
        )
    return status


def _shown(counterexample: Any) -> str:
    """JSON as such; an XML document as it is."""
    is_xml = str(counterexample).startswith("<") and str(counterexample).endswith(">")
    return (
        str(counterexample) if is_xml else json.dumps(counterexample, indent=2, ensure_ascii=False)
    )


def _print(answer: dict[str, Any]) -> None:
    console = Console(highlight=False, soft_wrap=True)
    colour, headline = _HEADLINES[answer["backward"]]
    console.print(f"[bold {colour}]{headline}[/]")
    if answer["backward"] == "refuted":
        console.print(_shown(answer["counterexample"]), markup=False)
    console.print(f"{answer['method']}.", style="dim", markup=False)
    if not answer["differences"]:
        console.print("\nNothing has changed.")
        return
    table = Table(box=None)
    for heading in ("severity", "where", "what has changed"):
        table.add_column(heading, overflow="fold")  # a place that is cut off is none
    for each in answer["differences"]:
        colour = _COLOURS[each["severity"]]
        table.add_row(f"[{colour}]{each['severity']}[/]", each["pointer"] or "/", each["sentence"])
    console.print()
    console.print(table)
