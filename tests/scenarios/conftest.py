"""A registry with the partners that the use cases speak of."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.registry import Registry


@pytest.fixture
def registry(database: Any) -> Iterator[Registry]:
    """Two FSPs (acme, other), the network company of London (network) and of the East (east), a platform,
    an installer; every test ends with an audit of its log."""
    registry = Registry(database.url)
    registry.add_partner("acme", "fsp", company_number="01234567")
    registry.add_partner("other", "fsp")
    registry.add_partner(
        "network", "system_operator", areas={"network_areas": ["LPN"], "gsp_groups": ["_C"]}
    )
    registry.add_partner(
        "east", "system_operator", areas={"network_areas": ["EPN"], "gsp_groups": ["_A"]}
    )
    registry.add_partner("platform", "platform")
    registry.add_partner("installer", "installer")
    yield registry
    report = registry.audit()
    assert report.is_clean, report.findings
    registry.close()
