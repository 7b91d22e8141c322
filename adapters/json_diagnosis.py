"""What is wrong with a JSON text that was refused, and where: a walk over its tokens.

The walk keeps its own stack, so that no nesting exhausts Python's, and it ends at the first thing that
is not a token: a syntax error is the parser's to report.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from contracts.reasons import escape_pointer

#: A sender who has that many to mend is not helped by more, and the walk stays bounded.
MOST_PROBLEMS = 100
_SHOWN = 40

_TOKEN = re.compile(
    r"""[ \t\n\r]*(?:
        (?P<string>"[^"\\\x00-\x1f]*(?:\\.[^"\\\x00-\x1f]*)*")
      | (?P<constant>NaN|-?Infinity)
      | (?P<number>-?[0-9][0-9.eE+-]*)
      | (?P<word>true|false|null)
      | (?P<mark>[\[\]{},:])
    )""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Problem:
    """`kind`: duplicate | depth | number | surrogate | constant. `found` is the token, shortened."""

    kind: str
    pointer: str
    offset: int
    found: str = ""


@dataclass(slots=True)
class _Container:
    """An array or object that is open at this point of the text."""

    is_object: bool
    names: set[str] = field(default_factory=set)
    name: str = ""
    index: int = 0
    expects_name: bool = False

    def token(self) -> str:
        return escape_pointer(self.name) if self.is_object else str(self.index)


def diagnose(text: str, depth: int, is_huge: Callable[[str], bool]) -> list[Problem]:
    """The first problems of the text, at most MOST_PROBLEMS, in their order."""
    return list(islice(_problems(text, depth, is_huge), MOST_PROBLEMS))


def _problems(text: str, depth: int, is_huge: Callable[[str], bool]) -> Iterator[Problem]:
    stack: list[_Container] = []
    offset = 0
    while match := _TOKEN.match(text, offset):
        offset = match.end()
        kind, token = match.lastgroup, match.group(match.lastgroup or 0)
        start = offset - len(token)
        if kind == "mark":
            _follow(stack, token)
            if len(stack) > depth:
                yield Problem("depth", _pointer(stack[:-1]), start)
                return
        elif kind == "string":
            yield from _string_problems(stack, token, start)
        elif kind == "constant" or (kind == "number" and is_huge(token)):
            yield Problem(kind, _pointer(stack), start, _shortened(token))


def _follow(stack: list[_Container], mark: str) -> None:
    """The stack of open containers after a punctuation mark."""
    if mark in "[{":
        stack.append(_Container(is_object=mark == "{", expects_name=mark == "{"))
    elif mark in "]}":
        if stack:
            stack.pop()
    elif mark == "," and stack:
        stack[-1].index += 1
        stack[-1].expects_name = stack[-1].is_object


def list_start(text: str, names: tuple[str, ...]) -> int | None:
    """The offset behind the bracket that opens the array which these members lead to, from the root."""
    stack: list[_Container] = []
    offset = 0
    while match := _TOKEN.match(text, offset):
        offset = match.end()
        if (mark := match["mark"]) is not None:
            _follow(stack, mark)
            above = tuple(each.name for each in stack[:-1] if each.is_object)
            if mark == "[" and above == names and len(stack) == len(names) + 1:
                return offset
        elif match["string"] and stack and stack[-1].expects_name:
            stack[-1].expects_name, stack[-1].name = False, _unquoted(match["string"])
        if not stack:
            return None
    return None


def _unquoted(token: str) -> str:
    try:
        return str(json.loads(token))
    except ValueError:  # a bad escape: the parser's to report
        return token


def _string_problems(stack: list[_Container], token: str, start: int) -> Iterator[Problem]:
    try:
        value = json.loads(token)
    except ValueError:  # a bad escape: the parser's to report
        return
    inner = stack[-1] if stack else None
    if inner is not None and inner.expects_name:
        inner.expects_name, inner.name = False, value
        if value in inner.names:
            yield Problem("duplicate", _pointer(stack), start, _shortened(token))
        inner.names.add(value)
    if any("\ud800" <= character <= "\udfff" for character in value):
        yield Problem("surrogate", _pointer(stack), start, _shortened(token))


def _pointer(stack: list[_Container]) -> str:
    """The JSON Pointer of the place; half surrogates in names are replaced, so that it can be sent."""
    pointer = "".join(f"/{_shortened(container.token())}" for container in stack)
    return pointer.encode("utf-8", "replace").decode()


def _shortened(token: str) -> str:
    return token if len(token) <= _SHOWN else f"{token[:_SHOWN]}..."


def line_and_column(text: str, offset: int, line: int = 1, column: int = 1) -> tuple[int, int]:
    """Of an offset, both from 1, as editors count them; `line` and `column`: of the first character."""
    lines = text.count("\n", 0, offset)
    if not lines:
        return line, column + offset
    return line + lines, offset - text.rfind("\n", 0, offset)
