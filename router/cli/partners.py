"""`hub partner add`, `list`, `rotate`: who may speak to the hub."""

from collections.abc import Callable
from typing import Annotated, TypeVar

import orjson
import typer
from rich.console import Console
from rich.table import Table

from contracts.market import ROLES
from registry_store import partners
from router.bootstrap import database, pipeline
from router.broker.connection import BROKER_FAULTS
from router.broker.provisioning import ManagementUnavailable
from router.onboarding import Admitted, Onboarding, OnboardingRefused, Profile
from router.settings import Settings

T = TypeVar("T")


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="Message partners and their credentials.", no_args_is_help=True)
    group.command("add")(add)
    group.command("list")(show_all)
    group.command("rotate")(rotate)
    group.command("restore")(restore)
    app.add_typer(group, name="partner")


_Json = Annotated[bool, typer.Option("--json", help="One JSON object.")]


def add(
    slug: Annotated[str, typer.Argument(help="Short name: a letter, then a-z, 0-9, -.")],
    role: Annotated[list[str], typer.Option(help="Role of a new organisation; may be repeated.")],
    organisation: Annotated[
        str | None, typer.Option(help="Speak for this one, registered before.")
    ] = None,
    area: Annotated[list[str] | None, typer.Option(help="Network area, such as EPN.")] = None,
    gsp_group: Annotated[list[str] | None, typer.Option(help="GSP group, such as _A.")] = None,
    name: Annotated[str | None, typer.Option(help="Legal name; else the slug.")] = None,
    company_number: Annotated[str | None, typer.Option(help="Companies House number.")] = None,
    as_json: _Json = False,
) -> None:
    """Add a partner: its organisation, a lane, a receipts queue, one secret for AMQP and HTTP.

    The secret is printed once and stored nowhere.

    Example: hub partner add ukpn --role system_operator --area EPN --name "UK Power Networks"
    """
    unknown = sorted(set(role) - ROLES)
    if unknown:
        raise typer.BadParameter(
            f"no such role: {', '.join(unknown)}; roles are {', '.join(sorted(ROLES))}"
        )
    profile = Profile(
        tuple(role), name or slug, company_number, tuple(area or ()), tuple(gsp_group or ())
    )
    _run(
        lambda onboarding: onboarding.add(slug, organisation=organisation, profile=profile),
        as_json=as_json,
    )


def rotate(slug: str, as_json: _Json = False) -> None:
    """Give a partner a new secret; the old one ends at once."""
    _run(lambda onboarding: onboarding.rotate(slug), as_json=as_json)


def restore(as_json: _Json = False) -> None:
    """Give a new or emptied broker all partners again, with the secrets that they have."""
    restored = _doing(Onboarding.restore)
    if as_json:
        rows = [{"partner": partner.slug, "problem": problem} for partner, problem in restored]
        typer.echo(orjson.dumps({"restored": rows}).decode())
        return
    for partner, problem in restored:
        typer.echo(f"{partner.slug}: {problem or 'restored'}")


def show_all(as_json: _Json = False) -> None:
    """List the partners with their organisations and lanes."""
    store = database(Settings(), pool_size=1)
    with store.reading() as connection:
        known = partners.partners(connection)
    store.close()
    if as_json:
        typer.echo(orjson.dumps({"partners": known}).decode())
        return
    table = Table("partner", "organisation", "lane", "active", box=None, pad_edge=False)
    for each in known:
        table.add_row(
            each.slug, each.organisation, str(each.lane), "yes" if each.is_active else "no"
        )
    Console(soft_wrap=True).print(table)


def _run(step: Callable[[Onboarding], Admitted], *, as_json: bool) -> None:
    _print(_doing(step), as_json=as_json)


def _doing(step: Callable[[Onboarding], T]) -> T:
    """The step's result; what an operator can mend ends the command with a sentence."""
    settings = Settings()
    store = database(settings, pool_size=2)
    try:
        return step(Onboarding(settings, store, lambda: pipeline(settings, store)))
    except (OnboardingRefused, ManagementUnavailable) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    except BROKER_FAULTS as error:
        typer.echo(f"the broker does not answer: {error}", err=True)
        raise typer.Exit(1) from error
    finally:
        store.close()


def _print(admitted: Admitted, *, as_json: bool) -> None:
    partner = admitted.partner
    if as_json:
        body = {
            "partner": partner.slug,
            "organisation": partner.organisation,
            "lane": partner.lane,
            "secret": admitted.secret,
            "problem": admitted.problem,
        }
        typer.echo(orjson.dumps(body).decode())
        return
    typer.echo(f"partner       {partner.slug}")
    typer.echo(f"organisation  {partner.organisation}")
    typer.echo(f"lane          {partner.lane}")
    typer.echo(f"secret        {admitted.secret}   (shown once)")
    if admitted.problem:
        typer.echo(f"note: {admitted.problem}", err=True)
