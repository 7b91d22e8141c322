"""What a sender of hub JSON notices: attributes by name."""

from collections.abc import Sequence

from adapters.form_notices.notice import Notice, of_differences
from contracts.verdicts import Difference

#: Keywords that speak of other formats.
_OF_OTHERS = frozenset(("ordinal", "xml_name", "heading"))


def json_notices(differences: Sequence[Difference]) -> tuple[Notice, ...]:
    """`differences`: of the two JSON Schemas."""
    own = (d for d in differences if d.pointer.startswith(("/properties/", "/required")))
    return of_differences(d for d in own if d.pointer.rpartition("/")[2] not in _OF_OTHERS)
