"""Random schemas and documents that know nothing of the comparison: no proof may be contradicted by one."""

import random
from itertools import product

import pytest
from lxml import etree

from adapters.xsd_comparison.checking import check
from adapters.xsd_comparison.engines import Engines
from adapters.xsd_comparison.sources import Source, UnusableSchemaError
from contracts.verdicts import Verdict
from tests.support.xsd_writing import schema

TEXTS = [
    "",
    "0",
    "7",
    "12",
    "-3",
    "1.5",
    "a",
    "ab",
    "A01",
    "true",
    " 7 ",
    "2020-01-01",
    "a b",
    "007",
]
BUILT_IN = [
    "xs:int",
    "xs:string",
    "xs:token",
    "xs:decimal",
    "xs:boolean",
    "xs:date",
    "xs:NCName",
    "xs:byte",
]
FACETS = {
    "xs:string": ["maxLength=1", "minLength=1", "pattern=[a-z]*", "enumeration=a enumeration=A01"],
    "xs:token": ["maxLength=2", "pattern=[a-z0-9]+"],
    "xs:decimal": ["maxInclusive=7", "minExclusive=0", "fractionDigits=1", "totalDigits=2"],
    "xs:int": ["maxExclusive=12", "minInclusive=0", "pattern=[0-9]+"],
}


def simple_type(chance):
    base = chance.choice(BUILT_IN)
    facets = FACETS.get(base)
    if facets is None or chance.random() < 0.4:
        return f'<xs:simpleType><xs:restriction base="{base}"/></xs:simpleType>'
    stated = "".join(
        f'<xs:{name} value="{value}"/>'
        for name, value in (each.split("=") for each in chance.choice(facets).split())
    )
    return f'<xs:simpleType><xs:restriction base="{base}">{stated}</xs:restriction></xs:simpleType>'


def occurs(chance):
    least = chance.choice([0, 1, 1, 2])
    most = chance.choice([str(max(least, 1)), str(least + 1), "unbounded"])
    return f'minOccurs="{least}" maxOccurs="{most}"'


def particle(chance, depth, types):
    kind = chance.random()
    if depth == 0 or kind < 0.6:
        name = chance.choice("abc")
        return f'<xs:element name="{name}" type="{name.upper()}" {occurs(chance)}/>'
    model = "choice" if kind < 0.8 else "sequence"
    inner = "".join(particle(chance, depth - 1, types) for _ in range(chance.choice([1, 2, 2])))
    return f"<xs:{model} {occurs(chance)}>{inner}</xs:{model}>"


def described(chance):
    """The parts of a schema: types of a, b, c; content; attributes."""
    parts = {name: simple_type(chance) for name in "ABC"}
    if chance.random() < 0.25:
        names = chance.sample("abc", chance.choice([1, 2, 3]))
        inner = "".join(
            f'<xs:element name="{n}" type="{n.upper()}" minOccurs="{chance.choice("01")}"/>'
            for n in names
        )
        parts["content"] = f"<xs:all>{inner}</xs:all>"
    else:
        count = chance.choice([1, 2, 2, 3])
        inner = "".join(particle(chance, 2, parts) for _ in range(count))
        parts["content"] = f"<xs:sequence>{inner}</xs:sequence>"
    parts["attribute"] = chance.choice(
        ["", *(f'<xs:attribute name="p" type="A" use="{u}"/>' for u in ("optional", "required"))]
    )
    parts["more"] = chance.choice(["", "", 'nillable="true"'])
    return parts


def written(parts):
    types = "".join(
        parts[name].replace("<xs:simpleType>", f'<xs:simpleType name="{name}">', 1)
        for name in "ABC"
    )
    root = f"<xs:complexType>{parts['content']}{parts['attribute']}</xs:complexType>"
    return schema(f'{types}<xs:element name="r" {parts["more"]}>{root}</xs:element>')


def documents(chance):
    """All orders of up to three children and some longer ones, with texts and attributes by chance."""
    words = [word for length in range(4) for word in product("abc", repeat=length)]
    words += [tuple(chance.choices("abc", k=chance.choice([4, 5, 6]))) for _ in range(40)]
    for word in words:
        root = etree.Element("{urn:a}r", nsmap={None: "urn:a"})
        for name in word:
            etree.SubElement(root, f"{{urn:a}}{name}").text = chance.choice(TEXTS) or None
        if chance.random() < 0.5:
            root.set("p", chance.choice(TEXTS))
        yield root


def contradicted(seed, rounds):
    """Proofs that a document refutes, and how many verdicts of each kind there were."""
    chance = random.Random(seed)
    found, counts = [], {}
    for _ in range(rounds):
        parts = described(chance)
        changed = {**parts, **{k: v for k, v in described(chance).items() if chance.random() < 0.3}}
        old, new = (Source(written(each).encode()) for each in (parts, changed))
        try:
            before, after = Engines(old), Engines(new)
        except UnusableSchemaError:
            continue
        verdict = check(old, new)
        assert isinstance(verdict, Verdict)
        counts[verdict.backward] = counts.get(verdict.backward, 0) + 1
        for document in documents(chance) if verdict.backward == "proved" else ():
            was_valid = before.first(document) and before.second(document)
            if was_valid and not after.first(document) and not after.second(document):
                found.append((old.text, new.text, etree.tostring(document)))
    return found, counts


@pytest.mark.parametrize("seed", range(3))
def test_no_proof_is_contradicted(seed):
    found, counts = contradicted(seed, rounds=25)
    assert found == []
    assert counts["proved"] >= 2
    assert counts["refuted"] >= 2


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_no_proof_of_many_is_contradicted():
    found, counts = contradicted(99, rounds=1500)
    assert found == []
    assert counts.get("unproved", 0) <= 0.03 * sum(counts.values())
