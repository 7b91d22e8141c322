"""The trailer record of a flat file, of any flow: its counts and its checksum, held against the file.

A user file counts its records without header and trailer, a pool file with both. The user file's checksum is
mostly blank; where it is given it must be right. Its flow instances are the records of the root group.

Source: FORMATS.md section 4.
"""

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from adapters.flat_file.header import POOL, USER, Header, read_time
from adapters.flat_file.places import place
from contracts.reasons import Reason, Rule, Severity

TRAILER = "ZPT"
#: Name -> field of the record; field 1 is ZPT.
_USER = {"file_id": 2, "count": 3, "checksum": 4, "instances": 5, "completed_at": 6}
_POOL = {"count": 2, "checksum": 3}
_WHOLE = re.compile(r"[0-9]{1,10}", re.ASCII)


class Found(NamedTuple):
    """What the file holds: records between header and trailer, records of the root group (its code: `root`).

    `root_is_known`: the flow is the hub's own; else the first group is taken for the root.
    """

    records: int
    instances: int
    root: str
    checksum: Callable[[], int]
    root_is_known: bool = True


def trailer_reasons(record: str, line: int, header: Header, found: Found) -> list[Reason]:
    """Every reason why the trailer disagrees with the file: FLAT_02 to FLAT_04."""
    fields = record.removesuffix("|").split("|")
    # The pool file's trailer is the short one; a variant of it may have the user file's.
    is_user = header.dress == USER or len(fields) == len(_USER) + 1
    layout = _USER if is_user else _POOL
    if header.dress == POOL and len(fields) == len(layout) and record.endswith("|"):
        fields.append("")  # nothing closes a pool file's record: its last field is empty
    reasons: list[Reason] = []

    def refuse(name: str, rule: Rule, text: str, severity: Severity = Severity.error) -> None:
        reasons.append(Reason(rule, text, place=place(line, layout[name]), severity=severity))

    if len(fields) != len(layout) + 1:
        text = f"{TRAILER} has {len(layout) + 1} fields here, this one has {len(fields)}"
        at = place(line, min(len(fields), len(layout) + 2))
        reasons.append(Reason(Rule.FLAT_02, text, place=at))
    stated = {
        name: fields[number - 1] if number <= len(fields) else None
        for name, number in layout.items()
    }
    _count(stated, found, refuse, is_user=is_user)
    _checksum(stated, found, refuse, is_user=is_user)
    if is_user:
        _user_fields(stated, header, found, refuse)
    return reasons


_Refuse = Callable[..., None]
_Stated = Mapping[str, str | None]


def _count(stated: _Stated, found: Found, refuse: _Refuse, *, is_user: bool) -> None:
    text = stated["count"]
    expected = found.records if is_user else found.records + 2
    what = "without header and trailer" if is_user else "with header and trailer"
    if text is None:
        return
    if not _WHOLE.fullmatch(text):
        refuse("count", Rule.FLAT_02, f"the number of records, {what}, is a whole number")
    elif int(text) != expected:
        sentence = f"the trailer counts {int(text)} records, the file has {expected} ({what})"
        refuse("count", Rule.FLAT_03, sentence)


def _checksum(stated: _Stated, found: Found, refuse: _Refuse, *, is_user: bool) -> None:
    text = stated["checksum"]
    if text is None or (not text and is_user):
        return
    if not _WHOLE.fullmatch(text):
        refuse("checksum", Rule.FLAT_02, "the checksum is a whole number of at most 10 digits")
    elif int(text) != (right := found.checksum()):
        sentence = f"the checksum says {int(text)}, the records up to here give {right}"
        refuse("checksum", Rule.FLAT_04, sentence)


def _user_fields(stated: _Stated, header: Header, found: Found, refuse: _Refuse) -> None:
    file_id, instances = stated["file_id"], stated["instances"]
    completed = stated["completed_at"]
    if file_id is not None and file_id != header.file_id:
        sentence = f"the trailer is of the file {file_id[:40]!r}, the header of {header.file_id!r}"
        refuse("file_id", Rule.FLAT_02, sentence)
    if instances is not None and not _WHOLE.fullmatch(instances):
        refuse("instances", Rule.FLAT_02, "the number of flow instances is a whole number")
    elif instances is not None and int(instances) != found.instances:
        sentence = (
            f"the trailer counts {int(instances)} flow instances, the file has {found.instances} "
            f"records of group {found.root or '(none)'}"
        )
        severity = Severity.error if found.root_is_known else Severity.warning
        refuse("instances", Rule.FLAT_03, sentence, severity)
    if not completed:
        return
    moment = read_time(completed)
    if moment is None:
        refuse("completed_at", Rule.FLAT_02, "the time of completion is YYYYMMDDHHMMSS (UTC)")
    elif header.created_at is not None and moment < header.created_at:
        sentence = "the file was completed before it was created"
        refuse("completed_at", Rule.FLAT_02, sentence, Severity.warning)
