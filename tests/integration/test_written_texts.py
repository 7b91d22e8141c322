"""Texts reach the tables as they are, whatever is in them: by COPY in lines, and in arrays."""

from datetime import UTC, datetime

import psycopg
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registry_store.array_text import number_array, text_array
from registry_store.copying import bytes_field, copy_lines, text_field, time_field
from tests.conftest import FreshDatabase

#: What a text column can hold.
texts = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=20)
AWKWARD = ("\\", "\\N", "\\.", "\t", "\n", "\r\n", '"', "{}", "NULL", "null", "a,b", "", " ")
awkward = st.lists(texts | st.sampled_from(AWKWARD), max_size=12)
on_one_database = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@on_one_database
@given(awkward)
def test_lines_are_copied_as_they_are(module_database: FreshDatabase, values: list[str]) -> None:
    now = datetime.now(UTC)
    with psycopg.connect(module_database.owner_url) as connection:
        connection.execute(
            "CREATE TEMP TABLE copied (number int, value text, hash bytea, at timestamptz)"
        )
        lines = [
            f"{number}\t{text_field(value)}\t{bytes_field(value.encode())}\t{time_field(now)}"
            for number, value in enumerate(values)
        ]
        copy_lines(connection, "copied (number, value, hash, at)", lines)
        rows = connection.execute("SELECT value, hash, at FROM copied ORDER BY number").fetchall()
        connection.rollback()
    assert rows == [(value, value.encode(), now) for value in values]


@on_one_database
@given(
    st.lists(st.none() | texts | st.sampled_from(AWKWARD), max_size=12),
    st.lists(st.none() | st.integers(-(2**63), 2**63 - 1), max_size=9),
)
def test_arrays_are_read_as_they_are(
    module_database: FreshDatabase, values: list[str | None], numbers: list[int | None]
) -> None:
    with psycopg.connect(module_database.owner_url) as connection:
        row = connection.execute(
            "SELECT %s::text[], %s::bigint[]", (text_array(values), number_array(numbers))
        ).fetchone()
    assert row == (values, numbers)
