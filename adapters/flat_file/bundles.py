"""Records and bundles of notifications on their way out: the flows F0102 and F0103.

A bundle is one flow instance: FB1, then for each notification FA1 with the record, what stands below it, and FB2
with the rest of the notification.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from adapters.flat_file.layout import (
    BUNDLE,
    BUNDLE_FLOW,
    COMMANDS,
    COMMANDS_FLOW,
    NOTIFICATION,
    RECORDS_FLOW,
)
from adapters.flat_file.stated_fields import Field, read, write
from contracts.documents import Document

#: Frozen; fields 2, 3, 4 ... A member that comes later is in `other`, as JSON, until it has a field.
BUNDLE_FIELDS = (
    Field("subscription"), Field("epoch", "integer"), Field("first_sequence", "integer"),
    Field("count", "integer"), Field("hash"), Field("other", "json"),
)  # fmt: skip
NOTIFICATION_FIELDS = (
    Field("subscription"), Field("sequence", "integer"), Field("event_id"), Field("delivery_id"),
    Field("event"), Field("material", "boolean"), Field("replay", "boolean"), Field("recorded_at"),
    Field("valid_from"), Field("previous", "json"), Field("other", "json"),
)  # fmt: skip


def flow_of(document: Document) -> str:
    """The flow that carries a document. Raises ValueError for commands and records in one."""
    kinds = {entry.command in COMMANDS for entry in document.entries}
    if len(kinds) > 1:
        raise ValueError("commands and records do not go in one flat file")
    if document.header.bundle is not None:
        if True in kinds:
            raise ValueError("a bundle has records, not commands")
        return BUNDLE_FLOW
    return COMMANDS_FLOW if kinds != {False} else RECORDS_FLOW


def bundle_record(bundle: Mapping[str, Any]) -> str:
    return write(BUNDLE, BUNDLE_FIELDS, _with_other(bundle, BUNDLE_FIELDS))


def notification_record(notification: Mapping[str, Any]) -> str:
    return write(NOTIFICATION, NOTIFICATION_FIELDS, _with_other(notification, NOTIFICATION_FIELDS))


def _with_other(values: Mapping[str, Any], fields: Sequence[Field]) -> dict[str, Any]:
    known = {field.name for field in fields} - {"other"}
    other = {name: value for name, value in values.items() if name not in known}
    stated = {name: value for name, value in values.items() if name in known}
    return stated | {"other": other} if other else stated


def read_bundle(records: Sequence[str]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """What a bundle says besides its records: of itself, and of each notification in order."""
    stated = [
        (record[:3], read(fields, record))
        for record in records
        for fields in _FIELDS_OF.get(record[:3], ())
    ]
    stated = [(code, values | values.pop("other", {})) for code, values in stated]
    bundles = [values for code, values in stated if code == BUNDLE]
    return bundles[0] if bundles else {}, [each for code, each in stated if code == NOTIFICATION]


_FIELDS_OF = {BUNDLE: (BUNDLE_FIELDS,), NOTIFICATION: (NOTIFICATION_FIELDS,)}
