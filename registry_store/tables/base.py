"""What all tables share: their metadata, the type of instants, the size of a block of keys."""

from sqlalchemy import DateTime, MetaData, text

metadata = MetaData()
instant = DateTime(timezone=True)
now = text("now()")

#: Internal keys are drawn in blocks by each writer (hi/lo), so that COPY needs no round trip.
KEY_BLOCK = 1_000
