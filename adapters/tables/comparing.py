"""Which layouts compare rows with each other, so that a file of theirs is read whole or not at all."""

from collections.abc import Callable
from dataclasses import replace

from adapters.cutting import Cut
from adapters.tables.cutting import one_excerpt, refused
from adapters.tables.profile_model import Profile
from adapters.tables.reading import File
from adapters.tables.steps import COMPARING
from adapters.tables.text_source import Bytes, filled
from contracts.messages import Decoded, Envelope
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


def cut_whole(
    source: Bytes, file: File, profile: Profile, decode: Callable[[Envelope], Decoded]
) -> Cut:
    """One excerpt, the file in `source`; MSG_03 beyond the limits of a message."""
    most = file.limits.body_bytes
    body = filled(source, most + 1)
    if len(body) > most:
        return refused(file.refused(_too_large(file, profile, f"more than {most} bytes")))
    decoded = decode(replace(file.envelope, body=body))
    too_many = [reason.text for reason in decoded.reasons if reason.rule is Rule.MSG_03]
    if too_many:
        return refused(file.refused(_too_large(file, profile, too_many[0])))
    return one_excerpt(decoded, body)


def _too_large(file: File, profile: Profile, found: str) -> Reason:
    limits = file.limits
    text = (
        f"{found}: files of the layout {profile.name} are read whole, since {comparison_of(profile)}; "
        f"the limits are {limits.body_bytes} bytes and {limits.items} items: send it in several files"
    )
    return Reason(Rule.MSG_03, text)
