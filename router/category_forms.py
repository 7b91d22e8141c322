"""The forms of a category version that anyone may have: its schema, and what is derived from it."""

from collections.abc import Callable
from typing import NamedTuple

import orjson
from lxml import etree

from adapters.category_forms.documentation import documentation
from adapters.category_forms.example import example_event
from adapters.category_forms.form import form
from adapters.market_document.category_xsd import category_xsd
from adapters.tables.template_files import category_table, csv_template, xlsx_template
from contracts.canonical import canonical_json
from contracts.categories import Category
from contracts.reasons import Reason, Rule
from registry_store.category_identity import frozen


class Form(NamedTuple):
    """Media type, and the bytes for a category: always the same ones."""

    media_type: str
    of: Callable[[Category], bytes]


def schema(category: Category) -> bytes:
    """The frozen document in canonical form: SHA-256 over these bytes is the version's identity."""
    return canonical_json(frozen(category.document))


#: `?form=` of the public API.
FORMS = {
    "schema": Form("application/schema+json", schema),
    "xsd": Form("application/xml", lambda category: category_xsd(category).encode()),
    "template": Form(
        "text/csv; charset=utf-8", lambda category: csv_template(category_table(category))
    ),
    "workbook": Form(
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        lambda category: xlsx_template(category_table(category)),
    ),
    "docs": Form("text/markdown; charset=utf-8", lambda category: documentation(category).encode()),
    "form": Form("application/json", lambda category: orjson.dumps(form(category))),
    "example": Form("application/cloudevents+json", example_event),
}


def underivable(category: Category) -> tuple[Reason, ...]:
    """CAT-09 for each form that the document does not give: a category that is in force is in all of them."""
    return tuple(
        Reason(Rule.CAT_09, f"no {name} can be derived from the document: {problem}")
        for name, each in FORMS.items()
        if (problem := _problem(name, each, category)) is not None
    )


def _problem(name: str, each: Form, category: Category) -> str | None:
    try:
        written = each.of(category)
        if name == "xsd":
            etree.XMLSchema(etree.fromstring(written))
    except (ValueError, LookupError, TypeError, etree.LxmlError) as error:
        return f"{type(error).__name__}: {error}"[:300]
    return None
