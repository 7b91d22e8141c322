"""The guided search for a counterexample: values near to what both versions speak of, many of them.

Nothing is proved by it. It finds what the solver leaves open, and it is asked before `proved` is said,
because it shares nothing with what says so. Seeded: the same pair is searched in the same way.
"""

from collections.abc import Iterable, Iterator
from copy import deepcopy
from random import Random
from typing import Any

from registry_store.containment.assembling import Assembler
from registry_store.containment.judging import Judge
from registry_store.containment.pools import Pool, pool_of
from registry_store.containment.resources import Resources
from registry_store.containment.solving.goals import Found

_SEED = 2020
_MOST_SEEDS = 40
_HALF = 0.5


def search(
    judge: Judge,
    documents: tuple[Resources, Resources],
    roots: tuple[Any, Any],
    seeds: Iterable[Any],
    most: int,
) -> Found | None:
    """A counterexample, or None after `most` candidates."""
    candidates = _candidates(documents, roots, list(seeds))
    for _, candidate in zip(range(most), candidates, strict=False):
        if judge.is_counterexample(candidate):
            return Found(candidate)
    return None


def _candidates(
    documents: tuple[Resources, Resources], roots: tuple[Any, Any], seeds: list[Any]
) -> Iterator[Any]:
    random, pool = Random(_SEED), pool_of(*roots)  # noqa: S311 # repeatable on purpose
    yield from seeds
    yield from pool.values
    assemblers = [
        (Assembler(resources, pool, random), root)
        for resources, root in zip(documents, roots, strict=True)
    ]
    grown = list(seeds)
    while True:
        for assembler, root in assemblers:
            value = assembler.value(root)
            yield value
            grown.append(value)
            for _ in range(3):
                yield _mutated(random.choice(grown[-_MOST_SEEDS:]), pool, random)
            if seeds:
                yield _mutated(random.choice(seeds), pool, random)


def _mutated(value: Any, pool: Pool, random: Random) -> Any:
    value = deepcopy(value)
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        value = _changed(value, pool, random)
    return value


def _changed(value: Any, pool: Pool, random: Random) -> Any:
    if isinstance(value, (dict, list)) and value and random.random() < 0.6:  # noqa: PLR2004
        step = random.choice(list(value) if isinstance(value, dict) else range(len(value)))
        value[step] = _changed(value[step], pool, random)
        return value
    match value:
        case dict():
            return _changed_object(value, pool, random)
        case list():
            return _changed_array(value, pool, random)
        case str() if random.random() < _HALF:
            return _respelled(value, random)
        case int() | float() if random.random() < _HALF and not isinstance(value, bool):
            return _near(value, random)
    return deepcopy(random.choice(pool.values))


def _respelled(text: str, random: Random) -> str:
    place = random.randint(0, len(text))
    letter = random.choice(("", "a", "A", "0", " ", "é"))
    return text[:place] + letter + text[place + random.randrange(2) :]


def _near(number: float, random: Random) -> Any:
    if abs(number) > 2**60:
        return number - 1
    return random.choice((number + 1, number - 1, number + 0.5, -number, float(number)))


def _changed_object(value: dict[str, Any], pool: Pool, random: Random) -> Any:
    choice = random.random()
    if value and choice < 0.4:  # noqa: PLR2004
        del value[random.choice(list(value))]
    elif choice < 0.9:  # noqa: PLR2004
        value[random.choice(pool.names)] = deepcopy(random.choice(pool.values))
    else:
        return deepcopy(random.choice(pool.values))
    return value


def _changed_array(value: list[Any], pool: Pool, random: Random) -> Any:
    choice = random.random()
    if value and choice < 0.3:  # noqa: PLR2004
        del value[random.randrange(len(value))]
    elif value and choice < 0.6:  # noqa: PLR2004
        value.append(deepcopy(random.choice(value)))
    elif choice < 0.9:  # noqa: PLR2004
        value.insert(random.randint(0, len(value)), deepcopy(random.choice(pool.values)))
    else:
        return deepcopy(random.choice(pool.values))
    return value
