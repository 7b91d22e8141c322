"""A category as elements: what a reader, a writer and the schemas need of it, derived once per version."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple

from adapters.lexical import READERS, read_string
from adapters.market_document.category_structure import structure_xsd
from adapters.market_document.category_xsd import category_xsd
from adapters.market_document.names import CATEGORY_NAMESPACE, COMPLETE, ELEMENT, PARTIAL
from contracts.categories import Attribute, Catalogue, Category

#: Text -> value; None where the text is the value.
Convert = Callable[[str], Any] | None


class ListElements(NamedTuple):
    """How the elements of a list are read: scalars by `convert`, flat objects member by member."""

    tag: str
    convert: Convert
    members: Mapping[str, tuple[str, Convert]] | None


class Step(NamedTuple):
    """How one attribute is read: its name, and how its text, or its list, becomes a value."""

    name: str
    convert: Convert
    elements: ListElements | None


def converter(type: str) -> Convert:
    convert = READERS[type]
    return None if convert is read_string else convert


class CategoryForm:
    """One category version in XML."""

    def __init__(self, category: Category) -> None:
        self.category = category
        self.namespace: str = category.document["$id"]
        self.complete = f"{{{self.namespace}}}{COMPLETE}"
        self.partial = f"{{{self.namespace}}}{PARTIAL}"
        self.steps = {
            self.tag(attribute.xml_name): self._step(attribute) for attribute in category.attributes
        }

    @cached_property
    def xsd(self) -> str:
        return category_xsd(self.category)

    @cached_property
    def structure(self) -> str:
        return structure_xsd(self.category)

    def tag(self, xml_name: str) -> str:
        return f"{{{self.namespace}}}{xml_name}"

    def _step(self, attribute: Attribute) -> Step:
        if attribute.type != "array":
            return Step(attribute.name, converter(attribute.type), None)
        items = attribute.schema["items"]
        if items["type"] != "object":
            elements = ListElements(self.tag(ELEMENT), converter(items["type"]), None)
        else:
            members = {
                self.tag(part["xml_name"]): (name, converter(part["type"]))
                for name, part in items["properties"].items()
            }
            elements = ListElements(self.tag(ELEMENT), None, members)
        return Step(attribute.name, None, elements)


class CategoryForms:
    """The forms of a catalogue, which may gain versions while the hub runs: looked up when needed."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self._forms: dict[tuple[str, str], CategoryForm] = {}
        self._xml_names: dict[str, Attribute] = {}

    def of(self, name: str, version: str) -> CategoryForm | None:
        category = self.catalogue.get(name, version)
        if category is None:
            return None
        form = self._forms.get((name, version))
        if form is None or form.category is not category:
            form = self._forms[name, version] = CategoryForm(category)
        return form

    def of_namespace(self, namespace: str) -> CategoryForm | None:
        match = CATEGORY_NAMESPACE.fullmatch(namespace)
        return None if match is None else self.of(match[1], f"{match[2]}.{match[3]}")

    def attribute(self, name: str) -> Attribute | None:
        """An attribute by its name: it has one XML name in all categories and versions, for ever."""
        found = self._xml_names.get(name)
        if found is None:
            self._xml_names = {
                attribute.name: attribute
                for category in self.catalogue
                for attribute in category.attributes
            }
            found = self._xml_names.get(name)
        return found


class FormsAt:
    """The forms as one document meets them. `at`: when it was received (UTC)."""

    def __init__(self, forms: CategoryForms, at: datetime) -> None:
        self._forms = forms
        self._at = at
        self._of_tag: dict[str, CategoryForm] = {}
        self._effective: dict[str, str | None] = {}

    def of_tag(self, tag: str) -> CategoryForm | None:
        """The form of the namespace of a tag."""
        found = self._of_tag.get(tag)
        if found is None:
            found = self._forms.of_namespace(tag[1:].partition("}")[0])
            if found is not None:
                self._of_tag[tag] = found
        return found

    def is_effective(self, category: Category) -> bool:
        """Whether this is the version that is meant where none is named."""
        name = category.name
        if name not in self._effective:
            newest = self._forms.catalogue.effective(name, self._at)
            self._effective[name] = None if newest is None else newest.version
        return self._effective[name] == category.version
