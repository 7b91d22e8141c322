"""Whether series are well-formed: told by one pattern of what nearly all are, and by the parser of the others.

The pattern is elements within elements, as deep as a series goes, without prefixes and attributes; texts that have no
`<`, and no `&` but in the five references of XML. The parser takes all others of an excerpt together.
"""

import re

from lxml import etree

from adapters.market_document.plans import name_of

END = b"</TimeSeries>"
#: Attributes, a list in them, an element of the list, its members.
_LEVELS = 4
#: Bytes that no XML has.
CONTROLS = bytes({*range(32)} - {9, 10, 13})
_TAG_NAME = rb"[A-Za-z_][A-Za-z0-9_.-]*+"
_NAMESPACE = rb'(?: xmlns="[A-Za-z0-9:_.-]++")?+'
_TEXT = rb"[^<&]*+(?:&(?:amp|lt|gt|quot|apos);[^<&]*+)*+"


def _element(levels: int, group: int) -> bytes:
    """An element of so many levels; `group`: the number of the group that has its name."""
    end = rb"</\%d>" % group
    content = rb">(?>" + _TEXT + end
    if levels > 1:
        content += rb"|\s*+(?:" + _element(levels - 1, group + 1) + rb")++" + end
    return rb"<(" + _TAG_NAME + rb")" + _NAMESPACE + rb"(?>" + content + rb")|/>)\s*+"


#: Up to its end tag; its first group is the mRID. It never goes back, so that it takes the time of one pass.
_SERIES = re.compile(
    rb"\s*+<TimeSeries>\s*+<mRID>([^<&\r]*+)</mRID>\s*+(?:" + _element(_LEVELS, 2) + rb")*+"
)


class SoundSeries:
    """Looks at the series of one document. `opening`: the start tag of its root; `closing`: its end tag."""

    def __init__(self, opening: bytes, closing: bytes, tag: str, id_tag: str) -> None:
        self._opening, self._closing = opening, closing
        self._tag, self._id_tag = tag, id_tag
        #: Whether a name without a prefix is of the document's own namespace.
        self._is_plain = b":" not in closing

    def names(self, series: list[bytes], body: bytes) -> list[str] | None:
        """Their mRIDs, if all are well-formed and stand side by side; each lacks its end tag. `body`: all of
        them together.
        """
        if not self._is_plain or not _is_text(body):
            return None
        matches = [_SERIES.fullmatch(text) for text in series]
        names = ["" if match is None else match[1].decode() for match in matches]
        others = [at for at, match in enumerate(matches) if match is None]
        if others:
            parsed = self._parsed([series[at] for at in others])
            if parsed is None:
                return None
            for at, name in zip(others, parsed, strict=True):
                names[at] = name
        return names

    def _parsed(self, series: list[bytes]) -> list[str] | None:
        """Their names by a parser; None where something is not well-formed, or is no series alone."""
        body = b"".join((self._opening, *(text + END for text in series), self._closing))
        if b"<!" in body or b"<?" in body:
            return None
        parser = etree.XMLParser(
            encoding="utf-8", resolve_entities=False, no_network=True, huge_tree=False
        )
        try:
            root = etree.fromstring(body, parser)
        except etree.XMLSyntaxError:
            return None
        if len(root) != len(series) or (root.text or "").strip():
            return None
        if any(each.tag != self._tag or (each.tail or "").strip() for each in root):
            return None
        return [name_of(each, self._id_tag) for each in root]


def _is_text(body: bytes) -> bool:
    """Whether it is UTF-8 with characters of XML alone, and without `]]>`."""
    if b"]" in body and b"]]>" in body:
        return False
    if body.translate(None, CONTROLS) != body:
        return False
    if body.isascii():
        return True
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return "\ufffe" not in text and "\uffff" not in text
