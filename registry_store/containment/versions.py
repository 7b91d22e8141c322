"""One version of a schema, made ready: admitted, compiled to a formula, and known to both engines."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from jsonschema_specifications import REGISTRY  # type: ignore[import-untyped] # has no types

from contracts.regular.budget import Budget, BudgetSpentError
from contracts.verdicts import Unusable
from registry_store.containment.admission import DIALECT, refusals
from registry_store.containment.compiling import Compiler
from registry_store.containment.engines import Engines
from registry_store.containment.formulas import Arena, Formula
from registry_store.containment.resources import ReferenceRefusedError, Resources

_COMPILING_STEPS = 600_000
_DIALECT_FAMILY = DIALECT.rpartition("/")[0]


@dataclass(frozen=True, slots=True)
class Version:
    """`whole` is the schema with the documents that it refers to embedded; `known` are all of them."""

    schema: Any
    whole: Any
    known: Mapping[str, Any]
    resources: Resources
    formula: Formula
    engines: Engines


def made_ready(
    side: str, schema: Any, known: Mapping[str, Any], arena: Arena
) -> Version | tuple[Unusable, ...]:
    """The version, or every reason why the schema cannot be used."""
    found = refusals(schema)
    if found:
        return tuple(Unusable(side, pointer, text) for pointer, text in found)
    documents = {**_meta_schemas(), **known}
    try:
        compiler = Compiler(arena, schema, documents, Budget(_COMPILING_STEPS))
        formula = compiler.root()
        whole = _embedded(schema, known, compiler.resources)
        return Version(schema, whole, documents, compiler.resources, formula, Engines(whole))
    except (BudgetSpentError, RecursionError):
        return (Unusable(side, "", "the schema is too large to be taken apart"),)
    except ReferenceRefusedError as error:
        return (Unusable(side, "", str(error)),)
    except ValueError as error:
        return (Unusable(side, "", f"a validator does not take it: {error}"),)


@lru_cache(maxsize=1)
def _meta_schemas() -> dict[str, Any]:
    """The meta-schemas of 2020-12 by their URIs: both engines know them without fetching."""
    return {uri: REGISTRY[uri].contents for uri in REGISTRY if uri.startswith(_DIALECT_FAMILY)}


def _embedded(schema: Any, known: Mapping[str, Any], resources: Resources) -> Any:
    used = {uri: known[uri] for uri in known if uri in resources.loaded}
    if not used:
        return schema
    definitions = {uri: {**document, "$id": uri} for uri, document in used.items()}
    return {**schema, "$defs": {**schema.get("$defs", {}), **definitions}}
