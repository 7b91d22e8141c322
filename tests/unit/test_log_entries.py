"""Entries of the change log: the texts that they are hashed and written by, and the tree over them."""

import hashlib
from datetime import UTC

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.canonical import canonical_json
from contracts.receipts import timestamp
from registry_store.change_log import LogEntry, Occasion, merkle_root

#: What UTF-8 can carry.
texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=30)
occasions = st.builds(
    Occasion,
    event=texts,
    material=st.none() | st.booleans(),
    actor=texts,
    principal=texts,
    message=st.integers(1, 2**62),
    message_id=texts,
    cause=st.none() | texts,
    valid_from=st.datetimes(timezones=st.just(UTC)),
    audience_before=st.none() | texts,
    audience_after=texts,
)
entries = st.builds(
    LogEntry,
    record=st.integers(1, 2**62),
    id=texts,
    version=st.integers(1, 2**30),
    item=st.integers(1, 2**30),
    content_hash=st.binary(min_size=32, max_size=32),
    occasion=occasions,
)


@given(entries)
def test_a_leaf_is_the_hash_of_the_canonical_json_of_what_is_logged(entry: LogEntry) -> None:
    said = entry.occasion
    members = {
        "id": entry.id,
        "version": entry.version,
        "event": said.event,
        "material": said.material,
        "actor": said.actor,
        "principal": said.principal,
        "message_id": said.message_id,
        "item": entry.item,
        "cause": said.cause,
        "valid_from": timestamp(said.valid_from),
        "audience_before": said.audience_before,
        "audience_after": said.audience_after,
        "content_hash": entry.content_hash.hex(),
    }
    assert entry.leaf() == hashlib.sha256(b"\x00" + canonical_json(members)).digest()


@pytest.mark.parametrize("count", range(1, 20))
def test_the_root_is_that_of_rfc_9162(count: int) -> None:
    leaves = [hashlib.sha256(bytes([number])).digest() for number in range(count)]
    assert merkle_root(leaves) == _root(leaves)


def _root(leaves: list[bytes]) -> bytes:
    """As section 2.1.1 defines it: split at the largest power of two below the count."""
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\x01" + _root(leaves[:split]) + _root(leaves[split:])).digest()
