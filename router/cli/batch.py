"""`hub batch`: files on their way through the hub; `diff`, which compares two of them, needs no server."""

import typer

from router.cli.register_diff import batch_diff


def register(app: typer.Typer) -> None:
    group = typer.Typer(
        help="Files of any size: batches, and what is in them.", no_args_is_help=True
    )
    group.callback()(_no_options)
    group.command("diff")(batch_diff)
    app.add_typer(group, name="batch")


def _no_options() -> None:
    """Files of any size: batches, and what is in them."""
