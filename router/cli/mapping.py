"""`hub mapping`: a partner's own table layouts: drafted, tried, published. `draft` and `test` need no server."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer
from rich.console import Console
from rich.table import Table

from adapters.tables.drafting.proposal import Asked, Proposal, propose
from adapters.tables.folding import fold
from adapters.tables.writing_parquet import PARQUET
from adapters.xlsx_tables import XLSX
from contracts.categories import Category
from contracts.reasons import Reason
from router.bootstrap import language, profiles
from router.cli.mapping_versions import register_versions
from router.mapping_trials import CSV, File, Report, try_on

DONE, SOME_REFUSED, UNUSABLE = 0, 1, 2
_STARTS = {b"PK\x03\x04": XLSX, b"PAR1": PARQUET}
_LISTED = 10

TableFile = Annotated[
    Path, typer.Argument(help="A table: CSV, XLSX or Parquet.", exists=True, dir_okay=False)
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object.")]


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="Table layouts of partners' own.", no_args_is_help=True)
    group.callback()(_no_options)
    group.command("draft")(draft)
    group.command("test")(try_)
    register_versions(group)
    app.add_typer(group, name="mapping")


def _no_options() -> None:
    """Table layouts of partners' own: drafted, tried, published."""


def draft(
    file: TableFile,
    *,
    category: Annotated[
        str | None, typer.Option(help="What the rows are; else told from the file.")
    ] = None,
    name: Annotated[
        str | None,
        typer.Option(help="Of the profile; begins with the partner's, as acme-batteries."),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Write the profile here.")] = None,
    as_json: AsJson = False,
) -> None:
    """Propose a mapping profile for the layout of FILE, from its headings and values.

    Each column with what it was taken for, how sure (0 to 1), and why; what is not sure is left out and listed.
    Nothing leaves this machine.

    Exit status: 0 a profile was proposed; 2 the file cannot be read, or no category can be told.

    Example: hub mapping draft examples/mapping/batteries.csv --name acme-batteries --out acme-batteries.json
    """
    sheets = _file(file).sample()
    if isinstance(sheets, Reason):
        _unusable((sheets,), as_json=as_json)
        raise typer.Exit(UNUSABLE)
    known = _categories()
    asked = Asked(name or _name_of(file), file.name, _named(category, known))
    proposal = propose(sheets, asked, known, profiles())
    if out is not None and proposal.document is not None:
        out.write_bytes(orjson.dumps(proposal.document, option=orjson.OPT_INDENT_2) + b"\n")
    if as_json:
        typer.echo(orjson.dumps(proposal.as_json(), option=orjson.OPT_INDENT_2).decode())
    else:
        _print_draft(proposal, out)
    if proposal.document is None:
        raise typer.Exit(UNUSABLE)


def try_(
    profile: Annotated[
        Path, typer.Argument(help="The profile's document.", exists=True, dir_okay=False)
    ],
    file: TableFile,
    *,
    statement_date: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Else the date of the file.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Try PROFILE on FILE: what becomes of each column, which words it does not know, which items are refused.

    Values of personal columns are not shown.

    Exit status: 0 all items accepted, 1 some refused, 2 the profile or the file cannot be used.

    Example: hub mapping test examples/mapping/acme-batteries.json examples/mapping/batteries.csv
    """
    try:
        document = orjson.loads(profile.read_bytes().removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        typer.echo(f"{profile} is not JSON: {error}", err=True)
        raise typer.Exit(UNUSABLE) from error
    if not isinstance(document, dict):
        typer.echo(f"{profile} holds no profile: a profile is a JSON object", err=True)
        raise typer.Exit(UNUSABLE)
    report = try_on(document, _file(file, statement_date))
    if report.trial is None:
        _unusable(report.problems, as_json=as_json)
        raise typer.Exit(UNUSABLE)
    if as_json:
        typer.echo(orjson.dumps(report.as_json(), option=orjson.OPT_INDENT_2).decode())
    else:
        _print_trial(report)
    raise typer.Exit(SOME_REFUSED if report.refused else DONE)


def _categories() -> list[Category]:
    """Those in force."""
    catalogue, now = language().catalogue, datetime.now(UTC)
    return [c for each in catalogue.names() if (c := catalogue.effective(each, now)) is not None]


def _named(name: str | None, known: Sequence[Category]) -> Category | None:
    found = next((each for each in known if each.name == name), None)
    if name is not None and found is None:
        names = ", ".join(each.name for each in known)
        raise typer.BadParameter(f"there is no category {name}: {names}")
    return found


def _file(path: Path, statement_date: datetime | None = None) -> File:
    body = path.read_bytes()
    stated = statement_date or datetime.fromtimestamp(path.stat().st_mtime, UTC)
    media_type = next((each for start, each in _STARTS.items() if body.startswith(start)), CSV)
    return File(path.name, body, media_type, stated.date())


def _name_of(path: Path) -> str:
    """A name to begin with; the partner's own comes before it."""
    words = [
        "".join(filter(str.isalnum, fold(word))) for word in path.stem.replace("_", " ").split()
    ]
    plain = "-".join(word for word in words if word.isascii() and word)
    return f"draft-{plain}"[:60].rstrip("-")


def _unusable(problems: tuple[Reason, ...], *, as_json: bool) -> None:
    if as_json:
        body: dict[str, Any] = Report(problems).as_json()
        typer.echo(orjson.dumps(body, option=orjson.OPT_INDENT_2).decode())
        return
    for reason in problems:
        typer.echo(f"{reason.rule.key} {reason.path or reason.place}: {reason.text}", err=True)


def _print_draft(proposal: Proposal, out: Path | None) -> None:
    console = Console(soft_wrap=True, highlight=False)
    said, guess = proposal.as_json(), proposal.guess
    if proposal.document is None:
        console.print(f"no category: {guess.why}; name it with --category", markup=False)
        return
    console.print(
        f"category: {', '.join(guess.names)} ({guess.confidence:.2f}: {guess.why})", markup=False
    )
    for each in said["columns"]:
        text = f"{each['confidence']:.2f} {each['heading']} -> {each['to']}: {each['why']}"
        console.print(text, markup=False)
    for each in said["columns"]:
        for unknown in each.get("unknown_values", ())[:_LISTED]:
            text = (
                f"{each['heading']}: {unknown['spelling']!r} is not known ({unknown['rows']} rows)"
            )
            console.print(text, markup=False)
    for each in said["dropped"]:
        console.print(f"left out: {', '.join(each['headings'])}: {each['why']}", markup=False)
    for pointer, value in proposal.assumed.items():
        console.print(f"assumed: {pointer} is {value}", markup=False)
    for note in proposal.notes:
        console.print(note, markup=False)
    if out is not None:
        console.print(
            f"written to {out}; look at it, then: hub mapping test {out} FILE", markup=False
        )


def _print_trial(report: Report) -> None:
    console, said = Console(soft_wrap=True, highlight=False), report.as_json()
    table = Table("column", "became", "stated", "blank", "unread", box=None)
    for each in said["columns"]:
        counts = (str(each.get(name, "")) for name in ("stated", "blank", "unreadable"))
        became = each.get("to") or f"{each['became']}: {each.get('why', '')}"
        table.add_row(each["heading"], became, *counts)
    console.print(table)
    for each in said["columns"]:
        for text, times in each.get("unknown_values", {}).items():
            console.print(
                f"{each['heading']}: {text!r} cannot be read ({times} times)", markup=False
            )
    for pointer, value in said["defaulted"].items():
        console.print(f"every item: {pointer} is {value}", markup=False)
    if said["absent"]:
        console.print(f"not in the file: {', '.join(said['absent'])}", markup=False)
    for refusal in said["first_refusals"][:_LISTED]:
        for reason in refusal["reasons"]:
            console.print(f"{reason['rule']} {reason['place']}: {reason['text']}", markup=False)
    for rule, times in said["by_rule"].items():
        console.print(f"{rule}: {times}", markup=False)
    console.print(f"{said['items']} items, {said['accepted']} accepted, {said['refused']} refused")
