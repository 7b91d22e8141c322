"""A pair of versions as it is given (schemas, or paths of files), and its answer as JSON members.

What kind of pair it is, is told by its members, or by the ending of its files; each kind is one entry of
`KINDS`, with a function that answers it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from math import isinf
from pathlib import Path
from typing import Any

from adapters import strict_json
from contracts.messages import Limits
from contracts.verdicts import Verdict
from registry_store.containment.checking import Mode, check
from router.xsd_pairs import answer_xsd

#: Where the hub keeps its schemas. Not taken from the composition root, which loads the whole hub.
_SCHEMAS = Path(__file__).parent.parent / "schemas" / "json"
#: Of one schema or one line of a pairs file.
LIMITS = Limits(body_bytes=8 * 1024 * 1024, depth=260, number_digits=330)

Answer = dict[str, Any]


class PairRefused(ValueError):
    """The pair cannot be read; the text says why."""


@dataclass(frozen=True, slots=True)
class PairKind:
    """One kind of pair: its members in a pairs file, the endings of its files, who answers it.

    `answer` takes the two given values, the folders in which relative paths are looked up, and the mode.
    Raises PairRefused.
    """

    members: tuple[str, str]
    endings: tuple[str, ...]
    answer: Callable[[Any, Any, tuple[Path, ...], Mode], Answer]


def answered(pair: Any, folders: tuple[Path, ...], mode: Mode = "full") -> Answer:
    """The members of a verdict, or `error` with the reasons why there is none."""
    try:
        kind = kind_of(pair)
        return kind.answer(pair[kind.members[0]], pair[kind.members[1]], folders, mode)
    except PairRefused as refused:
        return {"error": str(refused)}


def read_json(text: bytes) -> Any:
    """A JSON value with numbers as the engines take them. Raises PairRefused with every reason."""
    value, reasons = strict_json.read(text, LIMITS)
    if reasons:
        listed = "; ".join(
            f"{reason.place}: {reason.text}" if reason.place else reason.text for reason in reasons
        )
        raise PairRefused(f"not readable as JSON: {listed}")
    return _plain(value)


def kind_of(pair: Any) -> PairKind:
    """Raises PairRefused for what is no pair."""
    if isinstance(pair, dict):
        for kind in KINDS:
            if set(pair) == set(kind.members):
                return kind
    known = " or ".join(
        f'{{"{old}": ..., "{new}": ...}}' for old, new in (k.members for k in KINDS)
    )
    raise PairRefused(f"not a pair: an object {known} is expected")


def pair_of_files(old: Path, new: Path) -> dict[str, str]:
    """The pair that two files make, by their ending; JSON Schema where the ending is no other's."""
    for kind in KINDS:
        if {old.suffix.lower(), new.suffix.lower()} <= set(kind.endings):
            return dict(zip(kind.members, (str(old), str(new)), strict=True))
    return dict(zip(JSON_SCHEMAS.members, (str(old), str(new)), strict=True))


def _answer_schemas(old: Any, new: Any, folders: tuple[Path, ...], mode: Mode) -> Answer:
    refused: list[str] = []
    schemas = []
    for side, given in (("old", old), ("new", new)):
        try:
            schemas.append(_schema(given, folders))
        except PairRefused as reason:
            refused.append(f"{side}: {reason}")
    if refused:
        raise PairRefused("; ".join(refused))
    answer = check(*schemas, known=common_documents(), mode=mode)
    if isinstance(answer, Verdict):
        return answer.as_json()
    raise PairRefused("; ".join(map(str, answer)))


def _answer_xsd(old: Any, new: Any, folders: tuple[Path, ...], mode: Mode) -> Answer:
    if mode == "differences":
        raise PairRefused("the process that compared these schemas crashed or hung")
    answer = answer_xsd(old, new, folders)
    if isinstance(answer, Verdict):
        return answer.as_json()
    raise PairRefused("; ".join(map(str, answer)))


def _schema(given: Any, folders: tuple[Path, ...]) -> Any:
    return read_json(_content(given, folders)) if isinstance(given, str) else given


def _content(name: str, folders: tuple[Path, ...]) -> bytes:
    candidates = [folder / name for folder in folders]
    try:
        path = next((each for each in candidates if each.is_file()), candidates[0])
        return path.read_bytes()
    except (OSError, ValueError) as error:
        raise PairRefused(
            f"cannot read {name!r}: {getattr(error, 'strerror', None) or error}"
        ) from error


@lru_cache(maxsize=1)
def common_documents() -> Mapping[str, Any]:
    """The documents that categories refer to, by their `$id`."""
    documents = [
        read_json(path.read_bytes()) for path in sorted((_SCHEMAS / "common").glob("*.json"))
    ]
    return {document["$id"]: document for document in documents}


def _plain(value: Any) -> Any:
    match value:
        case Decimal():
            number = float(value)
            if isinf(number):
                raise PairRefused(f"the number {value} is larger than validators can hold")
            return number
        case dict():
            return {name: _plain(member) for name, member in value.items()}
        case list():
            return [_plain(item) for item in value]
    return value


JSON_SCHEMAS = PairKind(("old", "new"), (".json",), _answer_schemas)
XML_SCHEMAS = PairKind(("old_xsd", "new_xsd"), (".xsd",), _answer_xsd)
KINDS: tuple[PairKind, ...] = (JSON_SCHEMAS, XML_SCHEMAS)
