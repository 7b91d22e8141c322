"""docs/formats/flat.md says what the code reads."""

import re

from adapters.flat_file.layout import FIRST_MEMBER, MEMBERS, REPEATED, ROOTS
from tests.unit.adapters.flat_file.building import decode
from tests.unit.adapters.reading import ROOT

PAGE = (ROOT / "docs" / "formats" / "flat.md").read_text()


def test_the_table_of_fields_is_that_of_the_code() -> None:
    table = PAGE.split("<!-- fields -->")[1].split("<!-- /fields -->")[0]
    rows = re.findall(r"^\| (\d+) \| .+ \| `(/\S+)` \|$", table, re.MULTILINE)
    assert rows == [(str(n), member) for n, member in enumerate(MEMBERS, FIRST_MEMBER)]


def test_every_flow_and_group_is_named() -> None:
    for flow, root in ROOTS.items():
        assert re.search(rf"^\| `{flow}` \| .+ \| `{root}` \|", PAGE, re.MULTILINE), flow
    for group in REPEATED:
        assert f"| `{group.code}` |" in PAGE


def test_the_files_of_the_page_are_sound() -> None:
    files = re.findall(r"```\n(ZHV.+?)```", PAGE, re.DOTALL)
    assert len(files) == 2
    for file in files:
        decoded = decode(file)
        assert decoded.reasons == ()
        assert all(not item.reasons for item in decoded.items)
