"""Numbers that look random and follow from a seed: of assets, of meters, of the order in a file."""

from math import gcd

_MASK = (1 << 64) - 1
_STEP = 0x9E3779B97F4A7C15
_WEIGHTS = (3, 5, 7, 13, 17, 19, 23, 29, 31, 37, 41, 43)
#: Weighted sums of three digits at once, for the four places where they stand in an MPAN.
_SUMS = tuple(
    tuple(
        number // 100 * _WEIGHTS[at]
        + number // 10 % 10 * _WEIGHTS[at + 1]
        + number % 10 * _WEIGHTS[at + 2]
        for number in range(1000)
    )
    for at in (0, 3, 6, 9)
)
#: How many meters a distributor has at most; the step has no factor in common with it.
_METERS = 10**10
_METER_STEP = 7_654_321_987
#: Between the meters of one seed and the next: seeds whose difference is d are at least 10^10 / (2.3 d) assets apart.
_SEED_STEP = 6_180_339_887


def mixed(number: int, seed: int) -> int:
    """64 bits. Source: S. Vigna, splitmix64."""
    bits = (number * _STEP + seed * 0xD1342543DE82EF95 + _STEP) & _MASK
    bits = (bits ^ bits >> 30) * 0xBF58476D1CE4E5B9 & _MASK
    bits = (bits ^ bits >> 27) * 0x94D049BB133111EB & _MASK
    return bits ^ bits >> 31


def meter(number: int, seed: int) -> int:
    """Ten digits that no other number below 10^10 gives, nor one of a portfolio of another seed nearby."""
    return (number + seed * _SEED_STEP) * _METER_STEP % _METERS


def mpan(distributor: int, meter: int) -> str:
    """An MPAN core with its check digit. Source: FORMATS.md section 1."""
    twelve = distributor * _METERS + meter
    left, right = divmod(twelve, 1_000_000)
    weighted = (
        _SUMS[0][left // 1000] + _SUMS[1][left % 1000]
        + _SUMS[2][right // 1000] + _SUMS[3][right % 1000]
    )  # fmt: skip
    return f"{twelve}{weighted % 11 % 10}"


class Order:
    """In which order assets stand in a file: as they are numbered, or strewn over it."""

    def __init__(self, count: int, *, shuffled: bool) -> None:
        self.count = count
        self._step = 1
        if shuffled:
            self._step = next(
                step
                for step in range(int(count * 0.618) + 1, 2 * count + 3)
                if gcd(step, count) == 1
            )
        self._back = pow(self._step, -1, self.count) if self.count > 1 else 0

    def asset_at(self, position: int) -> int:
        return position * self._step % self.count

    def position_of(self, asset: int) -> int:
        return asset * self._back % self.count
