"""What every kind of value is made from: the column as the file has it, and how its file writes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from adapters.tables.dates import DateOrder
from adapters.tables.headings import Match
from adapters.tables.number_forms import USUAL_FORM, NumberForm
from adapters.tables.profile_model import Profile

#: A cell that states something -> its value, or `Unread`.
Reader = Callable[[str], Any]

YES_NO = {
    "yes": True,
    "y": True,
    "true": True,
    "1": True,
    "no": False,
    "n": False,
    "false": False,
    "0": False,
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a reader is made for: a column as the file has it, the profile, and how its dates and numbers
    are written. `apostrophes`: whether one stands before what a spreadsheet would change (CSV).
    """

    match: Match
    profile: Profile
    order: DateOrder
    form: NumberForm = USUAL_FORM
    apostrophes: bool = False
