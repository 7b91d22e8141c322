"""What the tests of market documents share: documents written, read, and put together by hand."""

from datetime import UTC, datetime
from typing import Any

from adapters import adapter_for
from adapters.market_document.adapter import MarketDocuments
from contracts.documents import Document, Entry, Header
from contracts.messages import Decoded, Envelope, Limits
from tests.support.generated import SENDER
from tests.support.registry import LANGUAGE

RECEIVED_AT = datetime(2026, 11, 24, 9, 31, tzinfo=UTC)
CATEGORIES = sorted(LANGUAGE.catalogue, key=lambda category: category.name)
HEADER = Header("doc-1", SENDER, "hub", datetime(2026, 11, 24, 9, 30, tzinfo=UTC))
REGISTRATION = "urn:fmar:registration:1:0"


def adapter() -> MarketDocuments:
    found = adapter_for(LANGUAGE.adapters, "application/xml")
    assert isinstance(found, MarketDocuments)
    return found


def envelope(body: bytes | str, media_type: str = "application/xml", **members: Any) -> Envelope:
    return Envelope(
        message_id="",
        sender=SENDER,
        media_type=media_type,
        body=body if isinstance(body, bytes) else body.encode(),
        received_at=RECEIVED_AT,
        **members,
    )


def decoded(body: bytes | str, limits: Limits | None = None) -> Decoded:
    return adapter().decode(envelope(body), limits or Limits())


def written(*entries: Entry, header: Header = HEADER) -> bytes:
    return adapter().encode(Document(header, entries))[1]


HEADER_XML = """<mRID>doc-1</mRID>
<revisionNumber>1</revisionNumber>
<type>A95</type>
<process.processType>A39</process.processType>
<sender_MarketParticipant.mRID codingScheme="NGB">acme</sender_MarketParticipant.mRID>
<sender_MarketParticipant.marketRole.type>A39</sender_MarketParticipant.marketRole.type>
<receiver_MarketParticipant.mRID codingScheme="NGB">FMAR</receiver_MarketParticipant.mRID>
<receiver_MarketParticipant.marketRole.type>A32</receiver_MarketParticipant.marketRole.type>
<createdDateTime>2026-11-24T09:30:00Z</createdDateTime>
"""
XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'


def document(*series: str, header: str = HEADER_XML) -> str:
    """A document of commands; each of `series` is the content of a TimeSeries."""
    parts = "".join(f"<TimeSeries>\n{each}\n</TimeSeries>\n" for each in series)
    root = "AssetRegistration_MarketDocument"
    return f'<{root} xmlns="{REGISTRATION}" {XSI}>\n{header}{parts}</{root}>\n'


def heat_pump(attributes: str = "", *, number: int = 1, members: str = "", after: str = "") -> str:
    """A series that registers a heat pump; `members` follow its category, `after` its reference."""
    return f"""<mRID>{number}</mRID>
<command>asset.register</command>
<registeredResource.category>heat_pump</registeredResource.category>
{members}<accountingPoint.scheme>mpan</accountingPoint.scheme>
<accountingPoint.mRID>1000000008155</accountingPoint.mRID>
<Reference><reference>HP-{number}</reference></Reference>
{after}<Attributes xmlns="urn:fmar:category:heat_pump:1:0">
<connectionStatus>connected</connectionStatus>
<importCapacityKw>3.5</importCapacityKw>
{attributes}</Attributes>"""
