"""What is checked of a file once its dress is right: whether its flow is one of the hub's, for the hub, in bounds."""

from collections.abc import Sequence

from adapters.flat_file.header import OPERATIONAL, Header, flow_name
from adapters.flat_file.layout import COMMANDS_FLOW, HUB_MPID
from adapters.flat_file.places import place, shortened
from contracts.messages import Envelope, Limits
from contracts.reasons import Reason, Rule, has_errors

#: Doors behind which nothing is decided.
_UNDECIDED = frozenset({"validate", "convert"})


def refused_by_name(header: Header, found: tuple[Reason, ...]) -> tuple[Reason, ...]:
    if not header.flow:
        return ()
    is_sound = not has_errors(found)
    text = (
        f"{flow_name(header.flow)} is well-formed; " if is_sound else f"{flow_name(header.flow)}: "
    )
    text += "the hub has no command for it"
    return (Reason(Rule.MSG_10, text, place=header.place("flow")),)


def addressing_reasons(header: Header, envelope: Envelope) -> list[Reason]:
    """Whether commands are addressed to the hub, and meant: test data is validated only."""
    if header.flow != COMMANDS_FLOW:
        return []
    reasons = []
    if header.receiver.mpid != HUB_MPID:
        text = f"the hub is {HUB_MPID}; this file is for {header.receiver}"
        reasons.append(Reason(Rule.FLAT_09, text, place=header.place("to_mpid")))
    if header.test_flag != OPERATIONAL and envelope.door not in _UNDECIDED:
        text = f"{header.test_flag}: the hub decides on operational files ({OPERATIONAL})"
        reasons.append(Reason(Rule.FLAT_10, text, place=header.place("test_flag")))
    return reasons


def limit_reasons(
    records: Sequence[str], first_line: int, header: Header, limits: Limits
) -> list[Reason]:
    """MSG_03: values longer than one may be."""
    reasons: list[Reason] = []
    longest = limits.cell_characters
    if header.flow != COMMANDS_FLOW or max(map(len, records), default=0) <= longest:
        return reasons
    for line, record in enumerate(records, first_line):
        if len(record) > longest:
            for field, text in enumerate(record.split("|"), 1):
                if len(text) > longest:
                    sentence = f"a value of {len(text)} characters; the limit is {longest}"
                    reasons.append(Reason(Rule.MSG_03, sentence, place=place(line, field)))
    return shortened(reasons)
