"""`hub category list`, `show`, `template`, `docs`, `xsd`, `lint`: read only, and without any server.

WHAT is the name of a category, or a file with a document that is not published yet. With --registry the
versions count, too, that were published in the registry of the hub.
"""

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer
from rich.console import Console
from rich.table import Table

from adapters.category_forms.documentation import bounds
from contracts.categories import Category
from contracts.reasons import Severity
from registry_store.category_lint.finding import Finding
from registry_store.category_lint.linting import NO_OBJECT
from router.bootstrap import Language, database, language
from router.category_forms import FORMS
from router.category_sources import (
    CategoryNotThere,
    category_at,
    document_in,
    is_file,
    numbered,
)
from router.settings import Settings

CLEAN, TO_MEND, UNUSABLE = 0, 1, 2

What = Annotated[str, typer.Argument(help="A category's name, or a file with its document.")]
Version = Annotated[str | None, typer.Option(help="Such as 1.0; else the one in force.")]
FromRegistry = Annotated[
    bool, typer.Option("--registry", help="Look at what was published in the registry, too.")
]
Out = Annotated[Path | None, typer.Option(help="Write it here; else it is printed.")]
AsJson = Annotated[bool, typer.Option("--json", help="For machines.")]


class TemplateFormat(StrEnum):
    """What a template is filled in with."""

    csv = "csv"
    xlsx = "xlsx"


def register_tools(group: typer.Typer) -> None:
    for command in (show, template, docs, xsd, lint):
        group.command()(command)
    group.command("list")(list_)


def list_(registry: FromRegistry = False, as_json: AsJson = False) -> None:
    """List the categories: what each is, its versions, and which of them is in force.

    Example: hub category list --registry --json
    """
    spoken, now = _spoken(registry=registry), datetime.now(UTC)
    listed = [_listed(spoken.catalogue.versions(name), now) for name in spoken.catalogue.names()]
    if as_json:
        typer.echo(orjson.dumps(listed, option=orjson.OPT_INDENT_2).decode())
        return
    table = Table("category", "in force", "versions", "attributes", "what it is", box=None)
    for each in listed:
        counted, versions = str(each["attributes"]), ", ".join(each["versions"])
        table.add_row(each["name"], each["in_force"] or "none", versions, counted, each["title"])
    _console().print(table)


def _listed(versions: Sequence[Category], now: datetime) -> dict[str, Any]:
    """A category by its versions, the newest first."""
    in_force = next((each for each in versions if each.is_effective(now)), None)
    shown = in_force or versions[0]
    return {
        "name": shown.name,
        "title": shown.title,
        "in_force": in_force.version if in_force is not None else None,
        "versions": [each.version for each in versions],
        "attributes": len(shown.attributes),
    }


def show(
    what: What,
    version: Version = None,
    registry: FromRegistry = False,
    as_json: AsJson = False,
) -> None:
    """Show what is asked of an asset of a category: its attributes, and what must agree.

    With --json the whole document as JSON Schema, references resolved, in canonical form (RFC 8785): its SHA-256
    is the version's identity.

    Example: hub category show heat_pump

    Example: hub category show draft.json --json | sha256sum
    """
    category = _category(what, version, _spoken(registry=registry))
    if as_json:
        _write(FORMS["schema"].of(category), None)
        return
    console = _console()
    console.print(f"[bold]{category.title}[/] ({category.name} {category.version})")
    console.print(str(category.document["description"]), markup=False)
    table = Table(
        "ordinal", "attribute", "type", "unit", "values", "seen from", "XML", "heading", box=None
    )
    for each in category.attributes:
        name = f"[bold]{each.name}[/]" if each.name in category.required else each.name
        values = ", ".join(each.options) or bounds(each.schema)
        table.add_row(
            str(each.ordinal),
            name,
            each.type,
            each.unit or "",
            values,
            each.visibility,
            each.xml_name,
            each.heading,
        )
    console.print(table)
    console.print("Attributes in bold are mandatory.", style="dim")
    for assertion in category.assertions:
        console.print(
            f"{assertion.severity.value}: {assertion.sentence} ({assertion.name})", markup=False
        )


