"""The target namespaces of two versions, mapped onto each other: both are called `TARGET`."""

from dataclasses import dataclass

XML = "http://www.w3.org/XML/1998/namespace"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
TARGET = "urn:the-target-namespace"


@dataclass(frozen=True, slots=True)
class Names:
    """Names (`{namespace}local`) of one version, in common and as its documents write them.

    `target`: its target namespace, "" for none. An attribute without a namespace belongs to its element, and
    has none in either version.
    """

    target: str

    def namespace(self, namespace: str) -> str:
        return TARGET if namespace == self.target else namespace

    def attribute_namespace(self, namespace: str) -> str:
        return self.namespace(namespace) if namespace else ""

    def element(self, name: str) -> str:
        namespace, local = split(name)
        return joined(self.namespace(namespace), local)

    def attribute(self, name: str) -> str:
        namespace, local = split(name)
        return joined(self.attribute_namespace(namespace), local)

    def written(self, name: str) -> str:
        """A name in common, of an element or an attribute, as a document of this version has it."""
        namespace, local = split(name)
        return joined(self.target if namespace == TARGET else namespace, local)


def split(name: str) -> tuple[str, str]:
    """Namespace ("" for none) and local name."""
    namespace, brace, local = name.rpartition("}")
    return (namespace.removeprefix("{"), local) if brace else ("", name)


def joined(namespace: str, local: str) -> str:
    return f"{{{namespace}}}{local}" if namespace else local
