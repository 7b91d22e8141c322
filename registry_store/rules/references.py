"""Senders' own references to records: each names one record, and is its sender's alone (REC-05)."""

from collections.abc import Iterable

from contracts.command_values import Ref
from contracts.reasons import Reason, Rule
from registry_store.rules.state import State


def foreign_ref_reasons(refs: Iterable[Ref], party: str) -> list[Reason]:
    """ITEM-03 for each reference that claims to be another party's."""
    return [
        Reason(
            Rule.ITEM_03,
            f"a reference is the sender's own: party {party}, or none",
            f"/refs/{number}/party",
        )
        for number, ref in enumerate(refs)
        if ref.party is not None and ref.party != party
    ]


def ref_reasons(
    refs: tuple[tuple[str, str], ...], own_id: str | None, state: State
) -> list[Reason]:
    """REC-05 for each reference that names another record already."""
    return [
        Reason(Rule.REC_05, f"the reference {ref[1]} names {taken} already", f"/refs/{number}/ref")
        for number, ref in enumerate(refs)
        if (taken := state.refs.get(ref)) is not None and taken != own_id
    ]
