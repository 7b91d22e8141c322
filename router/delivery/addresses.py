"""Which addresses the hub may call for a partner: none that reach into our own network.

A name is resolved once, every address that it has is judged, and the call goes to the address that
was judged: a name that changes its mind between check and call (DNS rebinding) gains nothing.
"""

import asyncio
import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

_LONGEST_URL = 2_000
#: NAT64: an IPv4 address within an IPv6 one (RFC 6052), and the prefixes for local use (RFC 8215).
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_NAT64_LOCAL = ipaddress.ip_network("64:ff9b:1::/48")


class AddressRefused(ValueError):
    """The hub does not call this URL; the text says why, for the partner."""


@dataclass(frozen=True, slots=True)
class CallRules:
    """`private_targets`: loopback, private and other addresses of no public meaning may be called, also
    by plain http. For tests and demonstrations.
    """

    private_targets: bool = False


@dataclass(frozen=True, slots=True)
class Target:
    """A judged URL: `url` has the address in place of the name, which goes into `host` and TLS."""

    url: str
    host: str
    server_name: str


def judged(url: str, rules: CallRules) -> SplitResult:
    """The URL if its form is one that the hub calls. Raises AddressRefused."""
    if len(url) > _LONGEST_URL:
        raise AddressRefused(f"the URL is longer than {_LONGEST_URL} characters")
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise AddressRefused(f"this is not a URL: {error}") from error
    if not parts.hostname:
        raise AddressRefused("the URL names no host")
    if parts.scheme != "https" and not (parts.scheme == "http" and rules.private_targets):
        raise AddressRefused("webhooks are called by https")
    if parts.username or parts.password:
        raise AddressRefused("a URL must not carry a user or a password: requests are signed")
    if parts.fragment:
        raise AddressRefused("a URL with a fragment cannot be called")
    return parts


async def resolved(url: str, rules: CallRules) -> Target:
    """The URL with one allowed address of its host. Raises AddressRefused; OSError if there is none."""
    parts = judged(url, rules)
    assert parts.hostname is not None
    port = parts.port or (443 if parts.scheme == "https" else 80)
    found = await asyncio.get_running_loop().getaddrinfo(
        parts.hostname, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP
    )
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    for address in addresses:
        refuse_private(address, rules, plain=parts.scheme == "http")
    literal = f"[{addresses[0]}]" if ":" in addresses[0] else addresses[0]
    host = parts.netloc.rpartition("@")[2]
    return Target(
        url=parts._replace(netloc=f"{literal}:{port}").geturl(),
        host=host,
        server_name=parts.hostname,
    )


def refuse_private(address: str, rules: CallRules, *, plain: bool) -> None:
    """Raises AddressRefused for an address that is not a public one, or a public one by plain http."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    is_public = all(each.is_global and not each.is_multicast for each in (ip, *_embedded(ip)))
    is_public = is_public and ip not in _NAT64_LOCAL
    if is_public:
        if plain:
            raise AddressRefused("webhooks are called by https")
    elif not rules.private_targets:
        raise AddressRefused(f"the host has the address {address}, which is not a public one")


def _embedded(ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> list[ipaddress.IPv4Address]:
    """The IPv4 addresses that an IPv6 address leads to."""
    if isinstance(ip, ipaddress.IPv4Address):
        return []
    found = [ip.ipv4_mapped, ip.sixtofour, *(ip.teredo or ())]
    if ip in _NAT64:
        found.append(ipaddress.IPv4Address(int(ip) & 0xFFFF_FFFF))
    return [address for address in found if address is not None]
