"""Pairs of XML schemas: read with the files that lie beside them, answered by their comparison."""

from pathlib import Path
from typing import Any

from adapters.xsd_comparison.checking import check
from adapters.xsd_comparison.sources import Source, UnusableSchemaError, names_beside
from contracts.verdicts import Unusable, Verdict

#: Files that one schema may be made of.
_MOST_FILES = 100


def answer_xsd(old: Any, new: Any, folders: tuple[Path, ...]) -> Verdict | tuple[Unusable, ...]:
    """The verdict, or every reason why there is none. `old` and `new`: paths, or schemas as text."""
    sources: list[Source] = []
    reasons: list[Unusable] = []
    for side, given in (("old", old), ("new", new)):
        try:
            sources.append(_source(given, folders))
        except UnusableSchemaError as error:
            reasons.append(Unusable(side, "", str(error)))
    return tuple(reasons) if reasons else check(*sources)


def _source(given: Any, folders: tuple[Path, ...]) -> Source:
    if not isinstance(given, str):
        raise UnusableSchemaError("a path or the text of a schema is expected")
    if given.lstrip().startswith("<"):
        return _with_beside(given.encode(), folders[0])
    candidates = [folder / given for folder in folders]
    path = next((each for each in candidates if each.is_file()), candidates[0])
    return _with_beside(_read(path), path.parent)


def _with_beside(text: bytes, folder: Path) -> Source:
    """The schema and all that it includes, imports or redefines, also by way of others."""
    beside: dict[str, bytes] = {}
    waiting = list(names_beside(text))
    while waiting:
        name = waiting.pop()
        if name in beside:
            continue
        if len(beside) >= _MOST_FILES:
            raise UnusableSchemaError(f"made of more than {_MOST_FILES} files")
        beside[name] = _read(folder / name)
        waiting += names_beside(beside[name])
    return Source(text, beside)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except (OSError, ValueError) as error:
        cause = getattr(error, "strerror", None) or error
        raise UnusableSchemaError(f"cannot read {path.name!r}: {cause}") from error
