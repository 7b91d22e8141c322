"""The command line: one Typer application; a module of commands is loaded when one of its commands is.

A module offers `register(app)`. The table says which module has which command, so that `hub validate` does
not load the HTTP server: half of the time that a short command took was for modules that it had no use for.
"""

from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

#: Command -> module of this package, in the order in which they are listed.
COMMANDS = {
    "demo": "demo",
    "up": "lifecycle",
    "down": "lifecycle",
    "status": "lifecycle",
    "migrate": "lifecycle",
    "work": "doors",
    "serve": "doors",
    "relay": "relay",
    "clock": "clock",
    "split": "split",
    "drop": "drop",
    "partner": "partners",
    "send": "send",
    "batch": "batch",
    "validate": "validate",
    "category": "category",
    "mapping": "mapping",
    "convert": "convert",
    "formats": "formats",
    "subscribe": "subscriptions",
    "subscriptions": "subscriptions",
    "feed": "subscriptions",
    "show": "registry",
    "history": "registry",
    "audit": "registry",
    "dead": "dead",
    "bench": "bench",
}


class _OnDemand(TyperGroup):
    """Lists every command, and loads the module of the one that is asked for."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - of the base class
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002
        module = COMMANDS.get(cmd_name)
        return None if module is None else commands_of(module)[cmd_name]


def commands_of(module: str) -> dict[str, Any]:
    """What a module of this package registers, by name."""
    app = typer.Typer(pretty_exceptions_show_locals=False)
    app.callback()(_no_options)
    import_module(f"router.cli.{module}").register(app)
    return dict(typer.main.get_group(app).commands)


def build_app() -> typer.Typer:
    """The whole command line."""
    app = typer.Typer(
        name="hub",
        cls=_OnDemand,
        help="The hub of the register of flexibility market assets.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_show_locals=False,
    )
    app.callback()(_no_options)
    return app


def _no_options() -> None:
    """The hub of the register of flexibility market assets."""
