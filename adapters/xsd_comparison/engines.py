"""Two validators for one schema: libxml2 by way of lxml, and xmlschema."""

import io
import warnings
from collections.abc import Mapping
from email.message import Message
from typing import Any
from urllib.error import URLError
from urllib.request import BaseHandler, OpenerDirector, Request
from urllib.response import addinfourl

import xmlschema
from lxml import etree

from adapters.xsd_comparison.sources import Source, UnusableSchemaError

#: A scheme that nothing else answers: the files beside a schema.
_BASE = "beside:///schemas/"


class Engines:
    """Judges documents by both. Raises UnusableSchemaError for a schema that one of them does not take."""

    def __init__(self, source: Source) -> None:
        self.readable = _readable(source)
        self._fast = _fast(source)

    def first(self, document: etree._Element) -> bool:
        """What libxml2 says."""
        return bool(self._fast.validate(document))

    def second(self, document: etree._Element) -> bool | None:
        """What xmlschema says; None where a value is beyond what it can hold (a year of seven digits)."""
        return says(self.readable, document)


def says(validator: Any, value: Any) -> bool | None:
    """What a validator of xmlschema says of a value; None where it fails on it."""
    try:
        return bool(validator.is_valid(value))
    except (ArithmeticError, ValueError, TypeError, RecursionError):
        return None


class _Beside(BaseHandler):
    """Opens `beside:` addresses; the only handler of its opener."""

    def __init__(self, texts: Mapping[str, bytes]) -> None:
        self._texts = texts

    def beside_open(self, request: Request) -> addinfourl:
        name = request.full_url.rpartition("/")[2]
        if name not in self._texts:
            raise URLError(f"there is no {name} beside the schema")
        return addinfourl(io.BytesIO(self._texts[name]), Message(), request.full_url)


class _Texts(etree.Resolver):  # type: ignore[misc]  # lxml has no types
    def __init__(self, texts: Mapping[str, bytes]) -> None:
        self._texts = texts

    def resolve(self, system_url: str, public_id: str | None, context: Any) -> Any:  # noqa: ARG002
        name = system_url.rpartition("/")[2]
        if name not in self._texts:
            raise UnusableSchemaError(f"there is no {name} beside the schema")
        return self.resolve_string(self._texts[name], context)


def _readable(source: Source) -> xmlschema.XMLSchema10:
    opener = OpenerDirector()
    opener.add_handler(_Beside(source.beside))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", xmlschema.XMLSchemaIncludeWarning)
            warnings.simplefilter("error", xmlschema.XMLSchemaImportWarning)
            return xmlschema.XMLSchema10(
                io.BytesIO(source.text),
                base_url=_BASE,
                opener=opener,
                defuse="always",
                use_fallback=False,
            )
    except (
        xmlschema.XMLSchemaException,
        xmlschema.XMLSchemaIncludeWarning,
        xmlschema.XMLSchemaImportWarning,
        OSError,
        ValueError,
        RecursionError,
    ) as error:
        raise UnusableSchemaError(f"xmlschema does not take it: {_first_line(error)}") from error


def _fast(source: Source) -> etree.XMLSchema:
    parser = etree.XMLParser(no_network=True, load_dtd=False, resolve_entities=False)
    parser.resolvers.add(_Texts(source.beside))
    try:
        return etree.XMLSchema(etree.fromstring(source.text, parser))
    except etree.LxmlError as error:
        raise UnusableSchemaError(f"libxml2 does not take it: {_first_line(error)}") from error


def _first_line(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0][:300] if lines else type(error).__name__
