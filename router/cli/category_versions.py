"""`hub category draft`, `submit`, `approve` ...: the life of a category version, as a partner of the hub.

Each is a message like every other one of the partner: it goes through its door, is decided by the rules, and
leaves a change in the log.
"""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from router.cli.send import NOT_TAKEN
from router.cli.steps import send_step

_MOMENT = "A day, 2027-04-01 (its first moment, UTC), or an RFC 3339 time."

Name = Annotated[str, typer.Argument(help="The category's name.")]
Number = Annotated[str, typer.Argument(help="The version's number, such as 1.0.")]
As = Annotated[str, typer.Option("--as", help="The partner that says it.")]
Secret = Annotated[
    str | None,
    typer.Option(envvar="HUB_PARTNER_SECRET", help="The partner's; else as the hub's operator."),
]
Wait = Annotated[float, typer.Option(help="Seconds to wait for the receipt; 0: do not.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object.")]


def register_versions(group: typer.Typer) -> None:
    for command in (draft, submit, approve, publish, deprecate, retire, waive):
        group.command()(command)
    group.command("return")(return_)


def draft(
    file: Annotated[
        Path, typer.Argument(help="The category document.", exists=True, dir_okay=False)
    ],
    *,
    partner: As,
    secret: Secret = None,
    wait: Wait = 30.0,
    as_json: AsJson = False,
) -> None:
    """Hand in FILE as a new draft, or as the new document of one.

    Without `version` in it the hub gives the number that the proof asks for. What review would refuse is
    said as warnings.

    Example: hub category draft tidal_lagoon.json --as steward
    """
    document = file.read_bytes().removeprefix(b"\xef\xbb\xbf")
    try:
        json.loads(document)
    except (ValueError, RecursionError) as error:
        typer.echo(f"{file} is not JSON: {error}", err=True)
        raise typer.Exit(NOT_TAKEN) from error
    # As it stands: a member that is named twice is for the hub to find.
    send_step(
        "category",
        "draft",
        b'{"document":' + document + b"}",
        partner,
        secret,
        wait,
        as_json=as_json,
    )


def submit(
    name: Name,
    version: Number,
    *,
    partner: As,
    secret: Secret = None,
    wait: Wait = 30.0,
    as_json: AsJson = False,
) -> None:
    """Hand a draft over for review. Its document is frozen from then on.

    Example: hub category submit tidal_lagoon 1.0 --as steward
    """
    _step("submit", name, version, {}, partner, secret, wait, as_json=as_json)


def approve(
    name: Name,
    version: Number,
    *,
    partner: As,
    comment: Annotated[str | None, typer.Option(help="What was looked at.")] = None,
    secret: Secret = None,
    wait: Wait = 30.0,
    as_json: AsJson = False,
) -> None:
    """Approve a version that is in review; not one that you worked on yourself.

    Example: hub category approve tidal_lagoon 1.0 --as reviewer
    """
    _step("approve", name, version, {"comment": comment}, partner, secret, wait, as_json=as_json)


def return_(
    name: Name,
    version: Number,
    *,
    partner: As,
    comment: Annotated[str, typer.Option(help="What is to be changed.")],
    secret: Secret = None,
    wait: Wait = 30.0,
    as_json: AsJson = False,
) -> None:
    """Give a version that is not published back to its author, as a draft.

    Example: hub category return tidal_lagoon 1.0 --as reviewer --comment "name the tides"
    """
    _step("return", name, version, {"comment": comment}, partner, secret, wait, as_json=as_json)


def publish(
    name: Name,
    version: Number,
    *,
    partner: As,
    effective: Annotated[
        str | None, typer.Option(help=f"From when it is in force. {_MOMENT} Else at once.")
    ] = None,
    secret: Secret = None,
    wait: Wait = 30.0,
    as_json: AsJson = False,
) -> None:
    """Publish an approved version. Every process and format has it when it is in force.

    Example: hub category publish tidal_lagoon 1.0 --as steward --effective 2027-04-01
    """
    said = {"effective_from": None if effective is None else _moment(effective)}
    _step("publish", name, version, said, partner, secret, wait, as_json=as_json)


def deprecate(
    name: Name,
    version: Number,
    *,
    partner: As,
    sunset: Annotated[str, typer.Option(help=f"From when it is not accepted any more. {_MOMENT}")],
    secret: Secret = None,
    wait: Wait = 30.0,
    as_json: AsJson = False,
) -> None:
    """Announce the end of a version; said again, at another time.

    Example: hub category deprecate tidal_lagoon 1.0 --as steward --sunset 2029-04-01
    """
    said = {"sunset": _moment(sunset)}
    _step("deprecate", name, version, said, partner, secret, wait, as_json=as_json)


def retire(
    name: Name,
    version: Number,
    *,
    partner: As,
    secret: Secret = None,
    wait: Wait = 30.0,
    as_json: AsJson = False,
) -> None:
    """Close the book on a version whose sunset has passed. It stays readable.

    Example: hub category retire tidal_lagoon 1.0 --as steward
    """
    _step("retire", name, version, {}, partner, secret, wait, as_json=as_json)


def waive(
    name: Name,
    version: Number,
    *,
    partner: As,
    waiver: Annotated[str, typer.Option(help="The waiver's name, as in W-2027-03.")],
    reason: Annotated[str, typer.Option(help="Why it may break what was valid.")],
    expires: Annotated[str, typer.Option(help=f"Until when it may be published. {_MOMENT}")],
    secret: Secret = None,
    wait: Wait = 30.0,
    as_json: AsJson = False,
) -> None:
    """Allow, as the facilitator, one version that breaks the one before.

    Example: hub category waive tidal_lagoon 2.0 --as facilitator --waiver W-1 --reason "agreed with all" --expires 2027-12-31
    """
    said = {"waiver": waiver, "reason": reason, "expires": _moment(expires)}
    _step("waive", name, version, said, partner, secret, wait, as_json=as_json)


def _step(
    step: str,
    name: str,
    version: str,
    said: dict[str, Any],
    partner: str,
    secret: str | None,
    wait: float,
    *,
    as_json: bool,
) -> None:
    given = {key: value for key, value in said.items() if value is not None}
    data = orjson.dumps({"category": name, "category_version": version, **given})
    send_step("category", step, data, partner, secret, wait, as_json=as_json)


def _moment(text: str) -> str:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text} is not a time: {_MOMENT}") from error
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).isoformat()
