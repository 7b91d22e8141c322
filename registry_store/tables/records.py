"""Records: anchors, versions, keys, references; members of market units."""

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    column,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ExcludeConstraint

from registry_store.tables.base import instant, metadata

#: The anchor: one row per record, the row that is locked. `version` is the newest version number
#: (what `expected_version` is compared with), `current_version` the one that is true now; they differ
#: after a correction of the past. The typed columns are what snapshots and queries filter by.
record = Table(
    "record",
    metadata,
    Column("row", BigInteger, primary_key=True, autoincrement=False),
    Column("id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("current_version", Integer, nullable=False),
    Column("status", Text, nullable=False),
    Column("category", Text),
    Column("gsp_group", Text),
    Column("network_area", Text),
    #: Row of the FSP's organisation: its own assets, and the roles that are in use.
    Column("fsp", BigInteger),
    Index("record_of_fsp", "fsp", postgresql_where=text("fsp IS NOT NULL")),
    UniqueConstraint("id", name="record_id_once"),
    #: What every process asks before it reads anything: whether a category version, or a profile, has changed.
    Index(
        "record_category_versions", "version", postgresql_where=text("kind = 'category_version'")
    ),
    Index("record_mapping_profiles", "version", postgresql_where=text("kind = 'mapping_profile'")),
)

#: Versions, append-only: what was stated to be true from `valid_from` on. Where a slice ends follows
#: from the next one, and when it was recorded stands in `change` (once). See the view `record_slice`.
#: Content and salt are NULL after an erasure; the log still verifies.
record_version = Table(
    "record_version",
    metadata,
    Column("record", BigInteger, nullable=False),
    Column("version", Integer, nullable=False),
    Column("valid_from", instant, nullable=False),
    Column("content", Text),
    Column("salt", LargeBinary),
    PrimaryKeyConstraint("record", "version"),
)

#: Keys that live records are found by. Strong keys have rank 0, so that there is one holder; a weak
#: key's next holder takes the next rank, so that two racing registrations collide and look again.
#: `revision` (scheme `source`): the newest revision that the source stated for this line.
record_key = Table(
    "record_key",
    metadata,
    Column("scheme", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("rank", SmallInteger, nullable=False),
    Column("record", BigInteger, nullable=False),
    Column("revision", Text),
    PrimaryKeyConstraint("scheme", "value", "rank", name="record_key_once"),
)

#: Senders' own references to records.
record_ref = Table(
    "record_ref",
    metadata,
    Column("party", Text, nullable=False),
    Column("ref", Text, nullable=False),
    Column("record", BigInteger, nullable=False),
    PrimaryKeyConstraint("party", "ref", name="record_ref_once"),
)

#: Which asset counts in which active market unit, and when: `[valid_from, valid_to)`, for good without an
#: end. What the units' versions come to, by what is known now; rows are joined where one begins as the
#: other ends. No capacity is counted twice: the constraint holds whatever two workers saw.
market_unit_member = Table(
    "market_unit_member",
    metadata,
    Column("unit", BigInteger, nullable=False),
    Column("asset", BigInteger, nullable=False),
    Column("valid_from", instant, nullable=False),
    Column("valid_to", instant),
    ExcludeConstraint(
        (column("asset"), "="),
        (func.tstzrange(column("valid_from"), column("valid_to")), "&&"),
        using="gist",
        name="market_unit_member_once",
    ),
    Index("market_unit_member_of_unit", "unit", "asset"),
    Index("market_unit_member_of_asset", "asset"),
    #: Whose dates come due, for the clock.
    Index("market_unit_member_begins", "valid_from"),
    Index("market_unit_member_ends", "valid_to", postgresql_where=text("valid_to IS NOT NULL")),
)
