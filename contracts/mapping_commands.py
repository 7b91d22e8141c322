"""Commands of partners on their own mapping profiles: a version is published, and retired.

A version is addressed by its natural key, name and number. It is for the partner alone that published it.
"""

from typing import Annotated, Any

from pydantic import Field, StringConstraints

from contracts.category_commands import VersionNumber
from contracts.command_values import Closed

ProfileName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,59}$")]


class MappingProfilePublish(Closed):
    """A new version of a profile, usable from then on.

    `document`: as `schemas/json/profiles/profile.schema.json` has it; name and version stand in it.
    """

    document: dict[str, Any]


class MappingProfileRetire(Closed):
    """Ends a version: no file that comes in later is read with it. It stays readable."""

    profile: ProfileName
    profile_version: VersionNumber
    expected_version: Annotated[int, Field(ge=1)] | None = None


MAPPING_PAYLOADS: dict[str, type[Closed]] = {
    "mapping_profile.publish": MappingProfilePublish,
    "mapping_profile.retire": MappingProfileRetire,
}
