"""What a refused payload still names its asset by; whatever it holds."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry_store.rules.stated_names import StatedName, stated_names

POINT = {"scheme": "mpan", "id": "1012345678905"}
DEVICE = {"make": "Acme Ltd.", "serial_number": "s 1"}


@pytest.mark.parametrize(
    ("payload", "names"),
    [
        ({}, []),
        ({"asset": "A-0000-0000-0000-0"}, [("record", "A-0000-0000-0000-0", "")]),
        ({"asset": {"ref": "HP-1"}}, [("ref", "HP-1", "acme")]),
        ({"refs": [{"ref": "HP-1", "party": 3}, 7, {"ref": 8}]}, [("ref", "HP-1", "acme")]),
        (
            {"accounting_point": POINT, "attributes": {**DEVICE, "import_capacity_kw": "x"}},
            [("device", "1012345678905|ACMELTD|S1", "")],
        ),
        ({"accounting_point": POINT, "attributes": {"make": "Acme", "serial_number": 5}}, []),
        ({"accounting_point": {"scheme": "eic", "id": "10X"}}, [("resource", "10X", "")]),
        (
            {"source": {"system": "ecr", "identity": "17"}, "attributes": None},
            [("source", "ecr|17", "")],
        ),
    ],
)
def test_names_are_read_as_far_as_they_go(payload: Any, names: list[tuple[str, str, str]]) -> None:
    assert stated_names(payload, "acme") == [StatedName(*name) for name in names]


ANYTHING = st.recursive(
    st.none() | st.integers() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["ref", "id", "scheme", "system", "identity", "make", "serial_number"]),
            inner,
        )
    ),
    max_leaves=6,
)
MEMBERS = st.sampled_from(["asset", "refs", "accounting_point", "attributes", "source", "network"])


@given(st.dictionaries(MEMBERS, ANYTHING))
def test_any_payload_gives_names(payload: dict[str, Any]) -> None:
    assert all(isinstance(text, str) for name in stated_names(payload, "acme") for text in name)
