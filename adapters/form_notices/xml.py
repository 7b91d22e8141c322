"""What a sender of XML documents notices: the category's elements, by comparison of the derived schemas."""

from collections.abc import Iterable, Iterator

from adapters.form_notices.notice import Notice, of_differences
from adapters.market_document.category_xsd import category_xsd
from adapters.market_document.names import COMPLETE, PARTIAL
from adapters.xsd_comparison.checking import check
from adapters.xsd_comparison.sources import Source
from contracts.categories import Category
from contracts.verdicts import Difference, Verdict


def xml_verdict(old: Category, new: Category) -> tuple[Verdict, tuple[Notice, ...]]:
    """The verdict on the derived schemas, and the notices.

    Raises ValueError if a validator does not take what is derived: that would be a bug of the derivation.
    """
    answer = check(*(Source(category_xsd(each).encode()) for each in (old, new)))
    if not isinstance(answer, Verdict):
        raise ValueError("; ".join(map(str, answer)))  # noqa: TRY004 # no wrong type: a schema that is none
    return answer, of_differences(_once(answer.differences))


def _once(differences: Iterable[Difference]) -> Iterator[Difference]:
    """Attributes stand in a whole statement and in a partial one: what is said of both is said once."""
    told = set()
    for difference in differences:
        sentence = difference.sentence.replace(f"/{PARTIAL}/", f"/{COMPLETE}/")
        if sentence not in told:
            told.add(sentence)
            yield difference
