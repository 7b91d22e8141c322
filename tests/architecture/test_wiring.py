"""What is wired by hand is wired completely: routes, roles, needs, commands of the command line, locks."""

import importlib
import pkgutil
import re
from collections import Counter

import router.cli
from contracts.commands import PAYLOADS
from registry_store.rules.authority import ROLES_OF_COMMAND
from router.cli import COMMANDS, commands_of
from router.routes import ROUTES
from tests.architecture.tree import PACKAGES, below


def test_every_command_has_a_route_and_every_route_a_command():
    assert set(ROUTES) == set(PAYLOADS)


def test_who_may_is_said_of_every_command():
    assert set(ROLES_OF_COMMAND) == set(PAYLOADS)


def test_the_table_of_commands_holds_what_the_modules_register():
    names = [module.name for module in pkgutil.iter_modules(router.cli.__path__)]
    offering = {
        name
        for name in names
        if name != "__main__" and hasattr(importlib.import_module(f"router.cli.{name}"), "register")
    }
    registered = {command: name for name in offering for command in commands_of(name)}
    assert registered == COMMANDS


def test_advisory_locks_have_numbers_of_their_own():
    """Two purposes on one number wait for each other, or fail."""
    numbers = [
        number
        for file in below(*PACKAGES)
        for number in re.findall(r"_(?:LOCK|LOCK_SPACE)\s*=\s*([0-9_]+)", file.read_text())
    ]
    assert [number for number, count in Counter(numbers).items() if count > 1] == []
    assert len(numbers) >= 5
