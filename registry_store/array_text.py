"""Arrays as PostgreSQL reads them, for the lists of hundreds of values that a group asks for at once.

psycopg looks at each element of a list for its type, at 4 microseconds an element. Use with a cast:
`%s::text[]`, `%s::bigint[]`. Source: PostgreSQL documentation, section 8.15.6 (array input and output).
"""

from collections.abc import Iterable


def text_array(values: Iterable[str]) -> str:
    quoted = [value.replace("\\", "\\\\").replace('"', '\\"') for value in values]
    return '{"' + '","'.join(quoted) + '"}' if quoted else "{}"


def number_array(values: Iterable[int]) -> str:
    return "{" + ",".join(map(str, values)) + "}"
