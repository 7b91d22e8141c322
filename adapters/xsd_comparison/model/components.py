"""Declarations and the names that they answer to; equal ones are asked about once."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Declaration:
    """An element's declaration. `type` is a type of xmlschema, compared by identity.

    `fixed` and `default` are texts as the schema has them. `identities`: kind, selector and fields of each
    identity constraint.
    """

    type: Any
    nillable: bool = False
    fixed: str | None = None
    default: str | None = None
    identities: frozenset[tuple[str, ...]] = frozenset()


@dataclass(frozen=True, slots=True, eq=False)
class ElementLeaf:
    """A particle that is an element: the names it stands for (its own, those that may take its place).

    Each particle is itself alone: two of the same names are two places.
    """

    name: str
    declarations: tuple[tuple[str, Declaration], ...]

    def declaration(self, name: str) -> Declaration | None:
        return next((each for known, each in self.declarations if known == name), None)


@dataclass(frozen=True, slots=True)
class Wildcard:
    """`xs:any` or `xs:anyAttribute`. `namespaces`: names, "" for none, or `##any`, `##other`, `*` (all).

    `process`: strict, lax or skip. `target`: the target namespace of the schema it stands in.
    """

    namespaces: frozenset[str]
    process: str
    target: str

    def allows(self, namespace: str) -> bool:
        if "##any" in self.namespaces:
            return True
        if "##other" in self.namespaces:
            return namespace not in ("", self.target)
        return namespace in self.namespaces


Leaf = ElementLeaf | Wildcard


@dataclass(frozen=True, slots=True)
class AttributeUse:
    """`fixed`: the text it must have the value of. `type`: a simple type of xmlschema; None: any text."""

    type: Any
    required: bool
    fixed: str | None


#: An attribute that a wildcard lets through unseen.
FREE = AttributeUse(None, required=False, fixed=None)
