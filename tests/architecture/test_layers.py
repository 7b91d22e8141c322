"""The import contracts of pyproject.toml hold, and each can fail."""

import copy
import tomllib
from typing import Any

import grimp
import pytest
from importlinter.configuration import configure
from importlinter.contracts.forbidden import ForbiddenContract
from importlinter.contracts.layers import LayersContract

from tests.architecture.tree import PACKAGES, ROOT

SETTINGS: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"][
    "importlinter"
]
CONTRACTS = {contract["id"]: contract for contract in SETTINGS["contracts"]}
KINDS = {"layers": LayersContract, "forbidden": ForbiddenContract}
#: Contract -> imports, each of which must break it.
WOULD_BREAK = {
    "layers": [
        ("contracts.reasons", "registry_store.tables"),
        ("contracts.reasons", "adapters.hub_json"),
        ("adapters.hub_json", "registry_store.tables"),
        ("registry_store.tables", "adapters.hub_json"),
        ("registry_store.tables", "router.settings"),
    ],
    "contracts-are-pure": [("contracts.reasons", "sqlalchemy"), ("contracts.reasons", "httpx")],
    "adapters-are-pure": [("adapters.hub_json", "psycopg"), ("adapters.hub_json", "fastapi")],
    "registry-has-no-door": [
        ("registry_store.tables", "aio_pika"),
        ("registry_store.tables", "lxml"),
    ],
}


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    configure()
    return grimp.build_graph(*PACKAGES, include_external_packages=True, cache_dir=None)


def kept(contract: dict[str, Any], graph: grimp.ImportGraph) -> bool:
    options = {
        name: value for name, value in contract.items() if name not in ("id", "name", "type")
    }
    built = KINDS[contract["type"]](
        name=contract["name"],
        session_options={"root_packages": list(PACKAGES), "include_external_packages": "True"},
        contract_options=options,
    )
    return bool(built.check(graph, verbose=False).kept)


@pytest.mark.parametrize("id", CONTRACTS)
def test_the_contract_is_kept(id, graph):
    assert kept(CONTRACTS[id], graph)


@pytest.mark.parametrize(
    ("id", "importer", "imported"),
    [(id, *edge) for id, edges in WOULD_BREAK.items() for edge in edges],
)
def test_the_contract_can_fail(id, importer, imported, graph):
    broken = copy.deepcopy(graph)
    if imported not in broken.modules:
        broken.add_module(imported, is_squashed=True)
    broken.add_import(importer=importer, imported=imported)
    assert not kept(CONTRACTS[id], broken)


def test_each_contract_is_shown_to_be_able_to_fail():
    assert set(WOULD_BREAK) == set(CONTRACTS)
