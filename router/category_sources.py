"""A category version as a steward names it: by its name, or as a file that is not published yet."""

from datetime import datetime
from pathlib import Path
from typing import Any

from contracts.categories import Category
from contracts.reasons import Reason
from router.bootstrap import Language
from router.category_pairs import PairRefused, read_json


class CategoryNotThere(ValueError):
    """There is no such category, or the file is none; the text says why."""


def category_at(what: str, version: str | None, spoken: Language, at: datetime) -> Category:
    """`what`: a name, or the path of a document. Without `version` the one in force, else the newest.

    Raises CategoryNotThere.
    """
    if is_file(what):
        return category_in(Path(what), spoken)
    found = spoken.catalogue.versions(what)
    if not found:
        known = ", ".join(spoken.catalogue.names())
        raise CategoryNotThere(f"there is no category {what}, and no such file; there are {known}")
    if version is None:
        return spoken.catalogue.effective(what, at) or found[0]
    known = ", ".join(each.version for each in found)
    for each in found:
        if each.version == version:
            return each
    raise CategoryNotThere(f"{what} has no version {version}; there are {known}")


def category_in(file: Path, spoken: Language) -> Category:
    """Raises CategoryNotThere with every reason why the document is no category."""
    document = document_in(file)
    if not isinstance(document, dict):
        raise CategoryNotThere(f"{file}: a category document is a JSON object")
    read = spoken.categories.read(numbered(document, spoken))
    if isinstance(read, Category):
        return read
    raise CategoryNotThere("\n".join(f"{file}: {_told(reason)}" for reason in read))


def document_in(file: Path) -> Any:
    """The JSON value in a file. Raises CategoryNotThere."""
    try:
        return read_json(file.read_bytes())
    except OSError as error:
        raise CategoryNotThere(f"cannot read {file}: {error.strerror}") from error
    except PairRefused as refused:
        raise CategoryNotThere(f"{file}: {refused}") from refused


def numbered(document: dict[str, Any], spoken: Language) -> dict[str, Any]:
    """A document without number (the hub gives it one) with the next minor one, to be looked at."""
    name = document.get("category")
    if "version" in document or not isinstance(name, str):
        return document
    newest = next(iter(spoken.catalogue.versions(name)), None)
    major, minor = newest.version.split(".") if newest is not None else ("1", "-1")
    version = f"{major}.{int(minor) + 1}"
    id = f"urn:fmar:category:{name}:{version.replace('.', ':')}"
    return {"$id": id, **document, "version": version}


def is_file(what: str) -> bool:
    return what.endswith(".json") or "/" in what or Path(what).is_file()


def _told(reason: Reason) -> str:
    return f"{reason.path or '/'}: {reason.rule.key} {reason.text}"
