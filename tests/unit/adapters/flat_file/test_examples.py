"""The examples of flat files: one for each command, and the published pool dress of one."""

from adapters.flat_file.layout import COMMANDS
from tests.unit.adapters.flat_file.building import decode
from tests.unit.adapters.reading import ROOT

EXAMPLES = ROOT / "examples" / "flat"


def test_every_command_that_flat_files_carry_has_an_example() -> None:
    shown = {
        item.command
        for file in EXAMPLES.iterdir()
        for item in decode(file.read_bytes()).items
        if file.name.startswith(item.command)
    }
    assert shown == COMMANDS


def test_either_dress_gives_the_same_items() -> None:
    user, pool = (
        decode((EXAMPLES / f"asset.register{dress}.flat").read_bytes()) for dress in ("", ".pool")
    )
    assert [item.payload for item in user.items] == [item.payload for item in pool.items]
    assert (user.message_id, pool.message_id) == ("0000000001/ACME", "F0100001.20261124093000/ACME")
