"""Small XML schemas written from a few words, for tables of pairs whose truth is reasoned by hand.

`same`: both accept the same documents; `wider`: the second accepts more; `narrower`: fewer; `other`: each
accepts documents that the other refuses.
"""

from typing import NamedTuple

MANY = 'minOccurs="0" maxOccurs="unbounded"'
UNIQUE = '<xs:unique name="u"><xs:selector xpath="*"/><xs:field xpath="."/></xs:unique>'
_OCCURS = {"?": ("0", "1"), "*": ("0", "unbounded"), "+": ("1", "unbounded")}


class Case(NamedTuple):
    name: str
    truth: str
    one: str
    other: str


def schema(body, namespace="urn:a", attributes='elementFormDefault="qualified"'):
    target = f'targetNamespace="{namespace}" xmlns="{namespace}"' if namespace else ""
    return f'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" {target} {attributes}>{body}</xs:schema>'


def _stated(facets):
    """`maxLength=3 pattern=a*`, blanks within a value as `~`."""
    parts = (each.partition("=") for each in facets.split())
    return "".join(f'<xs:{name} value="{value.replace("~", " ")}"/>' for name, _, value in parts)


def simple(base, facets=""):
    """A root element of restricted text."""
    inner = f'<xs:simpleType><xs:restriction base="{base}">{_stated(facets)}</xs:restriction></xs:simpleType>'
    return f'<xs:element name="r">{inner}</xs:element>'


def element(type, attributes="", name="r"):
    return f'<xs:element name="{name}" type="{type}" {attributes}/>'


def holds(content, attributes="", inside=""):
    return f'<xs:element name="r"><xs:complexType {attributes}>{content}</xs:complexType>{inside}</xs:element>'


def of(children, model="sequence", attributes="", inside=""):
    """A root element with children: `a b? c* d+ e{2,3}`, each a whole number."""
    return holds(group(children, model, attributes), inside=inside)


def group(children, model="sequence", attributes=""):
    inner = "".join(child(each) for each in children.split())
    return f"<xs:{model} {attributes}>{inner}</xs:{model}>"


def some(content):
    return holds(f"<xs:sequence>{content}</xs:sequence>")


def within(name, content):
    inner = f"<xs:complexType><xs:sequence>{content}</xs:sequence></xs:complexType>"
    return f'<xs:sequence><xs:element name="{name}">{inner}</xs:element></xs:sequence>'


def refers(name, attributes=""):
    return f'<xs:sequence><xs:element ref="{name}" {attributes}/></xs:sequence>'


def child(stated, type="xs:int"):
    name, counted, bounds = stated.partition("{")
    least, most = _OCCURS.get(stated[-1], ("1", "1"))
    if counted:
        least, _, most = bounds[:-1].partition(",")
        most = most or "unbounded"
    name = name.rstrip("?*+")
    return f'<xs:element name="{name}" type="{type}" minOccurs="{least}" maxOccurs="{most}"/>'


def attribute(name, type="xs:int", more=""):
    return f'<xs:attribute name="{name}" type="{type}" {more}/>'


def listing(values, base="xs:string"):
    return simple(base, " ".join(f"enumeration={value}" for value in values.split()))


def codes(name, values):
    inner = _stated(" ".join(f"enumeration={value}" for value in values.split()))
    return f'<xs:simpleType name="{name}"><xs:restriction base="xs:string">{inner}</xs:restriction></xs:simpleType>'


def union(*members):
    inner = f'<xs:simpleType><xs:union memberTypes="{" ".join(members)}"/></xs:simpleType>'
    return f'<xs:element name="r">{inner}</xs:element>'


def list_of(item, facets=""):
    items = f'<xs:simpleType name="L"><xs:list itemType="{item}"/></xs:simpleType>'
    return items + (simple("L", facets) if facets else element("L"))


def type_of(name, content, attributes=""):
    return f'<xs:complexType name="{name}" {attributes}>{content}</xs:complexType>'


def derived(how, base, content, kind="complex"):
    return f'<xs:{kind}Content><xs:{how} base="{base}">{content}</xs:{how}></xs:{kind}Content>'


def named_group(name, children):
    return f'<xs:group name="{name}">{group(children)}</xs:group>'


def attribute_group(name, attributes):
    return f'<xs:attributeGroup name="{name}">{attributes}</xs:attributeGroup>'


def any_of(namespace="##any", process="skip", occurs=""):
    return f'<xs:any namespace="{namespace}" processContents="{process}" {occurs}/>'


#: What a type called B extends, and what only types derived from it may stand for.
ABSTRACT = type_of("B", group("a"), 'abstract="true"')
