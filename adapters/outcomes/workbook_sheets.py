"""Which part of a workbook holds which sheet."""

import posixpath
import zipfile
from collections.abc import Iterator

from adapters.tables.workbook.xml_part import Attributes, local_names, read_part, relation_of

_RELATIONSHIP = local_names("Relationship")
_SHEET = local_names("sheet")
#: As the reader of workbooks cuts names in places.
_LONGEST_NAME = 60


def sheet_parts(workbook: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """(words before the rows of the sheet, name of its part), in the order of the workbook."""
    main = next(
        iter(_targets(workbook, "_rels/.rels", "officeDocument").values()), "xl/workbook.xml"
    )
    folder, file = posixpath.split(main)
    targets = _targets(workbook, f"{folder}/_rels/{file}.rels", "worksheet")
    found: list[tuple[str, str]] = []

    def start(name: str, attributes: Attributes) -> None:
        if name in _SHEET and (part := targets.get(relation_of(attributes))) is not None:
            found.append((f'sheet "{attributes.get("name", "")[:_LONGEST_NAME]}", ', part))

    read_part([workbook.read(main)], main, start)
    return iter(found)


def _targets(workbook: zipfile.ZipFile, part: str, kind: str) -> dict[str, str]:
    """Relationships of one kind: id -> name of the part."""
    folder = posixpath.dirname(posixpath.dirname(part))
    found: dict[str, str] = {}

    def start(name: str, attributes: Attributes) -> None:
        if name in _RELATIONSHIP and attributes.get("Type", "").endswith(f"/{kind}"):
            target = posixpath.join("/", folder, attributes.get("Target", ""))
            found[attributes.get("Id", "")] = posixpath.normpath(target).lstrip("/")

    if part in workbook.namelist():
        read_part([workbook.read(part)], part, start)
    return found
