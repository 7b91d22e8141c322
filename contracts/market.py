"""Reference data of the GB market: GSP groups, network areas, roles.

Source: RECORDS.md section 5, USECASES.md section 1.
"""

GSP_GROUPS = frozenset(f"_{letter}" for letter in "ABCDEFGHJKLMNP")

#: DNO licence area -> GSP group. Independent networks carry their GSP group in the message.
GSP_GROUP_OF_AREA = {
    "EPN": "_A",
    "LPN": "_C",
    "SPN": "_J",
    "EMID": "_B",
    "WMID": "_E",
    "SWALES": "_K",
    "SWEST": "_L",
    "SPD": "_N",
    "SPM": "_D",
    "SEPD": "_H",
    "SHEPD": "_P",
    "NPGN": "_F",
    "NPGY": "_M",
    "ENWL": "_G",
}
NETWORK_AREAS = frozenset(GSP_GROUP_OF_AREA)

ROLES = frozenset(
    {
        "fsp",
        "system_operator",
        "platform",
        "asset_owner",
        "installer",
        "facilitator",
        "steward",
        "regulator",
        "consent_service",
        "evidence_source",
    }
)
