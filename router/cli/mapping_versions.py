"""`hub mapping publish`, `retire`: commands of a partner like every other one. `list`, `show`: what there is."""

import json
from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.console import Console
from rich.table import Table

from registry_store.mapping_profiles import ProfileRecord, profile_records
from router.bootstrap import database, profiles
from router.cli.send import NOT_TAKEN
from router.cli.steps import send_step
from router.mapping_profiles import listed, shown
from router.settings import Settings

As = Annotated[str, typer.Option("--as", help="The partner that says it.")]
Secret = Annotated[
    str | None,
    typer.Option(envvar="HUB_PARTNER_SECRET", help="The partner's; else as the hub's operator."),
]
Wait = Annotated[float, typer.Option(help="Seconds to wait for the receipt; 0: do not.")]
AsJson = Annotated[bool, typer.Option("--json", help="For machines.")]
Of = Annotated[
    str | None, typer.Option("--as", help="With those that this partner published, too.")
]
FromRegistry = Annotated[
    bool, typer.Option("--registry", help="With those that any partner published.")
]


def register_versions(group: typer.Typer) -> None:
    for command in (publish, retire, show):
        group.command()(command)
    group.command("list")(list_)


def publish(
    profile: Annotated[
        Path, typer.Argument(help="The profile's document.", exists=True, dir_okay=False)
    ],
    *,
    partner: As,
    version: Annotated[
        str | None, typer.Option(help="Such as 1.1; else the one in the document.")
    ] = None,
    secret: Secret = None,
    wait: Wait = 30.0,
    as_json: AsJson = False,
) -> None:
    """Publish PROFILE: the partner's files may name it from then on, and nobody else's.

    Example: hub mapping publish examples/mapping/acme-batteries.json --as acme
    """
    document = profile.read_bytes().removeprefix(b"\xef\xbb\xbf")
    try:
        read = json.loads(document)
    except (ValueError, RecursionError) as error:
        typer.echo(f"{profile} is not JSON: {error}", err=True)
        raise typer.Exit(NOT_TAKEN) from error
    if version is not None and isinstance(read, dict):
        document = json.dumps(read | {"version": version}).encode()
    # Else as it stands: a member that is named twice is for the hub to find.
    send_step(
        "mapping_profile",
        "publish",
        b'{"document":' + document + b"}",
        partner,
        secret,
        wait,
        as_json=as_json,
    )


def retire(
    name: Annotated[str, typer.Argument(help="The profile's name.")],
    version: Annotated[str, typer.Argument(help="The version's number, such as 1.0.")],
    *,
    partner: As,
    secret: Secret = None,
    wait: Wait = 30.0,
    as_json: AsJson = False,
) -> None:
    """End a version: no file that comes in later is read with it.

    Example: hub mapping retire acme-batteries 1.0 --as acme
    """
    data = orjson.dumps({"profile": name, "profile_version": version})
    send_step("mapping_profile", "retire", data, partner, secret, wait, as_json=as_json)


def list_(partner: Of = None, registry: FromRegistry = False, as_json: AsJson = False) -> None:
    """List the mapping profiles: the hub's own, and those that partners published.

    Example: hub mapping list --as acme
    """
    entries = listed(profiles(), _records(partner, registry=registry))
    if as_json:
        typer.echo(orjson.dumps(entries, option=orjson.OPT_INDENT_2).decode())
        return
    table = Table("profile", "version", "status", "of", "what it is", box=None)
    for each in entries:
        owner = each.get("party", "the hub")
        table.add_row(each["name"], each["version"], each["status"], owner, each["title"])
    Console(soft_wrap=True, highlight=False).print(table)


def show(
    name: Annotated[str, typer.Argument(help="The profile's name.")],
    *,
    version: Annotated[str | None, typer.Option(help="Else the newest in use.")] = None,
    partner: Of = None,
    registry: FromRegistry = False,
    as_json: AsJson = False,
) -> None:
    """Print a profile's document; with --json also who published it, and when.

    Example: hub mapping show ecr
    """
    found = shown(name, version, profiles(), _records(partner, registry=registry))
    if found is None:
        typer.echo(f"there is no mapping profile {name} {version or ''}".rstrip(), err=True)
        raise typer.Exit(NOT_TAKEN)
    body = found if as_json else found["document"]
    typer.echo(orjson.dumps(body, option=orjson.OPT_INDENT_2).decode())


def _records(partner: str | None, *, registry: bool) -> list[ProfileRecord]:
    """Without either no database is asked."""
    if partner is None and not registry:
        return []
    store = database(Settings(), pool_size=1)
    try:
        with store.engine.connect() as connection:
            records = profile_records(connection)
    finally:
        store.close()
    return [each for each in records if partner in (None, each.content["party"])]
