"""What stands in a series where it cannot stand, told element by element: for a series that was refused.

Values are not looked at, nor attributes that a category does not know: conformance speaks of those.
"""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from itertools import islice
from typing import NamedTuple

from lxml import etree

from adapters.market_document.category_forms import CategoryForm, CategoryForms
from adapters.market_document.names import XSI, local
from adapters.market_document.payloads import is_nil
from adapters.market_document.plans import Plans

#: Faults of one series that are named; one that has more has been described well enough.
MOST_FAULTS = 100
_LIKENESS = 0.7
_ALLOWED = frozenset(
    f"{{{XSI}}}{name}" for name in ("nil", "schemaLocation", "noNamespaceSchemaLocation")
)
_LONGEST_SHOWN = 60


class Fault(NamedTuple):
    """Something at an element of a series, and a sentence about it."""

    element: etree._Element
    text: str


class Content(NamedTuple):
    """What may stand in an element: its children (None: text alone), and which of them more than once.

    `is_ordered`: in this order alone. `is_open`: what is not known is handed on, and judged elsewhere.
    """

    children: Mapping[str, "Content | None"]
    repeated: frozenset[str] = frozenset()
    is_ordered: bool = False
    is_open: bool = False


def inspect(series: etree._Element, plans: Plans, forms: CategoryForms) -> list[Fault]:
    """The faults of a series in the order of the document, at most `MOST_FAULTS`."""
    found = {_namespace(child) for child in series}
    known = [form for each in found if (form := forms.of_namespace(each)) is not None]
    return list(islice(_faults(series, _series_content(plans, known)), MOST_FAULTS))


def _series_content(plans: Plans, forms: list[CategoryForm]) -> Content:
    groups = {
        tag: Content({plans.tag(m.xml_name): None for m in group.members}, is_ordered=True)
        for tag, group in plans.groups.items()
    }
    leaves = [plans.id_tag, plans.name_tag, *plans.members]
    children: dict[str, Content | None] = dict.fromkeys(leaves)
    children |= {**groups, plans.tag("Notification"): Content({}, is_open=True)}
    for form in forms:
        children[form.complete] = children[form.partial] = _category_content(form)
    return Content(children, frozenset(groups), is_ordered=True)


def _category_content(form: CategoryForm) -> Content:
    children: dict[str, Content | None] = {}
    for tag, step in form.steps.items():
        if step.elements is None:
            children[tag] = None
            continue
        members = step.elements.members
        element = None if members is None else Content(dict.fromkeys(members), is_open=True)
        item = step.elements.tag
        children[tag] = Content({item: element}, frozenset({item}))
    return Content(children, is_open=True)


def _faults(element: etree._Element, content: Content | None) -> Iterator[Fault]:
    name = local(element.tag)
    for attribute in element.attrib:
        if attribute not in _ALLOWED:
            yield Fault(element, f"{name} has no attribute {local(attribute)}: give elements alone")
    if content is None:
        yield from _leaf_faults(element)
        return
    if _stray_text(element):
        yield Fault(element, f"{name} holds elements; there is text between them")
    if content.repeated and not len(element) and not is_nil(element):
        yield Fault(element, f"{name} is empty: leave it out")
    yield from _children_faults(element, content)


def _children_faults(element: etree._Element, content: Content) -> Iterator[Fault]:
    ranks = {tag: rank for rank, tag in enumerate(content.children)} if content.is_ordered else {}
    seen: set[str] = set()
    latest = ""
    for child in element:
        tag = child.tag
        if tag not in content.children:
            if not content.is_open:
                yield Fault(child, _unknown(child, content))
            continue
        if tag in seen and tag not in content.repeated:
            yield Fault(child, f"{local(tag)} stands twice: give it once")
        elif ranks and ranks[tag] < ranks.get(latest, -1):
            yield Fault(
                child, f"{local(tag)} comes before {local(latest)}: the schema has one order"
            )
        else:
            latest = tag
        seen.add(tag)
        yield from _faults(child, content.children[tag])


def _leaf_faults(element: etree._Element) -> Iterator[Fault]:
    name = local(element.tag)
    if len(element):
        yield Fault(element, f"{name} holds text; there are elements in it")
    elif element.text is None and not is_nil(element):
        yield Fault(element, f"{name} is empty: leave it out")


def _stray_text(element: etree._Element) -> bool:
    texts = [element.text, *(child.tail for child in element)]
    return any(text is not None and not text.isspace() for text in texts)


def _unknown(element: etree._Element, content: Content) -> str:
    name = local(element.tag)
    names = sorted({local(tag) for tag in content.children})
    if name in names or _namespace(element) not in {
        tag[1:].partition("}")[0] for tag in content.children
    }:
        space = _namespace(element)[:_LONGEST_SHOWN] or "(none)"
        return f"{name[:_LONGEST_SHOWN]} does not belong here: its namespace is {space}"
    near = get_close_matches(name, names, 1, _LIKENESS)
    hint = f": did you mean {near[0]}?" if near else ""
    return f"there is no element {name[:_LONGEST_SHOWN]} here{hint}"


def _namespace(element: etree._Element) -> str:
    return element.tag[1:].partition("}")[0] if element.tag.startswith("{") else ""
