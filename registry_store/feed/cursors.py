"""A place in a subscription's feed, as a partner keeps it: opaque, and bound to an epoch of the log.

After a restore or failover the numbers go on from an earlier place with other content: a consumer that
was ahead must be told, and its cursor says that it comes from before.
"""

import base64
import binascii
import re
from dataclasses import dataclass

_MOST_DIGITS = 18
_FORM = re.compile(rb"([1-9][0-9]{0,8})\.([0-9]{1,18})")


class CursorUnreadable(ValueError):
    """The text is no cursor that the hub gave out."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """All notifications up to `sequence`, included, were taken. 0: none yet."""

    epoch: int
    sequence: int

    def __str__(self) -> str:
        return (
            base64.urlsafe_b64encode(f"{self.epoch}.{self.sequence}".encode()).decode().rstrip("=")
        )

    @classmethod
    def read(cls, text: str, *, epoch: int) -> "Cursor":
        """A cursor, or a plain sequence, which is taken to be of `epoch`. Raises CursorUnreadable."""
        if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS:
            return cls(epoch, int(text))
        try:
            plain = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError) as error:
            raise CursorUnreadable(f"{text!r} is not a cursor") from error
        match = _FORM.fullmatch(plain)
        if match is None:
            raise CursorUnreadable(f"{text!r} is not a cursor")
        return cls(int(match[1]), int(match[2]))
