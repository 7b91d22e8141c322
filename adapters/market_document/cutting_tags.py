"""Whether series are well-formed, told by their tags: those of one that was parsed are those of thousands.

A text between tags that has no `<`, no `&` but in the five references of XML, no `]]>` and no control character is
well-formed wherever it stands. So a series with the very tags of one that a parser took is well-formed, too. The
others of an excerpt are parsed, all together.
"""

import re

from lxml import etree

from adapters.market_document.plans import name_of

END = b"</TimeSeries>"
#: Patterns that are tried for each series; the latest that matched comes first.
_KEPT = 8
_CONTROLS = bytes({*range(32)} - {9, 10, 13})
_TAG = re.compile(rb"""</?[^\s<>/"'=&!?]+(?:\s+[^\s<>/"'=&]+="[^"<>&]*")*\s*/?>""")
_TAGS = re.compile(rb"(<[^>]*>)")
_PLAIN, _WITH_REFERENCES = rb"[^<&]*", rb"[^<&]*(?:&(?:amp|lt|gt|quot|apos);[^<&]*)*"
_NAME = rb"([^<&\r]*)"
_NAMED = re.compile(rb"\s*<TimeSeries>\s*<mRID>[^<]*</mRID>")
#: Texts before the one that is the name: before `<TimeSeries>`, before `<mRID>`.
_BEFORE_NAME = 2


class SoundSeries:
    """Looks at the series of one document. `opening`: the start tag of its root; `closing`: its end tag."""

    def __init__(self, opening: bytes, closing: bytes, tag: str, id_tag: str) -> None:
        self._opening, self._closing = opening, closing
        self._tag, self._id_tag = tag, id_tag
        self._patterns: list[re.Pattern[bytes]] = []

    def names(self, series: list[bytes], body: bytes) -> list[str] | None:
        """Their mRIDs, if all are well-formed and stand side by side; each lacks its end tag. `body`: all of
        them together.
        """
        if not _is_text(body):
            return None
        names: list[str] = []
        others: list[int] = []
        for at, text in enumerate(series):
            match = self._matched(text)
            names.append("" if match is None else match[1].decode())
            if match is None:
                others.append(at)
        if others:
            parsed = self._parsed([series[at] for at in others])
            if parsed is None:
                return None
            for at, name in zip(others, parsed, strict=True):
                names[at] = name
            self._learn(series[others[0]])
        return names

    def _matched(self, text: bytes) -> re.Match[bytes] | None:
        patterns = self._patterns
        for at, pattern in enumerate(patterns):
            match = pattern.fullmatch(text)
            if match is not None:
                if at:
                    patterns.insert(0, patterns.pop(at))
                return match
        return None

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

    def _learn(self, text: bytes) -> None:
        tags = _TAGS.findall(text)
        if not _NAMED.match(text) or not all(_TAG.fullmatch(tag) for tag in tags):
            return
        between = _WITH_REFERENCES if b"&" in text else _PLAIN
        texts = [rb"\s*", *[between] * len(tags)]
        texts[_BEFORE_NAME] = _NAME
        parts = zip(texts, [*map(re.escape, tags), b""], strict=True)
        self._patterns.insert(0, re.compile(b"".join(text + tag for text, tag in parts)))
        del self._patterns[_KEPT:]


def _is_text(body: bytes) -> bool:
    """Whether it is UTF-8 with characters of XML alone, and without `]]>`."""
    if b"]" in body and b"]]>" in body:
        return False
    if body.translate(None, _CONTROLS) != body:
        return False
    if body.isascii():
        return True
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return "\ufffe" not in text and "\uffff" not in text
