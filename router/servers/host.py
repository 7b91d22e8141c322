"""The servers of one hub: those given by URL are used, the others are run here."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy.engine import make_url

from router.secret_files import password_in
from router.servers.failures import ServerUnavailable
from router.servers.postgresql import EmbeddedPostgresql
from router.servers.provisioning import Role, provision, url_for
from router.servers.rabbitmq import EmbeddedRabbitmq
from router.settings import Settings

CHECKOUT = Path(__file__).resolve().parents[2]


EmbeddedServer = EmbeddedPostgresql | EmbeddedRabbitmq


@dataclass(frozen=True, slots=True)
class Servers:
    """Addresses with their credentials: `postgresql://`, `amqp://`, `http://user:password@host:port`."""

    owner_database_url: str = field(repr=False)
    database_url: str = field(repr=False)
    broker_url: str = field(repr=False)
    broker_management_url: str | None = field(repr=False)

    @property
    def runtime_role(self) -> str:
        """The role whose rights migrations set; never the owner."""
        return make_url(self.database_url).username or ""


@dataclass(frozen=True, slots=True)
class ServerHost:
    """Starts and stops what is not given. All state is in HUB_HOME, so that any process can stop it."""

    settings: Settings
    say: Callable[[str], None]

    @property
    def postgresql(self) -> EmbeddedPostgresql | None:
        """The embedded database; None when one is given."""
        return None if self.settings.database_url else self._postgresql

    @property
    def rabbitmq(self) -> EmbeddedRabbitmq | None:
        """The embedded broker; None when one is given."""
        return None if self.settings.broker_url else self._rabbitmq

    def embedded(self) -> list[EmbeddedServer]:
        """Those that are run here."""
        return [server for server in (self.rabbitmq, self.postgresql) if server]

    def of_this_home(self) -> list[EmbeddedServer]:
        """All that may run here, also when by now others are given by URL; the broker first."""
        return [self._rabbitmq, self._postgresql]

    def start(self) -> Servers:
        """All servers at once; when one cannot be had, none is left running."""
        self.settings.home.mkdir(parents=True, exist_ok=True)
        try:
            with ThreadPoolExecutor() as both:
                broker = both.submit(self._start_broker)
                database = both.submit(self._start_database)
                owner_url, runtime_url = database.result()
                broker_url, management_url = broker.result()
        except BaseException:
            self.stop()
            raise
        return Servers(
            owner_database_url=owner_url,
            database_url=runtime_url,
            broker_url=broker_url,
            broker_management_url=management_url,
        )

    def stop(self) -> None:
        """Stops what runs here, the broker first; servers that were given are none of our business."""
        for server in self.of_this_home():
            if server.running():
                self.say(f"stopping {server.name}")
            if not server.stop():
                self.say(f"{server.name} did not stop in time and was killed")

    def discard(self) -> None:
        """Ends the embedded servers at once: for a home that is thrown away, a test's for example."""
        for server in self.of_this_home():
            server.kill()

    @property
    def _postgresql(self) -> EmbeddedPostgresql:
        return EmbeddedPostgresql(
            folder=self.settings.home / "postgresql",
            shared_buffers_megabytes=self.settings.postgresql_shared_buffers_megabytes,
        )

    @property
    def _rabbitmq(self) -> EmbeddedRabbitmq:
        return EmbeddedRabbitmq(
            folder=self.settings.home / "rabbitmq",
            programs_folder=_programs_folder(self.settings.home),
            say=self.say,
        )

    def _start_database(self) -> tuple[str, str]:
        """The addresses of the owner and of the runtime role."""
        given, given_owner = self.settings.database_url, self.settings.owner_database_url
        if given and given_owner:
            return url_for(_open(given_owner)), url_for(_open(given))
        if given_owner:
            raise ServerUnavailable("HUB_OWNER_DATABASE_URL is set without HUB_DATABASE_URL")
        if server := self.postgresql:
            server.folder.mkdir(parents=True, exist_ok=True)
            server.start()
            admin_url = server.admin_url()
        else:
            admin_url = _open(given)
        owner, runtime = self._role("owner"), self._role("hub")
        database = provision(
            admin_url, owner=owner, runtime=runtime, database=self.settings.database_name
        )
        return (
            url_for(admin_url, role=owner, database=database),
            url_for(admin_url, role=runtime, database=database),
        )

    def _start_broker(self) -> tuple[str, str | None]:
        """The addresses of AMQP and of the management API."""
        if server := self.rabbitmq:
            server.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            server.start()
            return server.url(), server.management_url()
        if not self.settings.broker_management_url:
            self.say(
                "HUB_BROKER_MANAGEMENT_URL is not set: messages flow, but partners cannot be given "
                "broker users and permissions from here"
            )
            return _open(self.settings.broker_url), None
        return _open(self.settings.broker_url), _open(self.settings.broker_management_url).rstrip(
            "/"
        )

    def _role(self, name: str) -> Role:
        return Role(
            name=f"{self.settings.database_role_prefix}_{name}",
            password=password_in(self.settings.home / f"database-{name}.password"),
        )


def _open(secret: SecretStr | None) -> str:
    assert secret is not None, "asked for only where the setting is known to be there"
    return secret.get_secret_value()


def _programs_folder(home: Path) -> Path:
    """One unpacked RabbitMQ serves every hub of a checkout, where the checkout may be written to."""
    shared = CHECKOUT / ".hub" / "dist"
    try:
        shared.mkdir(parents=True, exist_ok=True)
        probe = shared / f".{home.name}.probe"
        probe.touch()
        probe.unlink()
    except OSError:
        return home / "dist"
    return shared
