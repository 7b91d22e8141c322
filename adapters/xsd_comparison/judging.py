"""Whether a document shows that the new version breaks something: valid before and invalid now, by both engines."""

from dataclasses import dataclass

from lxml import etree

from adapters.xsd_comparison.engines import Engines
from adapters.xsd_comparison.namespaces import Names
from adapters.xsd_comparison.trees import Tree, written


@dataclass
class Judge:
    """`asked` counts documents, `disputed` those that the engines judge differently."""

    old: Engines
    new: Engines
    old_names: Names
    new_names: Names
    asked: int = 0
    disputed: int = 0

    def is_counterexample(self, tree: Tree) -> bool:
        self.asked += 1
        try:
            before, after = (
                etree.fromstring(written(tree, names.written))
                for names in (self.old_names, self.new_names)
            )
        except (ValueError, etree.XMLSyntaxError):  # no document: characters that XML has not
            return False
        first = self.old.first(before) and not self.new.first(after)
        second = first and self.old.second(before) is True and self.new.second(after) is False
        self.disputed += first and not second
        return first and second

    def text_of(self, tree: Tree) -> str:
        """The document as a sender of the old version writes it."""
        document = etree.fromstring(written(tree, self.old_names.written))
        return str(etree.tostring(document, encoding="unicode"))
