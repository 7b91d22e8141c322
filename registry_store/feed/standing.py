"""Who an organisation is as one who looks, by what the register says of it now."""

import orjson
import psycopg

from contracts.visibility import Principal

_ORGANISATION = """
    SELECT v.content FROM record r
    JOIN record_version v ON v.record = r.row AND v.version = r.current_version
    WHERE r.id = %s AND r.kind = 'organisation'
"""


class OrganisationUnknown(LookupError):
    """The register holds no organisation of this id."""


def principal_now(connection: psycopg.Connection, organisation: str) -> Principal:
    """In the snapshot of the transaction that asks. Raises OrganisationUnknown."""
    row = connection.execute(_ORGANISATION, (organisation,)).fetchone()
    if row is None or row[0] is None:
        raise OrganisationUnknown(f"the register holds no organisation {organisation}")
    return Principal.of_organisation(organisation, orjson.loads(row[0]))
