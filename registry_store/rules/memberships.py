"""Which asset is in which market unit, and when: half-open intervals, looked up from both sides."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from contracts.changes import Membership

#: Later than any date that a sender can give.
_FOR_GOOD = datetime.max.replace(tzinfo=UTC)


@dataclass(slots=True)
class Memberships:
    """What is known of the active units that a group leans on, and of the assets that it holds."""

    _of_unit: dict[str, list[Membership]] = field(default_factory=dict)
    _of_asset: dict[str, list[Membership]] = field(default_factory=dict)

    def of_unit(self, unit: str) -> list[Membership]:
        return self._of_unit.get(unit, [])

    def of_asset(self, asset: str) -> list[Membership]:
        return self._of_asset.get(asset, [])

    def add(self, found: Iterable[Membership]) -> None:
        """Take in what was loaded; the same one twice is one."""
        for membership in found:
            held = self._of_asset.setdefault(membership.asset, [])
            if membership not in held:
                held.append(membership)
                self._of_unit.setdefault(membership.unit, []).append(membership)

    def replace(self, unit: str, members: tuple[Membership, ...]) -> None:
        """From now on these are all members of the unit."""
        for membership in self.of_unit(unit):
            self._of_asset[membership.asset].remove(membership)
        self._of_unit[unit] = list(members)
        for membership in members:
            self._of_asset.setdefault(membership.asset, []).append(membership)


def replaced_between(
    members: Iterable[Membership],
    start: datetime,
    end: datetime | None,
    new: Iterable[Membership],
) -> tuple[Membership, ...]:
    """All memberships of a unit when `new` holds in `[start, end)`, and `members` before and after.

    What of `new` lies outside is cut off. Joined where one begins as the other ends, in the order of
    assets and times.
    """
    pieces = [
        piece
        for membership in members
        for piece in (clipped(membership, None, start), clipped(membership, end or _FOR_GOOD, None))
    ]
    pieces += [clipped(membership, start, end) for membership in new]
    return _joined(piece for piece in pieces if piece is not None)


def clipped(
    membership: Membership, start: datetime | None, end: datetime | None
) -> Membership | None:
    """The part of it in `[start, end)`; None if there is none."""
    valid_from = membership.valid_from if start is None else max(membership.valid_from, start)
    valid_to = min(membership.valid_to or _FOR_GOOD, end or _FOR_GOOD)
    if valid_from >= valid_to:
        return None
    return membership._replace(
        valid_from=valid_from, valid_to=None if valid_to == _FOR_GOOD else valid_to
    )


def _joined(pieces: Iterable[Membership]) -> tuple[Membership, ...]:
    joined: list[Membership] = []
    for piece in sorted(pieces, key=lambda piece: (piece.asset, piece.valid_from)):
        last = joined[-1] if joined else None
        if last is None or last.asset != piece.asset or not _touches(last, piece):
            joined.append(piece)
            continue
        ends = max(last.valid_to or _FOR_GOOD, piece.valid_to or _FOR_GOOD)
        joined[-1] = last._replace(valid_to=None if ends == _FOR_GOOD else ends)
    return tuple(joined)


def _touches(last: Membership, piece: Membership) -> bool:
    return last.valid_to is None or last.valid_to >= piece.valid_from
