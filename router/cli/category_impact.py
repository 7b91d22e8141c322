"""`hub category impact`: whom a version would break before it breaks them."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Self

import orjson
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from router.bootstrap import database, language
from router.category_sources import CategoryNotThere, category_in
from router.cores import cores
from router.impact.report import Impact, impact_of
from router.settings import Settings

NOTHING, SOMETHING, UNUSABLE = 0, 1, 2
_COLOURS = {"breaking": "red", "compatible": "green", "documentation": "dim"}
#: Ids, causes and notices that are printed; --json has more.
_SHOWN = 10


def impact(
    name: Annotated[str, typer.Argument(help="The category.")],
    file: Annotated[Path, typer.Argument(help="The document of the version to come.")],
    days: Annotated[int, typer.Option(min=1, help="How far back messages are looked at.")] = 30,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes; else one a processor.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """What FILE would do as the next version of NAME: to the formats, to what is stored, to those who send.

    Every live asset of the category is checked again by the new version, and every message of the last days is
    read again: who sent the category, and what of it would have been refused that is accepted today. Items
    that name their version are counted apart: they are checked by that one until its sunset. Nothing is changed.

    Exit status: 0 nothing would break, 1 something would, 2 the file cannot be used.

    Example: hub category impact heat_pump draft.json --days 90
    """
    settings, spoken, now = Settings(), language(), datetime.now(UTC)
    store = database(settings, pool_size=1)
    with store.reading() as connection:
        spoken.live.renew(connection)
    store.close()
    try:
        category = category_in(file, spoken)
    except CategoryNotThere as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(UNUSABLE) from error
    if category.name != name:
        typer.echo(f"{file} is a version of {category.name}, not of {name}", err=True)
        raise typer.Exit(UNUSABLE)
    assert settings.database_url is not None
    with _Bars() as bars:
        found = impact_of(
            category,
            spoken.catalogue.versions(name),
            settings.database_url.get_secret_value(),
            now=now,
            since=now - timedelta(days=days),
            workers=workers or cores(),
            progress=bars.show,
        )
    if as_json:
        typer.echo(orjson.dumps(found.as_json(), option=orjson.OPT_INDENT_2).decode())
    else:
        _print(found, days)
    raise typer.Exit(SOMETHING if found.breaks else NOTHING)


class _Bars:
    """Progress on standard error, gone when it is done."""

    def __init__(self) -> None:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        self._progress = Progress(*columns, console=Console(stderr=True), transient=True)
        self._tasks: dict[str, object] = {}

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def show(self, what: str, done: int, every: int) -> None:
        if what not in self._tasks:
            self._tasks[what] = self._progress.add_task(what, total=every)
        self._progress.update(self._tasks[what], completed=done)  # type: ignore[arg-type] # a task's id


def _print(found: Impact, days: int) -> None:
    console = Console(soft_wrap=True, highlight=False, emoji=False)
    category, against = found.category, found.against
    before = f"against {against.version}" if against is not None else "the first of its name"
    console.print(f"[bold]{category.name} {category.version}[/], {before}")
    if found.proof is not None:
        colour = "red" if found.proof.is_breaking else "green"
        console.print(f"[{colour}]backward: {found.proof.backward}[/]")
        for sentence in found.proof.breaks:
            console.print(f"   {sentence}", markup=False)
    for verdict in found.forms:
        counted = f"{len(verdict.notices)} changes" if verdict.notices else "nothing"
        console.print(f"\n[bold]{verdict.format}[/]: senders notice {counted}")
        for notice in verdict.notices[:_SHOWN]:
            console.print(f"   [{_COLOURS[notice.severity]}]{notice.severity}[/] ", end="")
            console.print(notice.sentence, markup=False)
    _print_stored(console, found)
    _print_partners(console, found, days)


def _print_stored(console: Console, found: Impact) -> None:
    stored = found.stored
    console.print(f"\n[bold]stored[/]: {stored.failing:,} of {stored.records:,} live assets fail")
    for cause in stored.as_json()["causes"][:_SHOWN]:
        line = f"   {cause['count']:,} x {cause['rule']} at {cause['path']}, first {cause['id']}: {cause['text']}"
        console.print(line, markup=False)
    if stored.ids:
        more = f" and {stored.failing - _SHOWN:,} more" if stored.failing > _SHOWN else ""
        console.print(f"   {', '.join(stored.ids[:_SHOWN])}{more}", markup=False)
        console.print("   They keep the version that they were checked with.", style="dim")


def _print_partners(console: Console, found: Impact, days: int) -> None:
    partners = found.partners.as_json()
    console.print(
        f"\n[bold]partners[/] of the last {days} days ({partners['messages']:,} messages)"
    )
    for each in partners["partners"]:
        console.print(
            f"   {each['partner']}: {each['refused']:,} of {each['items']:,} items would have been refused, "
            f"{each['pinned']:,} name their version",
            markup=False,
        )
        for reason in each["reasons"]:
            place = f"{reason['message_id']} {reason['place']}".strip()
            console.print(
                f"      {reason['rule']} {reason['path']}: {reason['text']} ({place})", markup=False
            )
    if partners["unread"]:
        console.print(f"   {partners['unread']:,} messages could not be read", style="dim")
