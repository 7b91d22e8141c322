"""The hub's rules in the reason codes of the ENTSO-E code list (StandardReasonCodeTypeList).

Source: FORMATS.md section 3.
"""

FULLY_ACCEPTED, FULLY_REJECTED, ERRORS_IN_SERIES, SERIES_REJECTED = "A01", "A02", "A03", "A20"
VERSION_CONFLICT, RECEIVER_INCORRECT, SERIES_CONFLICT, DEADLINE = "A51", "A53", "A55", "A57"
MARKET_RULES, ATTRIBUTE_MISSING, SENDER_INVALID, PROCESS_INVALID = "A59", "A69", "A78", "A79"
NOT_PROCESSED, FURTHER_INFORMATION, INCOMPLETE, OTHER = "A94", "A95", "B01", "999"

#: What the rules of a family mean, where a rule has no code of its own.
_OF_FAMILY = {
    "MSG": NOT_PROCESSED,
    "ITEM": MARKET_RULES,
    "CAT": MARKET_RULES,
    "SCH": MARKET_RULES,
    "REC": MARKET_RULES,
    "AUTH": SENDER_INVALID,
    "ORG": MARKET_RULES,
    "ASSET": MARKET_RULES,
    "UNIT": MARKET_RULES,
    "CONSENT": ATTRIBUTE_MISSING,
    "XML": NOT_PROCESSED,
}
_OF_RULE = {
    "MSG-04": ATTRIBUTE_MISSING,
    "MSG-05": VERSION_CONFLICT,
    "MSG-06": VERSION_CONFLICT,
    "MSG-07": DEADLINE,
    "MSG-09": SENDER_INVALID,
    "MSG-11": INCOMPLETE,
    "ITEM-01": ATTRIBUTE_MISSING,
    "SCH-REQUIRED": ATTRIBUTE_MISSING,
    "REC-01": VERSION_CONFLICT,
    "REC-02": VERSION_CONFLICT,
    "REC-05": SERIES_CONFLICT,
    "REC-06": DEADLINE,
    "ASSET-02": SERIES_CONFLICT,
    "ASSET-06": SENDER_INVALID,
    "UNIT-01": INCOMPLETE,
    "UNIT-04": SERIES_CONFLICT,
    "XML-04": RECEIVER_INCORRECT,
    "XML-05": SERIES_CONFLICT,
    "XML-06": MARKET_RULES,
    "XML-07": PROCESS_INVALID,
    "XML-08": MARKET_RULES,
}


def code_of(rule: str, severity: str) -> str:
    """The code of a rule, by its public key; a warning is further information."""
    if severity == "warning":
        return FURTHER_INFORMATION
    return _OF_RULE.get(rule) or _OF_FAMILY.get(rule.partition("-")[0], OTHER)
