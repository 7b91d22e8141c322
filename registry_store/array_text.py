"""Arrays as PostgreSQL reads them, for the lists of hundreds of values that a group asks for at once.

psycopg looks at each element of a list for its type, at 2 to 4 microseconds an element. Use with a cast:
`%s::text[]`, `%s::bigint[]`. Source: PostgreSQL documentation, section 8.15.6 (array input and output).
"""

from collections.abc import Iterable


def text_array(values: Iterable[str | None]) -> str:
    return "{" + ",".join([_NULL if value is None else _quoted(value) for value in values]) + "}"


def number_array(values: Iterable[int | None]) -> str:
    return "{" + ",".join([_NULL if value is None else str(value) for value in values]) + "}"


_NULL = "NULL"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
