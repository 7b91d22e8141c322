"""Category forms, made when first needed and kept: versions may be published while the hub runs."""

from datetime import datetime

from adapters.flat_file.category_form import CategoryForm
from contracts.categories import Catalogue, Category

NO_FORM = CategoryForm(None)


class Forms:
    """Forms of the versions in a catalogue."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._forms: dict[tuple[str, str], CategoryForm] = {}

    def of(self, name: str, version: str, at: datetime) -> CategoryForm:
        """The form of a version; of the one effective at `at` if none is named. NO_FORM: there is none."""
        known = self._catalogue
        category = known.get(name, version) if version else known.effective(name, at)
        return self._form(category) if category is not None else NO_FORM

    def _form(self, category: Category) -> CategoryForm:
        key = (category.name, category.version)
        form = self._forms.get(key)
        if form is None or form.category is not category:
            form = self._forms[key] = CategoryForm(category)
        return form
