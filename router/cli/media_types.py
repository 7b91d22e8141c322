"""From a file's name and content to a media type: sniffing is for the command line alone."""

from pathlib import Path

import typer

from adapters.flat_file.adapter import MEDIA_TYPE as FLAT
from adapters.json_lines.adapter import MEDIA_TYPE as JSON_LINES
from adapters.tables.naming import names_template
from adapters.tables.writing_parquet import PARQUET
from adapters.xlsx_tables import XLSX

#: --format -> media type. `ecr` is CSV read with the profile of the capacity register.
_OF_FORMAT = {
    "json": "application/cloudevents+json",
    "json-batch": "application/cloudevents-batch+json",
    "jsonl": JSON_LINES,
    "csv": "text/csv",
    "ecr": "text/csv; profile=ecr",
    "xlsx": XLSX,
    "parquet": PARQUET,
    "flat": FLAT,
    "xml": "application/xml",
}
_ARCHIVE, _PARQUET = b"PK\x03\x04", b"PAR1"
_OF_SUFFIX = {
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "csv",
    ".tsv": "csv",
    ".xlsx": "xlsx",
    ".parquet": "parquet",
    ".flat": "flat",
    ".xml": "xml",
}


def media_type_of(path: Path, body: bytes, format: str | None, profile: str | None) -> str:
    """The media type of a file. Raises typer.BadParameter with what to give where it cannot be told."""
    if format is not None and format not in _OF_FORMAT:
        raise typer.BadParameter(f"--format is one of {', '.join(_OF_FORMAT)}")
    named = format or _OF_SUFFIX.get(path.suffix.lower()) or _sniffed(body)
    if named is None:
        raise typer.BadParameter(
            f"cannot tell the format of {path.name}: give --format {'|'.join(_OF_FORMAT)}"
        )
    if named == "json" and format is None and body.lstrip()[:1] == b"[":
        named = "json-batch"
    if named == "csv":
        profile = profile or _profile_of(body)
        if profile is None and not names_template(body):
            raise typer.BadParameter(
                f"{path.name} is a table: give --profile (its mapping profile, such as ecr, or a category)"
            )
    if named in ("csv", "xlsx", "parquet") and profile is not None:
        return f"{_OF_FORMAT[named]}; profile={profile}"
    return _OF_FORMAT[named]


def _sniffed(body: bytes) -> str | None:
    if body.startswith(_ARCHIVE):
        return "xlsx"
    if body.startswith(_PARQUET):
        return "parquet"
    head = body[:4_096].lstrip(b"\xef\xbb\xbf \t\r\n")
    if head[:1] in (b"{", b"["):
        return "json"
    if head[:1] == b"<":
        return "xml"
    if head.startswith((b"ZHV|", b"ZHD|")):
        return "flat"
    first_line = head.split(b"\n", 1)[0]
    return (
        "csv" if any(first_line.count(separator) > 1 for separator in (b",", b";", b"\t")) else None
    )


def _profile_of(body: bytes) -> str | None:
    """The capacity register is known by its headings, however they are spelt."""
    first_line = body[:8_192].split(b"\n", 1)[0].lower().replace(b"_", b" ")
    return "ecr" if b"energy source 1" in first_line else None
