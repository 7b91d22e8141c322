"""The shapes that are known: of one document, and from excerpt to excerpt of a file.

What was learnt of one excerpt holds for the next of the same file, as long as they are read with the same
categories: a file of a million series is not learnt anew two thousand times.
"""

import re
import threading
from typing import Any

from lxml import etree

from adapters.market_document.plans import Plans
from adapters.market_document.shapes import Read, Shape, learnt
from adapters.market_document.templates import Texts

_BETWEEN_TAGS = re.compile(">[^<]*<")
#: Shapes that are kept of one file; one whose series differ more is learnt anew from time to time.
_MOST = 500
#: Files whose shapes are kept: those of several partners take turns.
_FILES = 4


class Shapes:
    """The shapes of one document: by their tags, and the one that matched last, which is tried first."""

    def __init__(self, plans: Plans, read: Read) -> None:
        self._plans = plans
        self._read = read
        self._latest: Shape | None = None
        self._by_tags: dict[str, list[Shape]] = {}
        self._count = 0

    def matched(self, text: str) -> tuple[Shape, Texts] | None:
        latest = self._latest
        match = None if latest is None else latest.match(text)
        if latest is not None and match is not None:
            return latest, match.groups()
        if not self._by_tags:
            return None
        for shape in self._by_tags.get(_BETWEEN_TAGS.sub("><", text), ()):
            if (match := shape.match(text)) is not None:
                self._latest = shape
                return shape, match.groups()
        return None

    def learn(self, text: str, element: etree._Element) -> None:
        shape = learnt(text, element, self._plans, self._read)
        if shape is not None:
            self._count += 1
            if self._count > _MOST:
                self._by_tags, self._count = {}, 1
            self._by_tags.setdefault(_BETWEEN_TAGS.sub("><", text), []).append(shape)
            self._latest = shape


class KnownShapes(threading.local):
    """Shapes by what they hold for; each thread has its own."""

    def __init__(self) -> None:
        self._kept: list[tuple[Any, Shapes]] = []

    def of(self, key: Any, new: Shapes) -> Shapes:
        """Those that are known for `key`, else `new`; the latest files are remembered."""
        shapes = next((shapes for known, shapes in self._kept if known == key), new)
        others = [each for each in self._kept if each[0] != key]
        self._kept = [(key, shapes), *others][:_FILES]
        return shapes
