"""Load: answer the needs of a whole group in a few set-based queries, locks in one global order."""

from collections.abc import Iterable

import orjson
import psycopg

from contracts.changes import Audience, Record
from registry_store import member_loading
from registry_store.anchors import Anchor, rows_of
from registry_store.array_text import number_array, text_array
from registry_store.rules.decision import Needs
from registry_store.rules.state import State

#: Locks are taken kind by kind, and by row within a kind, so that two groups never wait in a circle.
_LOCK_ORDER = ("organisation", "asset", "market_unit", "category_version", "mapping_profile")
_FINAL = ("deregistered", "inactive")


def load(connection: psycopg.Connection, needed: Needs) -> State:
    """The state that the decisions of a group lean on, held as they asked.

    Keys and references are looked up before the locks are taken. What moves in between is harmless:
    a holder that was deregistered is seen as such under its lock, a key that was taken is found by
    the unique constraint when this group writes, and the group is decided again.
    """
    state = State()
    keys = _keys(connection, needed.keys_change | needed.keys_look)
    refs = _refs(connection, needed.refs_change | needed.refs_rely | needed.refs_look)
    change = {row for pair in needed.keys_change for row in keys.get(pair, ())}
    change |= {refs[pair] for pair in needed.refs_change if pair in refs}
    look = {row for pair in needed.keys_look for row in keys.get(pair, ())}
    look |= {refs[pair] for pair in needed.refs_look if pair in refs}
    rely = {refs[pair] for pair in needed.refs_rely if pair in refs} - change
    held: dict[int, Anchor] = {}
    changing: dict[int, Anchor] = {}
    for kind in _LOCK_ORDER:
        if kind == "market_unit":
            change |= member_loading.units_of(connection, rows_of("asset", changing))
        changing |= _anchors(connection, kind, change, needed.change, "FOR NO KEY UPDATE", held)
        held |= changing
        held |= _anchors(connection, kind, rely, needed.rely, "FOR SHARE", held)
    look |= member_loading.load(connection, changing, held, state.memberships)
    held |= _anchors(connection, None, look, set(), "", held)
    _contents(connection, held, state)
    _audiences(connection, held, state)
    _name_holders(keys, held, state)
    for pair, row in refs.items():
        if row in held:
            state.refs[pair] = held[row].id
    if needed.with_slices:
        _slices(connection, state)
    _live_of_held_organisations(connection, needed, state)
    return state


#: One walk through the index for all values of a scheme: a tenth of what a join with the pairs costs.
_HOLDERS = "SELECT scheme, value, rank, record, revision FROM record_key WHERE scheme = %s AND value = ANY(%s::text[])"
_REFS_OF_ONE = (
    "SELECT party, ref, record FROM record_ref WHERE party = %s AND ref = ANY(%s::text[])"
)
_REFS_OF_MANY = (
    "SELECT r.party, r.ref, r.record FROM record_ref r "
    "JOIN unnest(%s::text[], %s::text[]) AS wanted (party, ref) USING (party, ref)"
)


def _keys(
    connection: psycopg.Connection, pairs: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], dict[int, tuple[int, str | None]]]:
    """Key -> {row of the holder: (rank, newest revision stated by the source)}."""
    values_of: dict[str, list[str]] = {}
    for scheme, value in pairs:
        values_of.setdefault(scheme, []).append(value)
    found: dict[tuple[str, str], dict[int, tuple[int, str | None]]] = {}
    if values_of:
        rows = connection.execute(
            " UNION ALL ".join([_HOLDERS] * len(values_of)),
            [
                each
                for scheme in sorted(values_of)
                for each in (scheme, text_array(values_of[scheme]))
            ],
        )
        for scheme, value, rank, record, revision in rows:
            found.setdefault((scheme, value), {})[record] = (rank, revision)
    return found


