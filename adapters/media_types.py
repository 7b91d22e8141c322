"""Media types: type and parameters read as a mail reader reads them (RFC 9110 section 8.3.1)."""

from collections.abc import Mapping
from email.message import Message
from email.utils import collapse_rfc2231_value
from functools import lru_cache
from types import MappingProxyType


@lru_cache(maxsize=1024)
def parse(text: str) -> tuple[str, Mapping[str, str]]:
    """(type/subtype in lower case, parameters by lower-case name); ("", {}) where there is none."""
    kind = text.partition(";")[0].strip().lower()
    if kind.count("/") != 1 or not kind.isascii() or not kind.isprintable() or " " in kind:
        return "", MappingProxyType({})
    header = Message()
    header["content-type"] = text
    pairs = header.get_params(failobj=[])[1:]
    parameters = {name.lower(): collapse_rfc2231_value(value).strip() for name, value in pairs}
    return kind, MappingProxyType(parameters)


def essence(text: str) -> str:
    """type/subtype without parameters, in lower case."""
    return parse(text)[0]
