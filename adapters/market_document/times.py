"""Times as headers have them."""

from datetime import UTC, datetime


def seconds(moment: datetime) -> str:
    """UTC, to the second: `2026-11-24T09:30:00Z`."""
    return f"{moment.astimezone(UTC).replace(tzinfo=None, microsecond=0).isoformat()}Z"
