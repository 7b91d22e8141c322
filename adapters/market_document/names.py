"""Names of the hub's market documents: namespaces, roots, elements, codes and parties.

Source: IEC 62325-351 (European style market profile) for the header; RECORDS.md section 7.
"""

import hashlib
import re
from typing import NamedTuple

REGISTRATION = "urn:fmar:registration:1:0"
RECORD = "urn:fmar:record:1:0"
ACKNOWLEDGEMENT = "urn:iec62325.351:tc57wg16:451-1:acknowledgementdocument:8:1"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
NIL = f"{{{XSI}}}nil"

#: Every category has a namespace `urn:fmar:category:<name>:<major>:<minor>`, its document's `$id`.
CATEGORY_NAMESPACE = re.compile(
    r"urn:fmar:category:([a-z][a-z0-9_]{0,59}):([0-9]{1,4}):([0-9]{1,4})"
)
#: What a statement says of an asset; what a patch changes, or a reader may see of a record.
COMPLETE, PARTIAL = "Attributes", "PartialAttributes"
#: One element of a list.
ELEMENT = "item"


class Root(NamedTuple):
    """A document of the hub's own. `type` and `process_type` are ENTSO-E codes that its header carries."""

    name: str
    namespace: str
    type: str
    process_type: str


#: A95: configuration document; A39: synchronisation process.
COMMANDS_DOCUMENT = Root("AssetRegistration_MarketDocument", REGISTRATION, "A95", "A39")
RECORDS_DOCUMENT = Root("AssetRecord_MarketDocument", RECORD, "A95", "A39")


class Party(NamedTuple):
    """A market participant as a header names it: `scheme` is A01 (EIC), A10 (GS1) or NGB."""

    scheme: str
    id: str


NATIONAL_SCHEME = "NGB"
SCHEMES = ("A01", "A10", NATIONAL_SCHEME)
HUB = Party(NATIONAL_SCHEME, "FMAR")
#: A32: market information aggregator; A39: data provider.
HUB_ROLE, PARTNER_ROLE = "A32", "A39"

LONGEST_ID, LONGEST_PARTY = 60, 16
_DIGEST_CHARACTERS = 8


def shortened(text: str, longest: int) -> str:
    """The text itself where it fits, else its start and a digest of the whole: always the same."""
    if len(text) <= longest:
        return text
    digest = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:_DIGEST_CHARACTERS]
    return f"{text[: longest - _DIGEST_CHARACTERS - 1]}-{digest}"


def party_of(slug: str) -> Party:
    """A partner, or the hub itself (`hub`), as a party of a document."""
    return HUB if slug == "hub" else Party(NATIONAL_SCHEME, shortened(slug, LONGEST_PARTY))


def local(tag: str) -> str:
    """The name of a tag without its namespace."""
    return tag.rpartition("}")[2]
