"""Every command in every format: carried there and back, or refused by name; nothing in between.

The table is that of RECORDS.md section 8, written here by hand and compared with what the adapters say.
"""

import io
import zipfile
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from adapters import Writer
from adapters.totality import Carriage, rows, totality
from contracts.commands import COMMANDS
from contracts.documents import Document, Entry, Header
from contracts.item_members import SHAPES
from contracts.messages import Envelope, Limits
from router.bootstrap import language, profiles
from tests.support.generated import payloads, plain

LANGUAGE = language()
COLUMNS = {column.name: column for column in totality(LANGUAGE.adapters, profiles())}
WRITERS = {each.name: each for each in LANGUAGE.adapters if isinstance(each, Writer)}
NOW = datetime(2026, 1, 2, 12, tzinfo=UTC)
HEAT_PUMP = LANGUAGE.catalogue.effective("heat_pump", NOW)

BOTH, READ, NOTHING = Carriage.both, Carriage.read, Carriage.nothing
IN_A95 = {"a95": Carriage.checked}
IN_JSON = {"json": BOTH, "jsonl": BOTH}
IN_DOCUMENTS = IN_JSON | {"xml": BOTH, "flat": BOTH}
IN_TABLES = {"csv": BOTH, "xlsx": BOTH, "parquet": BOTH}
EXPECTED = {
    "asset.register": IN_DOCUMENTS | IN_TABLES | {"ecr": READ} | IN_A95,
    "asset.update": IN_DOCUMENTS | IN_TABLES | IN_A95,
    "asset.amend": IN_DOCUMENTS,
    "asset.deregister": IN_DOCUMENTS,
    "market_unit.create": IN_DOCUMENTS | IN_TABLES | IN_A95,
    "market_unit.compose": IN_DOCUMENTS | IN_TABLES | IN_A95,
    "market_unit.deregister": IN_DOCUMENTS,
}
PAIRS = [(command, format) for command in sorted(COMMANDS) for format in WRITERS]
CARRIED = [(c, f) for c, f in PAIRS if COLUMNS[f].of(c) is BOTH and c in SHAPES]
REFUSED = [(c, f) for c, f in PAIRS if COLUMNS[f].of(c) is NOTHING]


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_the_table_is_the_one_that_was_agreed(command: str) -> None:
    expected = EXPECTED.get(command, IN_JSON)
    assert {
        name: column.of(command)
        for name, column in COLUMNS.items()
        if column.of(command) is not NOTHING
    } == expected


def test_the_table_has_every_command() -> None:
    assert set(rows()) == COMMANDS
    assert set(EXPECTED) <= COMMANDS


def read(format: str, media_type: str, body: bytes):
    adapter = next(each for each in LANGUAGE.adapters if each.name == format)
    envelope = Envelope("", "acme", media_type, body, NOW, statement_date=NOW.date())
    return adapter.decode(envelope, Limits())


def written(command: str, format: str, payload: dict) -> tuple[str, bytes]:
    header = Header("m1", "acme", "hub", NOW.replace(hour=11))
    category = ("heat_pump", "1.0") if command == "asset.amend" else None
    return WRITERS[format].encode(Document(header, (Entry(command, payload, category=category),)))


@pytest.mark.parametrize(("command", "format"), CARRIED)
@settings(max_examples=4, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(data=st.data())
def test_what_is_carried_comes_back_as_it_was(
    command: str, format: str, data: st.DataObject
) -> None:
    assert HEAT_PUMP is not None
    payload = data.draw(payloads(command, HEAT_PUMP))
    decoded = read(format, *written(command, format, payload))
    assert decoded.reasons == ()
    assert [(item.command, item.reasons) for item in decoded.items] == [(command, ())]
    assert plain(decoded.items[0].payload) == plain(payload)


#: A command that every format carries: its name in the bytes is replaced by one that is not carried.
STAND_IN = "market_unit.create"
PAYLOAD = {"type": "spu", "name": "One", "members": [{"asset": {"ref": "a"}}]}


@pytest.mark.parametrize(("command", "format"), REFUSED)
def test_what_is_not_carried_is_refused_by_name(command: str, format: str) -> None:
    media_type, body = written(STAND_IN, format, PAYLOAD)
    decoded = read(format, media_type, renamed(body, command))
    assert not any(item.command == STAND_IN and not item.reasons for item in decoded.items)
    reasons = [*decoded.reasons, *(reason for item in decoded.items for reason in item.reasons)]
    assert any(command in reason.text for reason in reasons), reasons


def renamed(body: bytes, command: str) -> bytes:
    """The same document with another command; a workbook is a folder of parts, Parquet has columns."""
    if body.startswith(b"PAR1"):
        table = parquet.read_table(io.BytesIO(body))
        at = table.column_names.index("Command")
        written = io.BytesIO()
        parquet.write_table(table.set_column(at, "Command", [[command] * len(table)]), written)
        return written.getvalue()
    if not zipfile.is_zipfile(io.BytesIO(body)):
        assert STAND_IN.encode() in body
        return body.replace(STAND_IN.encode(), command.encode())
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(body)) as source, zipfile.ZipFile(packed, "w") as target:
        for part in source.namelist():
            target.writestr(part, source.read(part).replace(STAND_IN.encode(), command.encode()))
    return packed.getvalue()


@pytest.mark.parametrize("format", WRITERS)
def test_a_command_that_is_not_carried_is_not_written(format: str) -> None:
    for command in COMMANDS - WRITERS[format].writes:
        with pytest.raises(ValueError, match=command.replace(".", r"\.")):
            written(command, format, {})
