"""Series checked one by one: what each is, and all that is wrong with it."""

import re
from datetime import datetime
from itertools import islice

from lxml import etree

from adapters.market_document.category_forms import CategoryForm, CategoryForms, FormsAt
from adapters.market_document.diagnosis import Diagnosis
from adapters.market_document.names import Root
from adapters.market_document.places import series_place
from adapters.market_document.plans import Plans
from adapters.market_document.schemas import Schemas
from adapters.market_document.series import SeriesReader
from contracts.messages import Item
from contracts.reasons import Rule

_CATEGORY = re.compile(rb"urn:fmar:category:[a-z0-9_]{1,60}:[0-9]{1,4}:[0-9]{1,4}")
#: Combinations of categories in one document are bounded by the categories that there are.
_MOST_NAMESPACES = 200


class SeriesCheck:
    """Checks the series of one document. `body`: where the namespaces of its categories stand; `at`: when
    it was received (UTC).
    """

    def __init__(
        self,
        root: Root,
        plans: Plans,
        forms: CategoryForms,
        schemas: Schemas,
        *,
        body: bytes,
        at: datetime,
    ) -> None:
        self._root = root
        self._schemas = schemas
        self._forms = _forms_in(body, forms)
        structures = {form.namespace: form.structure for form in self._forms}
        self._quick = schemas.compiled(root.namespace, structures)
        readable = lambda: schemas.readable(root.namespace, self._texts())  # noqa: E731
        self._diagnosis = Diagnosis(plans, forms, readable)
        self._reader = SeriesReader(plans, FormsAt(forms, at))

    def read(self, element: etree._Element) -> Item:
        """The item alone, as a series of number 1."""
        return self._reader.read(element, 1, "")

    def item(self, element: etree._Element, number: int) -> Item:
        """The item of the series of this number, with all that is wrong with it."""
        item = self._reader.read(element, number, series_place(self._root.name, number))
        if any(reason.rule is Rule.MSG_03 for reason in item.reasons):
            return item
        if not self._quick.validate(element):
            whole = self._schemas.compiled(self._root.namespace, self._texts())
            if not whole.validate(element):
                return self._diagnosis.diagnosed(element, item, whole.error_log)
        return item

    def _texts(self) -> dict[str, str]:
        return {form.namespace: form.xsd for form in self._forms}


def _forms_in(body: bytes, forms: CategoryForms) -> list[CategoryForm]:
    """The forms of all categories whose namespace stands anywhere in the document."""
    found = sorted(set(_CATEGORY.findall(body)))
    known = (forms.of_namespace(each.decode()) for each in islice(found, _MOST_NAMESPACES))
    return [form for form in known if form is not None]
