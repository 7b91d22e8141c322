"""The registry: records, change log, messages, partners, subscriptions."""

from alembic import context, op

from registry_store.migrations import extensions
from registry_store.tables import KEY_BLOCK, metadata

revision = "0001"
down_revision = None

_APPEND_ONLY = ("change", "segment", "checkpoint", "epoch")
#: Tables that the runtime role may only read and add to.
_INSERT_ONLY = (*_APPEND_ONLY, "record_version", "message_body", "batch_missing")
#: Tables whose rows also change; DELETE only where rows come and go.
_CHANGING = (
    "record",
    "message",
    "scheduled_command",
    "partner",
    "subscription",
    "bundle",
    "dead_letter",
    "batch",
    "batch_chunk",
)
_COMING_AND_GOING = (
    "record_key", "record_ref", "market_unit_member", "receipt_due", "delivery_attempt", "process", "submission",
    "batch_part",
)  # fmt: skip

_POSITIONS_PER_PARTITION = 10_000_000

#: Makes the partitions of the log that the next positions need. SECURITY DEFINER: the clock calls it
#: with the runtime role, which may not create tables.
_EXTEND_CHANGE_LOG = f"""
    CREATE FUNCTION extend_change_log(ahead integer) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    DECLARE
        size CONSTANT bigint := {_POSITIONS_PER_PARTITION};
        head bigint := (SELECT coalesce(max(first_position + count), 0) / size FROM segment);
        made integer := 0;
    BEGIN
        FOR number IN head .. head + ahead LOOP
            IF to_regclass(format('change_%s', number)) IS NULL THEN
                EXECUTE format('CREATE TABLE change_%s PARTITION OF change FOR VALUES FROM (%s) TO (%s)',
                               number, number * size, (number + 1) * size);
                made := made + 1;
            END IF;
        END LOOP;
        RETURN made;
    END $$
"""  # noqa: S608 - what is put in is a constant of this module


#: Columns that PostgreSQL shall not compress: they are compressed already, by whoever writes them.
_AS_IT_IS = (("batch_part", "body"), ("batch_chunk", "body"), ("batch_chunk", "outcomes"))


def upgrade() -> None:
    connection = op.get_bind()
    extensions.provide(connection)
    metadata.create_all(connection)
    for table, column in _AS_IT_IS:
        op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET STORAGE EXTERNAL")
    op.execute(_EXTEND_CHANGE_LOG)
    op.execute("SELECT extend_change_log(2)")
    op.execute(f"CREATE SEQUENCE row_block INCREMENT BY {KEY_BLOCK} MINVALUE {KEY_BLOCK} CACHE 1")
    op.execute("INSERT INTO epoch (epoch, reason) VALUES (1, 'created')")
    op.execute(
        """
        CREATE FUNCTION refuse_rewriting_history() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP;
        END $$
        """
    )
    for name in _APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {name} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_rewriting_history()"
        )
        op.execute(
            f"CREATE TRIGGER never_truncated BEFORE TRUNCATE ON {name} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting_history()"
        )
    op.execute(
        """
        CREATE VIEW record_slice AS
        SELECT v.record, v.version, v.valid_from,
               lead(v.valid_from) OVER (PARTITION BY v.record ORDER BY v.valid_from, v.version) AS valid_to,
               c.recorded_at AS recorded_from, c.position, c.event, v.content
        FROM record_version v JOIN change c ON c.record = v.record AND c.version = v.version
        """
    )
    _grant(context.config.attributes["runtime_role"])


def _grant(role: str) -> None:
    quoted = '"' + role.replace('"', '""') + '"'
    op.execute(f"GRANT USAGE ON SCHEMA public TO {quoted}")
    op.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {quoted}")
    op.execute(f"GRANT EXECUTE ON FUNCTION extend_change_log(integer) TO {quoted}")
    op.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {quoted}")
    for name in _INSERT_ONLY:
        op.execute(f"GRANT INSERT ON {name} TO {quoted}")
    for name in _CHANGING:
        op.execute(f"GRANT INSERT, UPDATE ON {name} TO {quoted}")
    for name in _COMING_AND_GOING:
        op.execute(f"GRANT INSERT, UPDATE, DELETE ON {name} TO {quoted}")
