"""Places in the sender's words: XPath without prefixes, `/AssetRegistration_MarketDocument/TimeSeries[3]/mRID`."""

from lxml import etree

from adapters.market_document.category_forms import CategoryForms
from adapters.market_document.names import COMPLETE, ELEMENT, PARTIAL, local
from adapters.market_document.plans import STATEMENTS
from contracts.item_members import SHAPES, Group, Member
from contracts.messages import Item


def series_place(root: str, number: int) -> str:
    return f"/{root}/TimeSeries[{number}]"


def xpath(element: etree._Element, series: etree._Element, place: str) -> str:
    """An element of a series; `place` is that of the series. Only what recurs is numbered."""
    steps: list[str] = []
    while element is not series:
        parent = element.getparent()
        if parent is None:
            break
        before = sum(1 for _ in element.itersiblings(element.tag, preceding=True))
        is_alone = not before and next(element.itersiblings(element.tag), None) is None
        number = "" if is_alone else f"[{before + 1}]"
        steps.append(f"/{local(element.tag)}{number}")
        element = parent
    return place + "".join(reversed(steps))


def place_of(item: Item, pointer: str, forms: CategoryForms) -> str:
    """A JSON Pointer of the item's payload as an XPath."""
    if pointer in item.columns:
        return item.columns[pointer]
    shape = SHAPES.get(item.command)
    if shape is None or not pointer:
        return item.place
    if shape.attributes is not None and _is_below(pointer, shape.attributes):
        steps = pointer[len(shape.attributes) + 1 :].split("/")
        holder = COMPLETE if item.command in STATEMENTS else PARTIAL
        return f"{item.place}/{holder}{_attribute(steps, forms)}"
    for group in shape.groups:
        if _is_below(pointer, group.pointer):
            return item.place + _in_group(pointer[len(group.pointer) :], group)
    return item.place + _member(pointer, shape.scalars)


def _is_below(pointer: str, above: str) -> bool:
    return pointer == above or pointer.startswith(f"{above}/")


def _attribute(steps: list[str], forms: CategoryForms) -> str:
    attribute = forms.attribute(steps[0]) if steps[0] else None
    if attribute is None:
        return f"/{steps[0]}" if steps[0] else ""
    place = f"/{attribute.xml_name}"
    if len(steps) > 1:
        place += f"/{ELEMENT}[{int(steps[1]) + 1}]"
    if len(steps) > 2:  # noqa: PLR2004 - a list holds flat objects at most
        members = attribute.schema["items"].get("properties", {})
        place += f"/{members[steps[2]]['xml_name'] if steps[2] in members else steps[2]}"
    return place


def _in_group(rest: str, group: Group) -> str:
    """`/2/asset/ref` as `/Member[3]/registeredResource.reference`."""
    index, slash, inner = rest.removeprefix("/").partition("/")
    if not index.isdigit():
        return f"/{group.xml_name}"
    return f"/{group.xml_name}[{int(index) + 1}]" + (
        _member(f"/{inner}", group.members) if slash else ""
    )


def _member(pointer: str, members: tuple[Member, ...]) -> str:
    """The member itself, else the first below it: an object is named by what it holds."""
    exact = next((each for each in members if each.pointer == pointer), None)
    below = next((each for each in members if _is_below(each.pointer, pointer)), None)
    above = next((each for each in members if _is_below(pointer, each.pointer)), None)
    found = exact or below or above
    return f"/{found.xml_name}" if found is not None else ""
