"""The sender's own names of the series that outcomes answer, read beside them from the document.

One series of the document is in memory at a time.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, BinaryIO

from lxml import etree

_SERIES = re.compile(r"/TimeSeries\[([0-9]+)\]")


def named(outcomes: Iterable[Mapping[str, Any]], document: BinaryIO) -> Iterator[Mapping[str, Any]]:
    """Outcomes with the mRID of their series as `mRID`, where the document can be read up to it."""
    names = _names(document)
    number, name = 0, ""
    for outcome in outcomes:
        place = _SERIES.search(outcome["place"])
        wanted = int(place[1]) if place else 0
        while number < wanted:
            number, name = number + 1, next(names, "")
        yield {**outcome, "mRID": name} if name and number == wanted else outcome


def _names(document: BinaryIO) -> Iterator[str]:
    events = etree.iterparse(
        document,
        tag="{*}TimeSeries",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        remove_pis=True,
        remove_comments=True,
        huge_tree=True,
    )
    try:
        for _, series in events:
            own = series.find("{*}mRID")
            yield (own.text or "").strip() if own is not None else ""
            series.clear()
            while series.getprevious() is not None:
                del series.getparent()[0]
    except etree.XMLSyntaxError:  # what is behind has no names
        return
