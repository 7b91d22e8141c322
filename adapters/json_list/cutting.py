"""A document cut into excerpts: elements of its long list, as they stand there."""

import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, BinaryIO, NamedTuple

from adapters import strict_json
from adapters.cutting import Cut, CutLimits, Excerpt
from adapters.json_list.coming_text import ComingText, as_bytes
from adapters.json_list.elements import Elements, Group, Weigh
from adapters.json_list.opening import LONGEST_HEAD, Frame, head_of, rest_of
from adapters.json_list.reading import Start
from adapters.strict_json import Within
from contracts.messages import Decoded, Limits
from contracts.reasons import Reason, Rule, has_errors

_EXCERPT_CHARACTERS = 4 * 1024 * 1024
#: Where a list is only looked at.
_LOOK_CHARACTERS = 1024 * 1024
#: Stands for the elements of a list where the rest of its document is read.
_ELEMENT = "0"
#: What all excerpts say, and what one says of its own elements.
Said = Callable[[Group], Mapping[str, Any]]


class ListFile(NamedTuple):
    """A document to be cut. `weigh`: items in an element; `whole` decodes a document as one."""

    source: BinaryIO
    frame: Frame
    weigh: Weigh
    limits: CutLimits
    whole: Callable[[bytes], Decoded]


class _Begun(NamedTuple):
    """`head`: of the document, up to its list."""

    head: str
    elements: Elements

    def take(self, limits: CutLimits, left: int) -> Group | None:
        return self.elements.take(max(1, min(limits.rows, left)), _EXCERPT_CHARACTERS)


def cut_as_it_comes(
    file: ListFile, begin: Callable[[], tuple[Decoded, Said]], empty: Reason
) -> Cut:
    """A list that is all of its document, begun before its end has come: after its first elements were weighed."""
    text = ComingText(file.source)
    begun = _begun(file, text)
    if begun is None:
        return _uncut(file, text)
    first = begun.take(file.limits, file.limits.file_rows)
    if first is None:
        reasons = begun.elements.reasons or _rest(begun, file.limits.whole)[1] or (empty,)
        return Cut(Decoded(reasons=reasons), iter(()))
    head, said = begin()
    cut = Cut(head, iter(()))
    if not has_errors(head.reasons):
        cut.excerpts = _excerpts(file, begun, first, said, cut.reasons)
    return cut


def cut_when_whole(file: ListFile, begin: Callable[[Any], tuple[Decoded, Said]]) -> Cut:
    """A list within a document, which may say behind its list what holds for it: read twice, from a source that can
    seek. `begin`: from the document, whose list has one element if it has any.
    """
    begun = _begun(file, ComingText(file.source))
    if begun is None:
        return _uncut(file, _again(file))
    count, limits = 0, file.limits
    while (group := begun.elements.take(sys.maxsize, _LOOK_CHARACTERS)) is not None:
        count += group.rows
        if count > limits.file_rows:
            return Cut(Decoded(reasons=(_too_many(limits),)), iter(()))
    document, reasons = None, begun.elements.reasons
    if not reasons:
        document, reasons = _rest(begun, limits.whole)
    if reasons:
        return _refused(file, reasons)
    head, said = begin(document)
    cut = Cut(head, iter(()))
    if not has_errors(head.reasons):
        once_more = _begun(file, _again(file))
        assert once_more is not None
        first = once_more.take(limits, limits.file_rows)
        cut.excerpts = _excerpts(file, once_more, first, said, cut.reasons)
    return cut


def _begun(file: ListFile, text: ComingText) -> _Begun | None:
    head = head_of(text, file.frame)
    if head is None:
        return None
    frame, whole = file.frame, file.limits.whole
    return _Begun(head, Elements(text, whole, frame.pointer, frame.depth, file.weigh))


def _again(file: ListFile) -> ComingText:
    file.source.seek(0)
    return ComingText(file.source)


def _excerpts(
    file: ListFile, begun: _Begun, first: Group | None, said: Said, reasons: list[Reason]
) -> Iterator[Excerpt]:
    group, item, limits = first, 1, file.limits
    while group is not None:
        if item + group.rows - 1 > limits.file_rows:
            reasons.append(_too_many(limits))
            return
        start = Start(group.first, item, group.line, group.column)
        yield Excerpt(group.body, {**start._asdict(), **said(group)}, group.rows)
        item += group.rows
        group = begun.take(limits, limits.file_rows + 1 - item)
    reasons += begun.elements.reasons or _rest(begun, limits.whole)[1]


def _rest(begun: _Begun, limits: Limits) -> tuple[Any, tuple[Reason, ...]]:
    """The document around its list, whose end was reached; or what is wrong with it."""
    head, elements = begun
    text = elements.text
    text.drop(elements.end)
    rest = rest_of(text)
    if rest is None:
        shown = f"line {text.line}, column {text.column}"
        reason = f"more than {LONGEST_HEAD} characters stand behind the list, {shown}"
        return None, (Reason(Rule.MSG_03, reason, place=shown),)
    before = head + _ELEMENT * bool(elements.count)
    within = Within(runs=((0, 1, 1), (len(before), text.line, text.column)))
    any_size = replace(limits, body_bytes=sys.maxsize)
    return strict_json.read(as_bytes(before + rest), any_size, within)


def _refused(file: ListFile, reasons: tuple[Reason, ...]) -> Cut:
    """A document that is small enough is refused in the words that a message is."""
    text = _again(file)
    text.more(file.limits.whole.body_bytes + 1)
    small = file.whole(as_bytes(text.text)).reasons if text.is_at_end else ()
    return Cut(Decoded(reasons=small or reasons), iter(()))


def _uncut(file: ListFile, text: ComingText) -> Cut:
    """Another document, as one excerpt if it is no larger than a message."""
    text.more(file.limits.whole.body_bytes + 1 - len(text.text))
    body = as_bytes(text.text)
    decoded = file.whole(body)
    excerpts = [Excerpt(body, {}, len(decoded.items))] if decoded.items else []
    return Cut(decoded._replace(items=()), iter(excerpts))


def _too_many(limits: CutLimits) -> Reason:
    text = f"the document has more than {limits.file_rows} items: the rest is not read"
    return Reason(Rule.MSG_03, text)
