"""A document up to the first element of its long list."""

from typing import NamedTuple

from adapters.json_diagnosis import list_start
from adapters.json_list.coming_text import ComingText

#: Characters before the list, and behind it.
LONGEST_HEAD = 1024 * 1024


class Frame(NamedTuple):
    """Which list of a document is long: `names` of the members that lead to it from the root."""

    names: tuple[str, ...]

    @property
    def pointer(self) -> str:
        return "".join(f"/{name}" for name in self.names)

    @property
    def depth(self) -> int:
        """Of what is open within the list."""
        return len(self.names) + 1


def head_of(text: ComingText, frame: Frame) -> str | None:
    """The document up to the bracket that opens the list, which is dropped; None where there is no such list."""
    while True:
        found = list_start(text.text, frame.names)
        if found is not None:
            head = text.text[:found]
            text.drop(found)
            return head
        if len(text.text) > LONGEST_HEAD or not text.more(len(text.text) or 1):
            return None


def rest_of(text: ComingText) -> str | None:
    """The document from the bracket on that closes the list; None where it goes on and on."""
    while not text.is_at_end and len(text.text) <= LONGEST_HEAD:
        text.more()
    return text.text if len(text.text) <= LONGEST_HEAD else None
