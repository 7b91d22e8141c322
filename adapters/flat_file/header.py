"""The header record of a flat file, of any flow: ZHV of a user file, ZHD of a pool file.

A pool file's header is the short one (its type, parties, time), or a variant that carries the file id and
the tail of a user file: `ZHD||D0265001|R|IPNL|G|CAPG|20210914142620||||OPER`. Times are UTC.

Source: FORMATS.md section 4.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType
from typing import NamedTuple

from adapters.flat_file.places import place
from contracts.identifiers import participant_id_problem
from contracts.reasons import Reason, Rule

USER, POOL = "ZHV", "ZHD"
OPERATIONAL = "OPER"
#: Who a party is to the market. A party without a participant id of its own is non-core.
MARKET_ROLES = {
    "A": "HHDA",
    "B": "NHHDA",
    "C": "HHDC",
    "D": "NHHDC",
    "F": "Funds Administration",
    "G": "SVA Agent",
    "K": "Profile Administrator",
    "M": "Meter Operator",
    "P": "SMRA",
    "R": "LDSO",
    "S": "SAA",
    "X": "Supplier",
    "Z": "non-core",
}
NON_CORE = "Z"
#: Name -> field of the record; field 1 is ZHV or ZHD.
LONG = {
    "file_id": 2, "flow": 3, "from_role": 4, "from_mpid": 5, "to_role": 6, "to_mpid": 7, "created_at": 8,
    "sending_application": 9, "receiving_application": 10, "broadcast": 11, "test_flag": 12,
}  # fmt: skip
SHORT = {"flow": 2, "from_role": 3, "from_mpid": 4, "to_role": 5, "to_mpid": 6, "created_at": 7}

_FILE_ID = re.compile(r"[A-Za-z0-9_-]{1,10}")
_FLOW = re.compile(r"[A-Z][0-9]{7}", re.ASCII)
_TIME = re.compile(r"[0-9]{14}", re.ASCII)
_TEST_FLAG = re.compile(r"OPER|TR[0-9]{2}", re.ASCII)


class Party(NamedTuple):
    """A market role (one letter) and a market participant id (four letters; empty: it has none)."""

    role: str
    mpid: str

    def __str__(self) -> str:
        return f"{self.role} {self.mpid}".rstrip()


class Header(NamedTuple):
    """What a header states; beside reasons (FLAT_01) as far as it can be told.

    `flow` is name and version (`D0155001`). `created_at` is UTC. `dress` is ZHV or ZHD. `file_id` is
    empty, and `test_flag` OPER, where the dress has no room for them or the field is empty.
    """

    dress: str
    file_id: str
    flow: str
    sender: Party
    receiver: Party
    created_at: datetime | None
    test_flag: str = OPERATIONAL
    sending_application: str = ""
    receiving_application: str = ""
    line: int = 1
    layout: Mapping[str, int] = MappingProxyType({})

    def place(self, name: str) -> str:
        """Where the header states it; the header's line where its dress has no such field."""
        return place(self.line, self.layout.get(name))

    @property
    def identity(self) -> str | None:
        """The message id: file id and sender's participant id; without a file id flow and time instead."""
        name = self.file_id
        if not name and self.created_at is not None:
            name = f"{self.flow}.{self.created_at:%Y%m%d%H%M%S}"
        return f"{name}/{self.sender.mpid}" if self.sender.mpid else name or None


def flow_name(flow: str) -> str:
    """`D0155 version 001`."""
    return f"{flow[:5]} version {flow[5:]}"


def read_header(record: str, line: int) -> tuple[Header, list[Reason]]:
    """The header, and every reason (FLAT_01) why it is none. `record` may end in the | that closes it."""
    fields = record.removesuffix("|").split("|")
    dress = fields[0]
    layout = LONG if dress == USER or _is_long(fields) else SHORT
    if len(fields) == len(layout) and dress == POOL and record.endswith("|"):
        fields.append("")  # nothing closes a pool file's record: its last field is empty
    reasons = []
    if len(fields) != len(layout) + 1:
        text = (
            f"{dress} has {len(layout) + 1} fields, this one has {len(fields)}: a value holds no |"
        )
        at = min(len(fields), len(layout) + 2)
        reasons.append(Reason(Rule.FLAT_01, text, place=place(line, at)))
    stated = {
        name: fields[number - 1] if number <= len(fields) else "" for name, number in layout.items()
    }
    problems = dict(_problems(stated, dress))
    for name, text in problems.items():
        reasons.append(Reason(Rule.FLAT_01, text, place=place(line, layout[name])))
    known = stated | dict.fromkeys(problems, "")
    header = Header(
        dress,
        known.get("file_id", ""),
        known["flow"],
        Party(known["from_role"], known["from_mpid"]),
        Party(known["to_role"], known["to_mpid"]),
        read_time(known["created_at"]),
        known.get("test_flag") or OPERATIONAL,
        known.get("sending_application", ""),
        known.get("receiving_application", ""),
        line,
        layout,
    )
    return header, reasons


def _is_long(fields: Sequence[str]) -> bool:
    """Whether a pool file's header carries a file id, and so has its flow in the third field."""
    third = LONG["flow"] - 1
    return len(fields) > len(SHORT) + 2 or any(map(_FLOW.fullmatch, fields[third : third + 1]))


def read_time(text: str) -> datetime | None:
    """YYYYMMDDHHMMSS in UTC, or None."""
    if not _TIME.fullmatch(text):
        return None
    try:
        return datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None


def _problems(stated: Mapping[str, str], dress: str) -> Iterator[tuple[str, str]]:
    """(name of the field, what is wrong with it)."""
    file_id = stated.get("file_id", "")
    if not _FILE_ID.fullmatch(file_id) and (file_id or dress == USER):
        yield "file_id", "a file id has 1 to 10 letters and digits"
    if not _FLOW.fullmatch(stated["flow"]):
        yield "flow", "a flow is a letter and four digits, and its version three: D0155001"
    for side in ("from", "to"):
        yield from _party_problems(stated, f"{side}_role", f"{side}_mpid")
    if read_time(stated["created_at"]) is None:
        yield "created_at", "the time of creation is YYYYMMDDHHMMSS, a real date and time (UTC)"
    flag = stated.get("test_flag", "")
    if flag and not _TEST_FLAG.fullmatch(flag):
        yield "test_flag", "the test flag is OPER, or TR and two digits"


def _party_problems(stated: Mapping[str, str], role: str, mpid: str) -> Iterator[tuple[str, str]]:
    if stated[role] not in MARKET_ROLES:
        yield role, f"a role is one of {', '.join(MARKET_ROLES)}"
    if not stated[mpid] and stated[role] == NON_CORE:
        return
    if problem := participant_id_problem("mpid", stated[mpid]):
        yield mpid, f"{problem} (a party of role {NON_CORE} may have none)"