def template(
    what: What,
    format: Annotated[
        TemplateFormat, typer.Option(help="Of the file to fill in.")
    ] = TemplateFormat.csv,
    out: Out = None,
    version: Version = None,
    registry: FromRegistry = False,
) -> None:
    """Write the table that people fill in: headings with their units, and an example row.

    Example: hub category template battery_storage --format xlsx --out battery_storage.xlsx
    """
    if format is TemplateFormat.xlsx and out is None:
        raise typer.BadParameter("a workbook is not printed: give --out FILE")
    form = "workbook" if format is TemplateFormat.xlsx else "template"
    _write(FORMS[form].of(_category(what, version, _spoken(registry=registry))), out)


def docs(
    what: What, out: Out = None, version: Version = None, registry: FromRegistry = False
) -> None:
    """Write the documentation of a category, in Markdown: what partners are given to read.

    Example: hub category docs draft.json --out draft.md
    """
    _write(FORMS["docs"].of(_category(what, version, _spoken(registry=registry))), out)


def xsd(
    what: What, out: Out = None, version: Version = None, registry: FromRegistry = False
) -> None:
    """Write the XML Schema of a category's attributes.

    Two of them, of an old and a new version, are what `hub category check old.xsd new.xsd` compares.

    Example: hub category xsd heat_pump --out heat_pump.xsd
    """
    _write(FORMS["xsd"].of(_category(what, version, _spoken(registry=registry))), out)


def lint(
    what: Annotated[list[str], typer.Argument(help="Files with category documents, or names.")],
    registry: FromRegistry = False,
    as_json: AsJson = False,
) -> None:
    """Say what is to be mended in category documents before they can be submitted for review.

    Each finding has a rule, the place (a JSON Pointer), what is wrong and what to do. An error bars the version;
    a warning is for the steward to judge.

    Exit status: 0 no errors, 1 something is to be mended, 2 a file cannot be read.

    Example: hub category lint draft.json
    """
    spoken = _spoken(registry=registry)
    found = {each: _linted(each, spoken) for each in what}
    if as_json:
        listed = {
            name: [finding.as_json() for finding in findings] for name, findings in found.items()
        }
        typer.echo(orjson.dumps(listed, option=orjson.OPT_INDENT_2).decode())
    else:
        _print_findings(found)
    has_errors = any(f.severity is Severity.error for findings in found.values() for f in findings)
    raise typer.Exit(TO_MEND if has_errors else CLEAN)


def _linted(what: str, spoken: Language) -> tuple[Finding, ...]:
    if not is_file(what):
        category = _category(what, None, spoken)
        others = [each for each in spoken.catalogue if each is not category]
        return spoken.categories.lint(dict(category.document), others)
    try:
        document = document_in(Path(what))
    except CategoryNotThere as error:
        raise _refused(error) from error
    if not isinstance(document, dict):
        return (NO_OBJECT,)
    return spoken.categories.lint(numbered(document, spoken), spoken.catalogue)


def _print_findings(found: dict[str, tuple[Finding, ...]]) -> None:
    console = _console()
    for name, findings in found.items():
        errors = sum(finding.severity is Severity.error for finding in findings)
        for finding in findings:
            colour = "red" if finding.severity is Severity.error else "yellow"
            console.print(f"[{colour}]{finding.severity.value}[/] {finding.rule} ", end="")
            console.print(f"{finding.pointer or '/'}: {finding.sentence}", markup=False)
            console.print(f"      {finding.remedy}", style="dim", markup=False)
        console.print(f"{name}: {errors} errors, {len(findings) - errors} warnings", markup=False)


def _console() -> Console:
    """As wide as what it shows where nobody looks at a screen; a colon is no picture."""
    wide = None if sys.stdout.isatty() else 300
    return Console(soft_wrap=True, highlight=False, emoji=False, width=wide)


def _spoken(*, registry: bool) -> Language:
    spoken = language()
    if registry:
        store = database(Settings(), pool_size=1)
        with store.reading() as connection:
            spoken.live.renew(connection)
        store.close()
    return spoken


def _category(what: str, version: str | None, spoken: Language) -> Category:
    try:
        return category_at(what, version, spoken, datetime.now(UTC))
    except CategoryNotThere as error:
        raise _refused(error) from error


def _refused(error: CategoryNotThere) -> typer.Exit:
    typer.echo(str(error), err=True)
    return typer.Exit(UNUSABLE)


def _write(body: bytes, out: Path | None) -> None:
    if out is None:
        typer.echo(body, nl=False)
    else:
        out.write_bytes(body)
