"""The hub's settings: one frozen value, built in `main`, passed down; no global, no default secret.

Where a setting comes from, first match wins:

1. an argument (tests, the supervisor);
2. the running hub: `hub up` writes the addresses that its processes use to `run/environment.json`, so
   that `hub show` in another terminal reaches the same servers. It answers only for a variable that is
   unset, or set as it was when the hub went up;
3. an environment variable: the field's name in capitals, with `HUB_` before it.
"""

import json
import os
from contextlib import suppress
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from router.processes import ProcessIdentity

PREFIX = "HUB_"


class Settings(BaseSettings):
    """Everything that an operator may set; `docs/settings.md` is checked against it."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, env_ignore_empty=True)

    home: Path = Field(
        description="Folder of all that the hub makes on this machine: environment, servers, logs, secrets."
    )
    key_file: Path | None = Field(
        default=None,
        description="File of the hub's key, 32 bytes as hexadecimal text; unset: hub.key in HUB_HOME, "
        "made at the first start. Ids are derived from it: keep it as long as the register.",
    )

    database_url: SecretStr | None = Field(
        default=None,
        description="PostgreSQL for the hub. For `up` alone: a role that may create roles; together with "
        "HUB_OWNER_DATABASE_URL: the runtime role. Unset: embedded.",
    )
    owner_database_url: SecretStr | None = Field(
        default=None, description="The same database as the role that owns the tables (migrations)."
    )
    database_role_prefix: str = Field(
        default="fmar",
        pattern=r"^[a-z][a-z0-9_]{0,30}$",
        description="Prefix of the two roles that `up` makes: PREFIX_owner and PREFIX_hub.",
    )
    database_name: str = Field(
        default="fmar",
        pattern=r"^[a-z][a-z0-9_]{0,40}$",
        description="Database that `up` makes, unless HUB_DATABASE_URL names one that is not `postgres`.",
    )
    postgresql_shared_buffers_megabytes: int = Field(
        default=512, ge=16, description="Page cache of the embedded PostgreSQL."
    )

    broker_url: SecretStr | None = Field(
        default=None, description="RabbitMQ, amqp:// or amqps://. Unset: embedded."
    )
    broker_management_url: SecretStr | None = Field(
        default=None,
        description="RabbitMQ's management API, http://USER:PASSWORD@HOST:PORT: needed to give partners "
        "their broker users.",
    )

    http_host: str = Field(
        default="127.0.0.1", description="Address on which the HTTP door listens."
    )
    http_port: int | None = Field(
        default=None,
        ge=1,
        le=65_535,
        description="Port of the HTTP door. Unset: chosen by the first `up` and kept.",
    )

    group_limit_messages: int = Field(
        default=500, ge=1, description="Messages that a worker commits together at most."
    )
    group_wait_milliseconds: int = Field(
        default=5, ge=0, description="How long a worker waits for a group to fill."
    )
    lanes_per_class: int = Field(
        default=4,
        ge=1,
        le=64,
        description="Lanes (queues) of each class. Raise it at any time; it never falls below a lane that "
        "a partner has.",
    )
    attempts_limit: int = Field(
        default=3,
        ge=1,
        description="How often a message that was in hand when a worker died is tried again, alone.",
    )
    message_limit_bytes: int = Field(
        default=32 * 1024 * 1024, ge=1024, description="Largest body that a door takes."
    )
    batch_chunk_rows: int = Field(
        default=500,
        ge=1,
        le=5_000,
        description="Rows of a chunk, the part of a batch that is decided at once.",
    )
    batch_chunks_per_commit: int = Field(
        default=2, ge=1, le=4, description="Chunks that a bulk worker commits together at most."
    )
    batch_readers: int | None = Field(
        default=None,
        ge=0,
        le=8,
        description="Processes of a bulk worker that read the next chunks while others are decided. 0: a thread of "
        "the worker does. Unset: 2 where there are four cores or more, 1 where there are two, 0 on one.",
    )
    batch_expanded_limit_bytes: int = Field(
        default=16 * 1024 * 1024 * 1024,
        ge=1024,
        description="What a compressed file may expand to.",
    )
    batch_expansion_limit: int = Field(
        default=200,
        ge=2,
        description="How many times its size a compressed file may expand to, beyond the first 64 MiB.",
    )
    batch_limit_bytes: int = Field(
        default=4 * 1024 * 1024 * 1024,
        ge=1024,
        description="Largest batch file that a door takes, as it is sent.",
    )
    batch_uploads_limit: int = Field(
        default=10, ge=1, description="Uploads of one partner that may be open at once."
    )
    drop_folder: Path | None = Field(
        default=None,
        description="Folder in which each partner has a folder for files to drop; `up` then runs `drop`. "
        "Unset: none.",
    )
    receipt_wait_seconds: float = Field(
        default=30, gt=0, description="Longest `Prefer: wait` that the HTTP door grants."
    )

    webhook_private_targets: bool = Field(
        default=False,
        description="Webhooks may go to loopback and private addresses, also by plain http. For tests "
        "and demonstrations.",
    )

    workers: int = Field(default=1, ge=1, description="Processes of `hub work` that `up` starts.")
    start_seconds: float = Field(
        default=60, gt=0, description="How long `up --detach` waits until all answer."
    )
    stop_seconds: float = Field(
        default=30, gt=0, description="How long a process may take to stop before it is killed."
    )
    log_level: str = Field(
        default="info",
        pattern=r"^(debug|info|warning|error)$",
        description="Least severe log line that is written.",
    )

    @property
    def hub_key_path(self) -> Path:
        return self.key_file or self.home / "hub.key"

    @property
    def run_folder(self) -> Path:
        """What is true only while the hub runs."""
        return self.home / "run"

    @property
    def log_folder(self) -> Path:
        return self.home / "log"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the framework names it
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - likewise
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Neither a .env file of the working directory nor a secrets folder is read: no surprises."""
        home = init_settings().get("home") or os.environ.get(f"{PREFIX}HOME")
        running_hub = InitSettingsSource(settings_cls, init_kwargs=_of_running_hub(home))
        return init_settings, running_hub, env_settings


def unknown_variables() -> list[str]:
    """Variables that look like settings and are none: a slip of the pen, most likely."""
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    return sorted(name for name in os.environ if name.startswith(PREFIX) and name not in known)


def environment_file(home: Path) -> Path:
    """Where `hub up` writes the variables of its processes; only the owner may read it."""
    return home / "run" / "environment.json"


def _of_running_hub(home: str | Path | None) -> dict[str, str]:
    """The variables that the `hub up` of this home gave to its processes, by field name."""
    if home is None:
        return {}
    with suppress(FileNotFoundError, ValueError, KeyError, TypeError):
        recorded = json.loads(environment_file(Path(home)).read_text())
        if ProcessIdentity(**recorded["supervisor"]).alive():
            return {
                name.removeprefix(PREFIX).lower(): value
                for name, value in recorded["processes"].items()
                if value and os.environ.get(name) in (None, "", recorded["given"].get(name))
            }
    return {}
