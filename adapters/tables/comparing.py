"""Which layouts compare rows with each other, so that a file of theirs is read whole or not at all."""

from adapters.tables.profile_model import Profile
from adapters.tables.steps import COMPARING
from contracts.messages import Limits
from contracts.reasons import Reason, Rule


def comparison_of(profile: Profile) -> str | None:
    """What a layout compares between rows, as the end of a sentence; None where each row stands alone.

    Several items of one row (slots) compare nothing: a row is never cut.
    """
    if profile.joined is not None:
        return "rows that follow each other may be one item"
    if any(step.do in COMPARING for step in profile.steps):
        return "no two rows may be of the same identity"
    return None


def too_large_to_compare(profile: Profile, what: str, limits: Limits) -> Reason:
    """MSG_03. `what`: how much the file has more than it may."""
    text = (
        f"{what}: files of the layout {profile.name} are read whole, since {comparison_of(profile)}; "
        f"the limits are {limits.body_bytes} bytes and {limits.items} items: send it in several files"
    )
    return Reason(Rule.MSG_03, text)
