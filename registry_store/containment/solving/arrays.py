"""Arrays: how many elements there are, and what each must satisfy.

Beyond the places that formulas single out, all elements are alike: what matters is which of the counted
formulas each satisfies (its role) and how many there are of each role. Lengths are tried up to where one
more element could be taken away again.
"""

from collections.abc import Iterator
from itertools import combinations
from typing import TYPE_CHECKING, Any, NamedTuple

from registry_store.containment.formulas import Formula
from registry_store.containment.json_values import Key, key
from registry_store.containment.solving.element_wishes import ElementWishes, read_wishes
from registry_store.containment.solving.goals import Answers, Found, Gap, Goal, Path

if TYPE_CHECKING:
    from registry_store.containment.solving.solver import Solver

_MOST_COUNTED = 6
_LONGEST = 20_000
_VARIATIONS = 4
#: Ways to fill an array that are looked at when its elements must be equal or different.
_MOST_FILLINGS = 3000


class Role(NamedTuple):
    """An element that satisfies `goal`: it meets the `met` wishes and counts for the `counted` limits."""

    goal: Goal
    met: frozenset[int]
    counted: frozenset[int]


class _State(NamedTuple):
    """Before the next element: its place, what is still needed, and what is still allowed."""

    place: int
    needs: tuple[int, ...]
    rooms: tuple[int, ...]


def arrays(solver: "Solver", literals: tuple[Formula, ...], path: Path) -> Answers:
    wishes = read_wishes(solver.arena, literals)
    if wishes.most is not None and wishes.most < wishes.least:
        return
    search = _Search(solver, wishes, path)
    is_any = False
    for answer in search.answers():
        is_any = True
        yield answer
    if is_any:
        yield Gap("there may be other arrays than those tried")
    else:
        yield from search.gaps


