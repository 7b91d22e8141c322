"""Reading properties that are not well-formed, instead of losing the connection over them.

A broker passes on what a sender put into its properties. pamqp raises on a string that is not UTF-8, a
time out of range or a table nested beyond Python's stack, and the exception ends the reader of the whole
connection: one message would take every worker down, again and again. Each property says how long it
is, so reading can go on behind it: strings with replacement characters, times as far off, tables as
unreadable. The door refuses what was read like that with a reason.
"""

import struct
from datetime import UTC, datetime
from typing import Any

from pamqp import decode

#: Stands for a time that cannot be: always ahead of every clock, so that the door refuses it.
NEVER = datetime.max.replace(tzinfo=UTC)
#: The one member of a table that could not be read.
UNREADABLE = "fmar-unreadable"


def short_string(value: bytes) -> tuple[int, str]:
    end = value[0] + 1
    return end, value[1:end].decode("utf-8", "replace")


def timestamp(value: bytes) -> tuple[int, datetime]:
    """Seconds since 1970. The library's guess that large values are milliseconds is not followed."""
    seconds = struct.unpack_from(">Q", value)[0]
    try:
        return 8, datetime.fromtimestamp(seconds, tz=UTC)
    except (ValueError, OverflowError, OSError):
        return 8, NEVER


def table(value: bytes) -> tuple[int, dict[str, Any]]:
    try:
        return decode.field_table(value)
    except (ValueError, KeyError, IndexError, ArithmeticError, struct.error, RecursionError):
        return 4 + int(struct.unpack_from(">I", value)[0]), {UNREADABLE: True}


def install() -> None:
    """Put these readers into pamqp's tables of readers. Safe to call again."""
    decode.METHODS["shortstr"] = short_string
    decode.METHODS["timestamp"] = timestamp
    decode.METHODS["table"] = table
    decode.TABLE_MAPPING[b"T"] = timestamp
