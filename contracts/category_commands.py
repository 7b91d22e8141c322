"""Commands of stewards: the life of a category version, from its draft to its retirement.

A version is addressed by its natural key, name and number. Whether it may take the step is for the rules.
"""

from typing import Annotated, Any

from pydantic import Field, StringConstraints

from contracts.command_values import Closed, Line, Moment, Token

CategoryName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
VersionNumber = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{0,3}\.(0|[1-9][0-9]{0,3})$")]
RecordVersion = Annotated[int, Field(ge=1)]


class CategoryDraft(Closed):
    """A new draft, or the draft's new document.

    `document`: JSON Schema 2020-12 in the closed profile. Without `version` the hub gives the number;
    without `$id` the address that goes with it.
    """

    document: dict[str, Any]
    expected_version: RecordVersion | None = None


class CategoryVersionCommand(Closed):
    """What addresses one version of a category."""

    category: CategoryName
    category_version: VersionNumber
    expected_version: RecordVersion | None = None


class CategorySubmit(CategoryVersionCommand):
    """Hands a draft over for review; its document is frozen from then on."""


class CategoryApprove(CategoryVersionCommand):
    """Approves what is in review, as another than who worked on it."""

    comment: Line | None = None


class CategoryReturn(CategoryVersionCommand):
    """Gives a version that is not published yet back to its author, as a draft."""

    comment: Line


class CategoryPublish(CategoryVersionCommand):
    """Publishes an approved version, in force from `effective_from` on; without it at once."""

    effective_from: Moment | None = None


class CategoryDeprecate(CategoryVersionCommand):
    """Says that another version is to be preferred, and from when this one is not accepted any more."""

    sunset: Moment


class CategoryRetire(CategoryVersionCommand):
    """Ends a version whose sunset has passed. It stays readable."""


class CategoryWaive(CategoryVersionCommand):
    """Lets one version that breaks the one before be published, until `expires`."""

    waiver: Token
    reason: Line
    expires: Moment


CATEGORY_PAYLOADS: dict[str, type[Closed]] = {
    "category.draft": CategoryDraft,
    "category.submit": CategorySubmit,
    "category.approve": CategoryApprove,
    "category.return": CategoryReturn,
    "category.publish": CategoryPublish,
    "category.deprecate": CategoryDeprecate,
    "category.retire": CategoryRetire,
    "category.waive": CategoryWaive,
}
