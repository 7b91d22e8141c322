"""The values that members of commands have: lines of text, ids, times, references; each checked for its form.

Source: RECORDS.md section 2.
"""

import unicodedata
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
)
from pydantic_core.core_schema import CoreSchema, custom_error_schema, is_instance_schema

from contracts.identifiers import parse_public_id

#: RECORDS.md section 2: printable, no control characters, no |, no outer blanks.
PRINTABLE = r"^[^|\p{C}\p{Z}](?:[^|\p{C}\p{Zl}\p{Zp}]*[^|\p{C}\p{Z}])?$"


def _nfc(text: str) -> str:
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def _written_as_text(moment: Any) -> Any:
    """Pydantic would take a number, and text that is one, for seconds since 1970."""
    if isinstance(moment, datetime) or (isinstance(moment, str) and moment[4:5] == "-"):
        return moment
    raise ValueError("a time is written as text, like 2026-11-24T09:30:00Z")


def _utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("this time lies outside of the years 1 to 9999 in UTC") from error


def _id_of(kind: str) -> AfterValidator:
    def check(text: str) -> str:
        parsed = parse_public_id(text)
        if parsed is None or parsed[0] != kind:
            raise ValueError(
                f"this is not the id of a record of kind {kind} (form and check character)"
            )
        return parsed[1]

    return AfterValidator(check)


Line = Annotated[
    str, StringConstraints(min_length=1, max_length=200, pattern=PRINTABLE), AfterValidator(_nfc)
]
Token = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/-]{0,63}$")]
OrganisationId = Annotated[str, StringConstraints(max_length=24), _id_of("organisation")]
AssetId = Annotated[str, StringConstraints(max_length=24), _id_of("asset")]
MarketUnitId = Annotated[str, StringConstraints(max_length=24), _id_of("market_unit")]
Moment = Annotated[
    AwareDatetime, Field(strict=False), BeforeValidator(_written_as_text), AfterValidator(_utc)
]
Revision = Annotated[
    str,
    StringConstraints(
        pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?Z)?$"
    ),
]


class _AnyObject:
    """An object whose members are looked at elsewhere: the very one that was given, where `dict[str, Any]` would
    make another one member by member.
    """

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: Any) -> CoreSchema:
        return custom_error_schema(is_instance_schema(dict), custom_error_type="dict_type")


AsItIs = Annotated[dict[str, Any], _AnyObject]


class Closed(BaseModel):
    """No member that it does not know, and no type that is nearly right."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)


class Ref(Closed):
    """A sender's own reference. `party` is the sender's slug, and may be left out."""

    ref: Line
    party: Token | None = None
