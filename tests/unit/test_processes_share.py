"""Sharing keys among processes: complete, disjoint, even, and mostly stable."""

from hypothesis import given
from hypothesis import strategies as st

from registry_store.processes import share

_names = st.text("abcdefgh0123456789", min_size=1, max_size=6)


@given(keys=st.sets(_names, max_size=20), members=st.sets(_names, min_size=1, max_size=6))
def test_every_key_has_exactly_one_owner(keys, members):
    parts = [share(keys, members, me) for me in members]
    assert sorted(key for part in parts for key in part) == sorted(keys)


@given(keys=st.sets(_names, max_size=20), members=st.sets(_names, min_size=1, max_size=6))
def test_nobody_has_more_than_an_equal_part_rounded_up(keys, members):
    most = -(-len(keys) // len(members))
    assert all(len(share(keys, members, me)) <= most for me in members)


def test_i_count_as_a_member_even_where_my_row_is_not_seen_yet():
    assert share({"a", "b"}, (), "me") == {"a", "b"}


def test_a_member_that_leaves_moves_only_a_part_of_the_keys():
    keys = {f"key-{n}" for n in range(300)}
    three, two = ("a", "b", "c"), ("a", "b")
    kept = sum(len(share(keys, three, me) & share(keys, two, me)) for me in two)
    assert kept >= 170, "of the 200 keys that a and b had, most stay where they were"
