"""What a rule is asked with, and what it answers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from contracts.categories import Catalogue, Category
from contracts.changes import Record, RecordChange, SourceSeen
from contracts.identifiers import derive_public_id
from contracts.reasons import Reason
from contracts.visibility import PUBLIC, Principal
from registry_store.category_reading import CategoryReader

#: What attributes amount to: (canonical attributes, reasons).
Conformed = tuple[dict[str, Any], tuple[Reason, ...]]
#: Checks and canonicalises the attributes of an asset; and those of many of one category, in their order.
Conform = Callable[[Category, Mapping[str, Any]], Conformed]
ConformAll = Callable[[Category, Sequence[Mapping[str, Any]]], Sequence[Conformed]]
#: Everything that is wrong with the document of a mapping profile (MAP-01, MAP-02, MAP-05).
CheckProfile = Callable[[Mapping[str, Any]], tuple[Reason, ...]]


@dataclass(frozen=True, slots=True)
class Setting:
    """What is the same for all items of a group. `now` is UTC."""

    now: datetime
    hub_key: bytes
    catalogue: Catalogue
    conform: Conform
    conform_all: ConformAll
    #: Reads category documents that come by message.
    categories: CategoryReader
    #: Checks mapping profiles that come by message.
    check_profile: CheckProfile
    #: Raised when a derived id was taken, so that the next free one is found.
    id_round: int = 0


@dataclass(slots=True)
class Context:
    """Who asks, in which message, at which place.

    `party` is the sender's slug, the owner of its references. `actor`, the organisation whose
    credential was used, and `principal`, the one it acts for (and whose sight and roles count), are
    known once the state is loaded, before anything is decided. Until then `acting_for` is the
    organisation that it says it acts for, not checked: enough to know what to load.
    """

    setting: Setting
    party: str
    message_id: str
    place: str
    actor: str = ""
    principal: Principal = PUBLIC
    acting_for: str = ""
    received_at: datetime | None = None

    @property
    def stated_at(self) -> datetime:
        """The hour by which it is decided which category versions may be used: when the hub took the message
        in. So it is the same version that the message is read with and decided with, by whom and how often
        ever.
        """
        return self.received_at or self.now

    @property
    def now(self) -> datetime:
        return self.setting.now

    @property
    def organisation(self) -> str:
        organisation = self.principal.organisation
        assert organisation is not None
        return organisation

    def new_id(self, kind: str) -> str:
        """The id of the record that this item makes: the same item always makes the same id."""
        return derive_public_id(
            self.setting.hub_key,
            kind,
            self.party,
            self.message_id,
            self.place,
            str(self.setting.id_round),
        )


class Accepted(NamedTuple):
    """The command is done: what changes, and what a source was seen to state."""

    changes: tuple[RecordChange, ...]
    warnings: tuple[Reason, ...] = ()
    seen: tuple[SourceSeen, ...] = ()


class Rejected(NamedTuple):
    """The command is refused, for all of these reasons."""

    reasons: tuple[Reason, ...]


class Unchanged(NamedTuple):
    """What was stated is what stands recorded already."""

    record: Record
    warnings: tuple[Reason, ...] = ()
    seen: tuple[SourceSeen, ...] = ()


class Superseded(NamedTuple):
    """The source itself has stated something newer already."""

    record: Record
    reasons: tuple[Reason, ...]


Decision = Accepted | Rejected | Unchanged | Superseded


@dataclass(slots=True)
class Needs:
    """What the decisions of a group lean on, and how it must be held while they are made.

    change: locked against everyone. rely: shared, it must not change under us. look: read only, the
    decision stays right if it changes. What must be *absent* (keys, references, ids) is looked up
    here and made sure of by unique and exclusion constraints when it is written. With an asset that is
    to change come the market units that it is in, to be changed along with it.
    """

    change: set[str] = field(default_factory=set)
    rely: set[str] = field(default_factory=set)
    keys_change: set[tuple[str, str]] = field(default_factory=set)
    keys_look: set[tuple[str, str]] = field(default_factory=set)
    refs_change: set[tuple[str, str]] = field(default_factory=set)
    refs_rely: set[tuple[str, str]] = field(default_factory=set)
    refs_look: set[tuple[str, str]] = field(default_factory=set)
    #: Corrections of the past need the earlier slices of what they change.
    with_slices: bool = False
