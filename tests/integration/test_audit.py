# ruff: noqa: E501 - each mutation in one piece
"""The log is tamper-evident: whatever is changed, removed, inserted or reordered is found."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from registry_store.audit import _changes, _segments
from registry_store.change_log import GENESIS, merkle_root, segment_hash
from registry_store.checkpoints import make_checkpoint
from tests.support.registry import HUB_KEY, Registry, event, heat_pump

REGISTRATIONS = 6


@pytest.fixture
def registry(database: Any) -> Iterator[Registry]:
    """Several commits of one change, and one of several."""
    registry = Registry(database.url)
    registry.add_partner("acme", "fsp")
    for number in range(1, 4):
        registry.send("acme", "asset.register", heat_pump(f"S-{number}", number))
    group = [
        event("acme", "asset.register", heat_pump(f"S-{n}", n), f"g-{n}")
        for n in range(4, REGISTRATIONS + 1)
    ]
    registry.pipeline.process(group)
    registry.send(
        "acme", "asset.amend", {"asset": _asset(registry), "patch": {"attributes": {"scop": 4}}}
    )
    yield registry
    registry.close()


def _asset(registry: Registry) -> str:
    return str(
        registry.query("SELECT id FROM record WHERE kind = 'asset' ORDER BY row LIMIT 1")[0][0]
    )


#: Each needs the owner's rights and the trigger switched off: what an intruder at the database could do.
MUTATIONS = {
    "an event is changed": "UPDATE change SET event = 'asset.deregistered' WHERE position = 4",
    "an actor is changed": "UPDATE change SET actor = 'O-0' WHERE position = 4",
    "a principal is changed": "UPDATE change SET principal = 'O-0' WHERE position = 4",
    "an audience is changed": "UPDATE change SET audience_after = '{}' WHERE position = 4",
    "a valid time is changed": "UPDATE change SET valid_from = valid_from - interval '1 day' WHERE position = 4",
    "a recorded time is changed": "UPDATE change SET recorded_at = recorded_at - interval '1 ms' WHERE position = 4",
    "a cause is added": "UPDATE change SET cause = 'scheduled' WHERE position = 4",
    "materiality is changed": "UPDATE change SET material = NOT material WHERE material IS NOT NULL",
    "a content hash is changed": "UPDATE change SET content_hash = sha256('x') WHERE position = 4",
    "a content is changed": "UPDATE record_version SET content = replace(content, '3.5', '3.6') WHERE version = 1",
    "a salt is changed": "UPDATE record_version SET salt = sha256('x') WHERE version = 1",
    "a change is removed": "DELETE FROM change WHERE position = 4",
    "a change in the middle of a segment is removed": "DELETE FROM change WHERE position = 7",
    "a change of a segment is removed and the rest moved up": "DELETE FROM change WHERE position = 7; UPDATE change SET position = position - 1 WHERE position = 8",
    "two changes of a segment are swapped": "UPDATE change SET position = 999 WHERE position = 6; UPDATE change SET position = 6 WHERE position = 7; "
    "UPDATE change SET position = 7 WHERE position = 999",
    "a change is inserted at the end": "INSERT INTO change SELECT 99, record, version + 7, event, material, actor, principal, message, item, cause, "
    "recorded_at, valid_from, audience_before, audience_after, content_hash FROM change WHERE position = 4",
    "a segment is removed with its changes": "DELETE FROM change WHERE position = 4; DELETE FROM segment WHERE first_position = 4",
    "the last segment is removed with its change": "DELETE FROM change WHERE position = (SELECT max(first_position) FROM segment); "
    "DELETE FROM segment WHERE first_position = (SELECT max(first_position) FROM segment)",
    "a segment's root is changed": "UPDATE segment SET root = sha256('x') WHERE first_position = 4",
    "a segment's time is changed": "UPDATE segment SET recorded_at = recorded_at + interval '1 us' WHERE first_position = 4",
    "a segment's predecessor is changed": "UPDATE segment SET previous_hash = sha256('x') WHERE first_position = 4",
    "a version is removed": "DELETE FROM record_version WHERE version = 2",
    "a version is inserted": "INSERT INTO record_version SELECT record, 9, valid_from, content, salt FROM record_version WHERE version = 2",
    "a record's id is changed": "UPDATE record SET id = 'A-0' WHERE row = (SELECT max(row) FROM record WHERE kind = 'asset')",
    "a record is set back": "UPDATE record SET version = 1 WHERE version = 2",
    "a message id is changed": "UPDATE message SET message_id = 'x' WHERE message_id = 'g-5'",
}


@pytest.mark.parametrize("mutation", MUTATIONS)
def test_whatever_is_tampered_with_is_found(
    registry: Registry, database: Any, mutation: str
) -> None:
    assert registry.audit().is_clean
    with psycopg.connect(database.owner_url) as intruder:
        for table in ("change", "segment"):
            intruder.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for statement in MUTATIONS[mutation].split("; "):
            assert intruder.execute(statement).rowcount > 0, statement
    report = registry.audit()
    assert not report.is_clean
    assert report.findings


def test_a_log_that_was_made_anew_is_not_the_one_that_was_signed(
    registry: Registry, database: Any
) -> None:
    """Hashes can be recomputed by whoever can write them; the signature under the head cannot."""
    with registry.database.dedicated() as connection:
        assert make_checkpoint(connection, HUB_KEY, every_seconds=0) == 1
        assert make_checkpoint(connection, HUB_KEY, every_seconds=0) == 0
    assert registry.audit().checkpoints == 1
    assert registry.audit().is_clean
    with psycopg.connect(database.owner_url) as intruder:
        for table in ("change", "segment"):
            intruder.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        intruder.execute("UPDATE change SET event = 'asset.deregistered' WHERE position = 4")
        _make_chain_anew(intruder)
    report = registry.audit()
    assert [finding.problem for finding in report.findings] == [
        "the log is not the one that was signed in the checkpoint"
    ]


def _make_chain_anew(intruder: psycopg.Connection) -> None:
    previous = GENESIS
    leaves: dict[int, list[bytes]] = {}
    for first, *_rest, entry in _changes(intruder):
        leaves.setdefault(first, []).append(entry.leaf())
    for segment in list(_segments(intruder)):
        root = merkle_root(leaves[segment.first_position])
        hash_ = segment_hash(
            segment.first_position, segment.count, segment.recorded_at, root, previous
        )
        intruder.execute(
            "UPDATE segment SET root = %s, previous_hash = %s, hash = %s WHERE first_position = %s",
            (root, previous, hash_, segment.first_position),
        )
        previous = hash_


def test_a_whole_log_counts_what_it_read(registry: Registry) -> None:
    report = registry.audit()
    ((changes,),) = registry.query("SELECT count(*) FROM change")
    assert (report.changes, report.head_position, report.problems) == (changes, changes, 0)
    assert changes == REGISTRATIONS + 3  # with the hub's organisation, acme's, and one amendment


def test_an_erased_content_leaves_the_log_verifiable(registry: Registry, database: Any) -> None:
    with psycopg.connect(database.owner_url) as owner:
        owner.execute("UPDATE record_version SET content = NULL, salt = NULL WHERE version = 2")
    report = registry.audit()
    assert report.is_clean
    assert report.erased == 1


@pytest.mark.parametrize("table", ["change", "segment", "record_version"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET {} = {}", "DELETE FROM {}", "TRUNCATE {}"])
def test_the_runtime_role_cannot_rewrite_history(
    registry: Registry, table: str, statement: str
) -> None:
    column = {"change": "item", "segment": "count", "record_version": "version"}[table]
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        registry.query(statement.format(table, column, column))


@pytest.mark.parametrize(
    "statement",
    ["UPDATE change SET item = 2", "DELETE FROM change", "TRUNCATE change", "DELETE FROM segment"],
)
def test_even_the_owner_is_refused_by_the_trigger(
    registry: Registry, database: Any, statement: str
) -> None:
    with (
        psycopg.connect(database.owner_url) as owner,
        pytest.raises(psycopg.errors.RaiseException, match="append-only"),
    ):
        owner.execute(statement)
