"""`hub up`, `down`, `status`: the hub's life on one machine."""

import typer


def register(app: typer.Typer) -> None:
    """Adds the commands of this module to the application."""
    app.command()(version)


def version() -> None:
    """Print the hub's version."""
    typer.echo("0.1.0")
