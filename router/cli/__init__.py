"""The command line: one Typer application, built from the modules named in `COMMANDS`.

A module of commands offers `register(app)`. Modules import what they need inside their commands'
functions only where that import is slow and the command rare; everything else is imported plainly.
"""

from types import ModuleType

import typer

from router.cli import (
    bench,
    clock,
    convert,
    dead,
    demo,
    doors,
    lifecycle,
    partners,
    registry,
    relay,
    send,
    subscriptions,
    validate,
)

COMMANDS: tuple[ModuleType, ...] = (
    demo, lifecycle, doors, relay, clock, partners, send, dead, validate, convert, subscriptions, registry,
    bench,
)


def build_app() -> typer.Typer:
    """The whole command line, wired from `COMMANDS` in order."""
    app = typer.Typer(
        name="hub",
        help="The hub of the register of flexibility market assets.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_show_locals=False,
    )
    app.callback()(_no_options)
    for module in COMMANDS:
        module.register(app)
    return app


def _no_options() -> None:
    """The hub of the register of flexibility market assets."""
