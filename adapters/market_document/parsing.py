"""From bytes to a tree, or the reasons why not: nothing in a document may reach out of it or blow up.

A document is UTF-8. DOCTYPE (and with it every entity of one's own), processing instructions and sizes
beyond the parser's bounds are refused; comments are dropped, so that text around one stays whole.
"""

import re

from lxml import etree

from contracts.messages import Limits
from contracts.reasons import Reason, Rule

_BOM = b"\xef\xbb\xbf"
_DECLARATION = re.compile(
    rb"<\?xml\s+version\s*=\s*[\"']1\.[0-9]+[\"'](?:\s+encoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"'])?[^>]*\?>"
)
_ENCODINGS = (b"utf-8", b"utf8", b"us-ascii", b"ascii")
#: What libxml2 says where a bound is passed: depth, length of a name, text or attribute, expansion.
_BOUNDS = re.compile(
    r"xcessive|[Ll]imit|too long|too large|huge|[Mm]aximum|amplification|[Mm]emory"
)
_POSITION = re.compile(r", line [0-9]+, column [0-9]+$")
_NAMED_INSTRUCTIONS = 20


def parse(body: bytes, limits: Limits) -> etree._Element | tuple[Reason, ...]:
    """The root element; or XML-01, MSG-02 or MSG-03 with line and column."""
    if len(body) > limits.body_bytes:
        text = f"the document has {len(body)} bytes, the limit is {limits.body_bytes}"
        return (Reason(Rule.MSG_03, text),)
    if problem := _encoding_problem(body) or _prolog_problem(body):
        return (problem,)
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=False,
    )
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        return (syntax_reason(str(error.msg or ""), error.position),)
    start = _DECLARATION.match(body.removeprefix(_BOM))
    if body.find(b"<?", start.end() if start else 0) >= 0:
        reasons = _instructions(root)
        if reasons:
            return reasons
    return root


def _encoding_problem(body: bytes) -> Reason | None:
    head = body.removeprefix(_BOM)[:4]
    declared = _DECLARATION.match(body.removeprefix(_BOM)[:200])
    encoding = (declared[1] or b"utf-8").lower() if declared else b"utf-8"
    if b"\0" in head or head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return Reason(
            Rule.XML_01, "the document is in UTF-16 or UTF-32: send UTF-8", place="line 1"
        )
    if encoding not in _ENCODINGS:
        text = f"the document is in {encoding.decode()}: send UTF-8"
        return Reason(Rule.XML_01, text, place="line 1")
    return None


def _prolog_problem(body: bytes) -> Reason | None:
    """A DOCTYPE can only stand before the root, between comments and instructions."""
    at = len(_BOM) if body.startswith(_BOM) else 0
    while True:
        while body[at : at + 1].isspace():
            at += 1
        ends = {b"<!--": b"-->", b"<?": b"?>"}
        end = next((ends[start] for start in ends if body.startswith(start, at)), None)
        if end is None:
            break
        found = body.find(end, at + 2)
        if found < 0:
            return None
        at = found + len(end)
    if not body.startswith(b"<!", at):
        return None
    text = "a document has no DOCTYPE: take it out, and with it every entity that it declares"
    line = body.count(b"\n", 0, at) + 1
    return Reason(Rule.XML_01, text, place=f"line {line}")


def syntax_reason(message: str, position: tuple[int, int]) -> Reason:
    """MSG-02, or MSG-03 where a bound of the parser is passed; with line and column."""
    message = _POSITION.sub("", message.strip()) or "it is empty"
    line, column = position
    rule = Rule.MSG_03 if _BOUNDS.search(message) else Rule.MSG_02
    return Reason(
        rule,
        f"the document is not well-formed XML: {message[:300]}",
        place=f"line {line}, column {column}",
    )


def _instructions(root: etree._Element) -> tuple[Reason, ...]:
    beside = [*root.itersiblings(preceding=True), *root.itersiblings()]
    inside = root.iter(etree.PI)
    found = [each for each in beside if each.tag is etree.PI]
    found.extend(each for each, _ in zip(inside, range(_NAMED_INSTRUCTIONS), strict=False))
    return tuple(instruction_reason(each) for each in found[:_NAMED_INSTRUCTIONS])


def instruction_reason(instruction: etree._Element) -> Reason:
    """XML-01, with the line."""
    return Reason(
        Rule.XML_01,
        f"a document has no processing instructions: take <?{str(instruction.target)[:60]} ...?> out",
        place=f"line {instruction.sourceline}",
    )
