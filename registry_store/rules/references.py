"""Senders' own references to records: each names one record, and is its sender's alone (REC-05)."""

from collections.abc import Iterable, Iterator

from contracts.command_values import Ref
from contracts.reasons import Reason, Rule
from registry_store.rules.state import State


def foreign_ref_reasons(refs: Iterable[Ref], party: str) -> Iterator[Reason]:
    """ITEM-03 for each reference that claims to be another party's."""
    for number, ref in enumerate(refs):
        if ref.party not in (None, party):
            text = f"a reference is the sender's own: party {party}, or none"
            yield Reason(Rule.ITEM_03, text, f"/refs/{number}/party")


def ref_reasons(
    refs: tuple[tuple[str, str], ...], own_id: str | None, state: State
) -> Iterator[Reason]:
    """REC-05 for each reference that names another record already."""
    for number, ref in enumerate(refs):
        taken = state.refs.get(ref)
        if taken is not None and taken != own_id:
            yield Reason(
                Rule.REC_05, f"the reference {ref[1]} names {taken} already", f"/refs/{number}/ref"
            )
