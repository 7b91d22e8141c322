"""Prepare: what commands amount to, as far as that can be worked out without the registry. Pure."""

from collections.abc import Sequence
from typing import Any

from registry_store.rules.decision import Context
from router.pipeline.reading import ReadItem
from router.routes import ROUTES


def prepared_commands(items: Sequence[ReadItem], context: Context) -> list[Any]:
    """For each item its command as the route prepares it, those of one kind together; None where there is none."""
    indexes: dict[str, list[int]] = {}
    for index, read_item in enumerate(items):
        if read_item.command is not None and (name := read_item.item.command) in ROUTES:
            indexes.setdefault(name, []).append(index)
    found: list[Any] = [None] * len(items)
    for name, of_name in indexes.items():
        commands = [items[index].command for index in of_name]
        for index, command in zip(
            of_name, ROUTES[name].prepare_all(commands, context), strict=True
        ):
            found[index] = command
    return found
