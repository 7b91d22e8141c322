"""Why something was refused or doubted: one reason, one place, one rule, one sentence.

A reason is a value that goes to the sender (rejection), never an exception. The rule keys are
public: they stand in the receipt, in the code that decides and in the test that proves it.
"""

from dataclasses import dataclass, replace
from enum import Enum, StrEnum
from typing import Any, Self


class Severity(StrEnum):
    """`error` refuses the item; `warning` lets it pass and says what to look at."""

    error = "error"
    warning = "warning"


class Rule(Enum):
    """Every rule the hub decides by: key -> (public code, what must hold)."""

    # Messages: transport and envelope.
    MSG_01 = ("media_type_unknown", "the media type is one that the hub reads")
    MSG_02 = ("body_unreadable", "the body can be read in the format that it claims")
    MSG_03 = ("body_too_large", "size, depth, expansion and number of items stay within the limits")
    MSG_04 = ("message_id_missing", "a message carries its id")
    MSG_05 = ("message_id_reused", "a message id is never used again for other content")
    MSG_06 = ("message_id_mismatch", "transport and document carry the same message id")
    MSG_07 = ("message_expired", "a message arrives before it expires")
    MSG_08 = (
        "clock_ahead",
        "times given by the sender are not in the future (5 minutes of tolerance)",
    )
    MSG_09 = (
        "routing_refused",
        "a message goes by the sender's own routing key alone, without CC or BCC",
    )
    MSG_10 = ("command_unknown", "the command is one that the hub knows, in this format")
    MSG_11 = ("message_empty", "a message carries at least one item")
    MSG_12 = ("duplicate_member", "an object names each member once")
    MSG_14 = ("processing_failed", "the hub can process the message (it is kept, and looked at)")
    MSG_13 = ("envelope_invalid", "the envelope has its mandatory members, each well-formed")
    # Items: members outside of the category's attributes.
    ITEM_01 = ("member_missing", "mandatory members are present")
    ITEM_02 = ("member_unknown", "there are no members that the command does not know")
    ITEM_03 = ("member_invalid", "each member has the type and form that the command asks for")
    ITEM_04 = (
        "value_not_canonical",
        "strings are printable, without | and outer blanks; numbers are finite decimals",
    )
    # Category schemas.
    CAT_01 = ("category_not_effective", "the category version is published and effective")
    CAT_02 = (
        "category_version_exists",
        "a version that was published is never written again, and a name is of one category alone",
    )
    CAT_03 = ("category_version_frozen", "a version is edited while it is a draft, and never after")
    CAT_04 = ("category_version_unknown", "the category version that is addressed exists")
    CAT_05 = (
        "transition_not_allowed",
        "a version goes from draft to review, approval, publication, deprecation and retirement in turn",
    )
    CAT_06 = ("approver_is_author", "who worked on a version does not approve it")
    CAT_07 = (
        "version_step_too_small",
        "a version number follows the newest, and is a new major one where something breaks",
    )
    CAT_08 = (
        "breaking_without_waiver",
        "a version that breaks the one before is published under a live waiver alone",
    )
    CAT_09 = ("document_outside_profile", "a category document keeps to the closed profile")
    CAT_10 = (
        "reference_unresolvable",
        "a reference leads to a shared definition, which it may narrow; nothing is fetched",
    )
    CAT_11 = (
        "document_contradicts_itself",
        "a category document speaks of attributes that it has, and names none twice",
    )
    CAT_12 = ("ordinal_reused", "an ordinal means one name, XML name and type, for ever")
    CAT_13 = (
        "date_out_of_order",
        "publication, sunset and the end of a waiver are to come, and in their order",
    )
    CAT_14 = ("document_too_large", "a category document stays within the limits")
    CAT_15 = (
        "lint_failed",
        "lint finds nothing to mend in a document that is handed over for review",
    )
    # Mapping profiles of partners.
    MAP_01 = (
        "mapping_profile_unusable",
        "a mapping profile conforms to its schema, and every name in it leads somewhere",
    )
    MAP_02 = (
        "mapping_profile_name_taken",
        "the name of a partner's profile begins with the partner's own, and no layout of the hub has it",
    )
    MAP_03 = (
        "mapping_profile_version_fixed",
        "version numbers of a profile grow, and a version that was published is never written again",
    )
    MAP_04 = (
        "mapping_profile_unknown",
        "the profile version that is addressed is the sender's own, and not retired yet",
    )
    MAP_05 = ("mapping_profile_too_large", "a mapping profile stays within the limits")
    SCH_TYPE = ("attribute_type", "an attribute has the type of its schema")
    SCH_REQUIRED = ("attribute_missing", "mandatory attributes are present")
    SCH_UNKNOWN = ("attribute_unknown", "the category defines every attribute that is given")
    SCH_ENUM = ("attribute_not_allowed", "the value is one of those that the schema lists")
    SCH_RANGE = ("attribute_out_of_range", "a number lies within the bounds of its schema")
    SCH_LENGTH = ("attribute_length", "a string or list has an allowed length")
    SCH_PATTERN = ("attribute_pattern", "a string has the form that its schema asks for")
    SCH_FORMAT = ("attribute_format", "a date, time or address is a real one")
    SCH_STEP = ("attribute_step", "a number has no more decimal places than its schema allows")
    SCH_ASSERT = ("attributes_contradict", "attributes agree with each other")
    # Records.
    REC_01 = ("version_conflict", "the expected version is the current one")
    REC_02 = ("superseded", "a source revision is not older than the one recorded from that source")
    REC_03 = ("record_unknown", "the record that is addressed exists, and the sender may see it")
    REC_04 = ("record_final", "the record is live: not deregistered, not inactive")
    REC_05 = ("reference_in_use", "a sender's reference names one record")
    REC_06 = ("valid_from_too_early", "a statement is not valid from before the record began")
    # Who may do what.
    AUTH_01 = ("sender_unknown", "the sender is a known, active partner")
    AUTH_02 = ("role_not_allowed", "a role of the organisation allows the command")
    AUTH_03 = (
        "delegation_missing",
        "a sender acts for itself, or for one that delegated this to it",
    )
    AUTH_04 = ("record_not_own", "the record is the sender's own to change")
    # Organisations.
    ORG_01 = ("company_number_invalid", "a company number is 8 digits, or 2 letters and 6 digits")
    ORG_02 = ("organisation_exists", "a company number is registered once")
    ORG_03 = ("role_unknown", "roles are known")
    ORG_04 = ("participant_id_invalid", "an EIC or MPID has the right form and check character")
    ORG_05 = ("role_in_use", "a role in use is not dropped")
    ORG_06 = (
        "organisation_in_use",
        "an organisation has no live assets and no active market units when it is deregistered",
    )
    # Assets.
    ASSET_01 = (
        "accounting_point_invalid",
        "an accounting point is well-formed, its check digit right",
    )
    ASSET_02 = ("asset_exists", "no live asset has the same strong key")
    ASSET_03 = ("identity_fixed", "attributes that identify an asset do not change")
    ASSET_04 = ("possible_double", "no asset of another source has the same weak key")
    ASSET_05 = (
        "asset_in_market_unit",
        "an asset is no member of an active market unit, now or later, when it is deregistered",
    )
    ASSET_06 = ("not_in_own_area", "a system operator registers unclaimed assets of its own area")
    CONSENT_01 = ("consent_missing", "a consent reference is given where the category asks for one")
    # Market units.
    UNIT_01 = ("market_unit_empty", "a market unit has at least one member")
    UNIT_02 = (
        "member_not_free",
        "members are live assets of the unit's FSP, each in one active market unit at a time",
    )
    UNIT_03 = (
        "accounting_points_differ",
        "the members of a market unit of type spu share one accounting point",
    )
    UNIT_04 = (
        "market_unit_name_in_use",
        "the name of a market unit is given once among the active ones of its FSP",
    )
    # The capacity register (ECR) and other tables.
    TAB_01 = ("row_ragged", "a row has as many cells as there are headings")
    TAB_02 = ("heading_unusable", "headings are present, once each, and known to the profile")
    TAB_03 = ("cell_unreadable", "a cell can be read as what its column holds")
    TAB_04 = ("value_not_mapped", "a coded cell is in the code table of the profile")
    TAB_05 = ("cells_contradict", "cells of a row, and rows of one item, agree with each other")
    # Workbooks (XLSX).
    XLSX_01 = ("cell_is_formula", "a cell holds a value, not a formula that may change it")
    XLSX_02 = ("cell_in_error", "a cell holds a value, not an error such as #REF!")
    XLSX_03 = ("cells_merged", "cells of the table are not merged: each row has its own")
    XLSX_04 = ("workbook_unsafe", "a workbook has no macros, external links, encryption or DOCTYPE")
    ECR_01 = ("mpan_missing", "a connected plant has a usable MPAN")
    ECR_02 = (
        "technology_contradicts",
        "energy source and conversion technology agree, and are an asset",
    )
    ECR_03 = ("capacity_missing", "an energy source has a registered capacity of its own")
    ECR_04 = ("identity_twice", "a file names each plant once")
    ECR_05 = ("planned_incomplete", "a planned plant has a postcode and a point of connection")
    ECR_06 = ("location_disagrees", "grid reference and longitude/latitude are within 100 m")
    # Batches.
    BATCH_01 = ("too_many_rows_at_once", "a batch in one transaction has a bounded number of rows")
    BATCH_02 = ("nothing_done", "a batch that is all or nothing has no row that is refused")
    BATCH_03 = ("batch_cancelled", "a batch is not cancelled before its last row is decided")
    # Market documents (XML).
    XML_01 = (
        "xml_not_allowed",
        "a document is UTF-8 without DOCTYPE, entities and processing instructions",
    )
    XML_02 = (
        "document_unknown",
        "root element and namespace are those of a document that the hub reads",
    )
    XML_03 = ("schema_violated", "elements stand where the document's XML schema has them")
    XML_04 = ("receiver_incorrect", "a document is addressed to the hub")
    XML_05 = ("series_twice", "each TimeSeries of a document has an mRID of its own")
    XML_06 = (
        "category_disagrees",
        "the namespace of the attributes is that of the category which the item names",
    )
    XML_07 = ("validated_only", "a document that is only validated is not sent to be decided")
    XML_08 = ("unit_unusable", "a unit of a configuration document can be told and classified")
    # Flat files (user and pool file).
    FLAT_01 = (
        "flat_header_invalid",
        "a flat file begins with its header record, the only one, each field in its form",
    )
    FLAT_02 = (
        "flat_trailer_invalid",
        "a flat file ends with its trailer record, the only one, each field in its form",
    )
    FLAT_03 = ("flat_count_wrong", "the trailer counts the records and the flow instances rightly")
    FLAT_04 = ("flat_checksum_wrong", "the trailer's checksum is that of the records")
    FLAT_05 = (
        "flat_line_unsound",
        "lines are UTF-8 text, all ended alike, none blank, and each record is closed",
    )
    FLAT_06 = ("record_misplaced", "the group of a record belongs to the flow, and to this place")
    FLAT_07 = (
        "record_fields_wrong",
        "a record has the fields of its group, and a value holds no |",
    )
    FLAT_08 = (
        "attribute_line_contradicts",
        "an attribute line's ordinal and name agree, and a value is given once",
    )
    FLAT_09 = ("flat_misaddressed", "a flat file of the hub's own flow is addressed to the hub")
    FLAT_10 = ("flat_test_data", "test data is validated, and not sent to be decided")

    @property
    def key(self) -> str:
        """The public key, as in `ASSET-02`."""
        return self.name.replace("_", "-")

    @property
    def code(self) -> str:
        return str(self.value[0])

    @property
    def sentence(self) -> str:
        return str(self.value[1])


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason.

    `path` is a JSON Pointer into the canonical item (`/attributes/postcode`, "" for the whole);
    `place` says the same in the sender's own format (`row 17, column "Postcode"`) and is filled by
    the adapter that read the message. `text` is for a person: what was found, and what to do.
    """

    rule: Rule
    text: str
    path: str = ""
    place: str = ""
    severity: Severity = Severity.error

    @classmethod
    def warning(cls, rule: Rule, text: str, path: str = "", place: str = "") -> Self:
        return cls(rule, text, path, place, Severity.warning)

    @property
    def is_error(self) -> bool:
        return self.severity is Severity.error

    def at(self, place: str) -> "Reason":
        return self if self.place else replace(self, place=place)

    def as_json(self) -> dict[str, Any]:
        return {
            "code": self.rule.code,
            "place": self.place,
            "path": self.path,
            "rule": self.rule.key,
            "severity": self.severity.value,
            "text": self.text,
        }


def has_errors(reasons: "tuple[Reason, ...] | list[Reason]") -> bool:
    return bool(reasons) and any(reason.severity is Severity.error for reason in reasons)


def escape_pointer(token: str) -> str:
    """One token of a JSON Pointer. Source: RFC 6901, section 3."""
    return token.replace("~", "~0").replace("/", "~1")