def _refs(
    connection: psycopg.Connection, pairs: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], int]:
    pairs = list(pairs)
    if not pairs:
        return {}
    parties, refs = zip(*pairs, strict=True)
    if len(set(parties)) == 1:
        rows = connection.execute(_REFS_OF_ONE, (parties[0], text_array(refs)))
    else:
        rows = connection.execute(_REFS_OF_MANY, (text_array(parties), text_array(refs)))
    return {(party, ref): record for party, ref, record in rows}


def _anchors(
    connection: psycopg.Connection,
    kind: str | None,
    rows: set[int],
    ids: set[str],
    hold: str,
    held: dict[int, Anchor],
) -> dict[int, Anchor]:
    """Those of a kind that are not held yet, locked as `hold` says, in the order of rows."""
    rows = rows - held.keys()
    ids = ids - {anchor.id for anchor in held.values()}
    if not rows and not ids:
        return {}
    found = connection.execute(
        f"SELECT row, id, kind, version, current_version FROM record "  # noqa: S608 - `hold` is one of three constants
        f"WHERE (row = ANY(%s::bigint[]) OR id = ANY(%s::text[])) AND (%s::text IS NULL OR kind = %s) ORDER BY row {hold}",
        (number_array(rows), text_array(ids), kind, kind),
    )
    return {row: Anchor(*anchor) for row, *anchor in found}


def _contents(connection: psycopg.Connection, held: dict[int, Anchor], state: State) -> None:
    if not held:
        return
    found = connection.execute(
        "SELECT v.record, v.valid_from, v.content FROM record_version v "
        "JOIN unnest(%s::bigint[], %s::int[]) AS wanted (record, version) USING (record, version)",
        (number_array(held), number_array(a.current_version for a in held.values())),
    )
    for row, valid_from, content in found:
        id, kind, version, _current = held[row]
        state.records[id] = Record(kind, id, version, orjson.loads(content), valid_from, row)


def _audiences(connection: psycopg.Connection, held: dict[int, Anchor], state: State) -> None:
    """Of market units, as the log has them: where their members are does not stand in their content."""
    if units := rows_of("market_unit", held):
        found = connection.execute(
            "SELECT c.record, c.audience_after FROM change c "
            "JOIN unnest(%s::bigint[], %s::int[]) AS wanted (record, version) USING (record, version)",
            (units, [held[row].version for row in units]),
        )
        for row, audience in found:
            state.records[held[row].id].audience = Audience.from_json(orjson.loads(audience))


def _name_holders(
    keys: dict[tuple[str, str], dict[int, tuple[int, str | None]]],
    held: dict[int, Anchor],
    state: State,
) -> None:
    """Keys by public id; a holder that was read only after it gave the key up does not count."""
    for pair, holders in keys.items():
        for row, (rank, revision) in holders.items():
            if row not in held:
                continue
            id = held[row].id
            record = state.records.get(id)
            if record is None:
                continue
            state.keys.setdefault(pair, {})[id] = rank
            if revision is not None:
                record.revisions[pair[1]] = revision


def _slices(connection: psycopg.Connection, state: State) -> None:
    by_row = {record.row: record for record in state.records.values()}
    rows = connection.execute(
        "SELECT record, valid_from, version, content FROM record_version "
        "WHERE record = ANY(%s::bigint[]) ORDER BY record, version",
        (number_array(row for row in by_row if row is not None),),
    )
    for row, valid_from, version, content in rows:
        record = by_row[row]
        record.slices = (*record.slices, (valid_from, version, orjson.loads(content)))


def _live_of_held_organisations(
    connection: psycopg.Connection, needed: Needs, state: State
) -> None:
    """Up to 101 live assets and active units of each organisation that is to be changed (ORG-05, ORG-06)."""
    if not needed.change and not needed.refs_change:
        return
    addressed = needed.change | {state.refs[ref] for ref in needed.refs_change if ref in state.refs}
    for id in addressed:
        organisation = state.record("organisation", id)
        if organisation is None:
            continue
        rows = connection.execute(
            "SELECT id FROM record WHERE fsp = %s AND status <> ALL(%s) ORDER BY row LIMIT 101",
            (organisation.row, list(_FINAL)),
        )
        state.live_of[id] = [record for (record,) in rows]