class _Search:
    def __init__(self, solver: "Solver", wishes: ElementWishes, path: Path) -> None:
        self._solver = solver
        self._wishes = wishes
        self._path = path
        self._roles: dict[int, list[Role]] = {}
        self.gaps: dict[Gap, None] = {}

    def answers(self) -> Answers:
        wishes = self._wishes
        if len(wishes.existing) + len(wishes.limits) > _MOST_COUNTED:
            self.gaps[Gap("more counted formulas than are told apart")] = None
            return
        start = _State(
            0, tuple(wish.least for wish in wishes.existing), tuple(n for _, n in wishes.limits)
        )
        for fillings, roles in enumerate(self._fillings(start)):
            if fillings >= _MOST_FILLINGS:
                self.gaps[Gap("more ways to fill an array than are tried")] = None
                return
            yield from self._values(roles)

    def _fillings(self, start: _State) -> Iterator[list[Role]]:
        """Sequences of roles that meet every wish, shortest first for each choice of roles.

        Without a say about equal elements, a state that was left without success is not entered again.
        """
        dead: set[_State] | None = None if self._wishes.speaks_of_equality else set()
        longest = self._wishes.longest
        if longest > _LONGEST:
            self.gaps[Gap("the array would be longer than is tried")] = None
            return
        stack: list[tuple[_State, Iterator[Role]]] = [(start, iter(self._options(start)))]
        taken: list[Role] = []
        if self._is_complete(start):
            yield []
        while stack:
            state, options = stack[-1]
            self._solver.budget.spend()
            role = next(options, None)
            if role is None:
                stack.pop()
                if dead is not None:
                    dead.add(state)
                if taken:
                    taken.pop()
                continue
            following = _after(state, role)
            if dead is not None and following in dead:
                continue
            taken.append(role)
            if self._is_complete(following):
                yield list(taken)
            stack.append((following, iter(self._options(following))))

    def _is_complete(self, state: _State) -> bool:
        return state.place >= self._wishes.least and not any(state.needs)

    def _options(self, state: _State) -> Iterator[Role]:
        if state.place >= self._wishes.longest:
            return
        for role in self._roles_at(min(state.place, self._wishes.alike_from)):
            if all(state.rooms[limit] > 0 for limit in role.counted):
                yield role

    def _roles_at(self, place: int) -> list[Role]:
        if place not in self._roles:
            self._roles[place] = list(self._possible_roles(place))
        return self._roles[place]

    def _possible_roles(self, place: int) -> Iterator[Role]:
        """The roles that an element at `place` can have; those that meet most wishes first."""
        arena, wishes = self._solver.arena, self._wishes
        base = wishes.at(place)
        reachable = [n for n, wish in enumerate(wishes.existing) if place >= wish.start]
        for met in _subsets(reachable):
            for counted in reversed(list(_subsets(range(len(wishes.limits))))):
                formulas = [
                    *base,
                    *(wishes.existing[n].formula for n in met),
                    *(arena.no(f) for n, (f, _) in enumerate(wishes.limits) if n not in counted),
                ]
                self._solver.budget.spend(len(formulas))
                goal = self._solver.goal(formulas)
                outcome = self._solver.first(goal, self._path)
                self.gaps.update(dict.fromkeys(outcome.gaps))
                if outcome.found is not None:
                    yield Role(goal, frozenset(met), frozenset(counted))

    def _values(self, roles: list[Role]) -> Answers:
        wishes = self._wishes
        if wishes.is_unique:
            yield from self._distinct(roles)
        elif wishes.is_repeating:
            yield from self._repeated(roles)
        else:
            values = [self._first(role.goal) for role in roles]
            yield Found(values)
            for place, role in enumerate(roles[:_VARIATIONS]):
                for value in list(self._some(role.goal, _VARIATIONS).values())[1:]:
                    yield Found([*values[:place], value, *values[place + 1 :]])

    def _distinct(self, roles: list[Role]) -> Answers:
        """One value for each role, no two equal: a matching of roles and values."""
        by_goal = {
            goal: self._some(goal, len(roles)) for goal in dict.fromkeys(r.goal for r in roles)
        }
        choices = [by_goal[role.goal] for role in roles]
        matched: dict[Key, int] = {}
        for place in range(len(roles)):
            if not _match(place, choices, matched, set()):
                return
        chosen = {place: value_key for value_key, place in matched.items()}
        yield Found([choices[place][chosen[place]] for place in range(len(roles))])

    def _repeated(self, roles: list[Role]) -> Answers:
        for one, other in combinations(range(len(roles)), 2):
            shared = self._solver.first(
                self._solver.goal((*roles[one].goal, *roles[other].goal)), self._path
            )
            self.gaps.update(dict.fromkeys(shared.gaps))
            if shared.found is not None:
                values = [self._first(role.goal) for role in roles]
                values[one] = values[other] = shared.found.value
                yield Found(values)
                return

    def _first(self, goal: Goal) -> Any:
        found = self._solver.first(goal, self._path).found
        assert found is not None
        return found.value

    def _some(self, goal: Goal, most: int) -> dict[Key, Any]:
        """Up to `most` different values, by their keys."""
        distinct: dict[Key, Any] = {}
        for answer in self._solver.answers(goal, self._path):
            if isinstance(answer, Gap):
                self.gaps[answer] = None
            else:
                distinct.setdefault(key(answer.value), answer.value)
            if len(distinct) >= most:
                break
        return distinct


def _after(state: _State, role: Role) -> _State:
    needs = tuple(max(n - (i in role.met), 0) for i, n in enumerate(state.needs))
    rooms = tuple(n - (i in role.counted) for i, n in enumerate(state.rooms))
    return _State(state.place + 1, needs, rooms)


def _subsets(members: Any) -> Iterator[tuple[int, ...]]:
    """Subsets, large ones first."""
    listed = list(members)
    for count in range(len(listed), -1, -1):
        yield from combinations(listed, count)


def _match(
    place: int, choices: list[dict[Key, Any]], matched: dict[Key, int], tried: set[Key]
) -> bool:
    """Finds a value for `place`, moving earlier places to other values where that helps."""
    free = next((each for each in choices[place] if each not in matched), None)
    if free is not None:
        matched[free] = place
        return True
    for value_key in choices[place]:
        if value_key not in tried:
            tried.add(value_key)
            if _match(matched[value_key], choices, matched, tried):
                matched[value_key] = place
                return True
    return False
