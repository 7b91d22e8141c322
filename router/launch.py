"""What `hub up` starts: the kinds of process, and what they get."""

import sys

from sqlalchemy.engine import make_url

from router.secret_files import hub_key_in
from router.servers import Servers, ServerUnavailable
from router.servers.ports import remembered_port
from router.settings import Settings, environment_file
from router.supervised import ProcessPlan
from router.supervisor import Prepared


def plans(workers: int, *, drop_folder: bool = False) -> tuple[ProcessPlan, ...]:
    """The HTTP door, the workers, the bulk worker, the splitter, the relay, the clock, and who looks after the
    drop folder.
    """
    working = [f"work-{number}" for number in range(1, workers + 1)]
    names = [
        "serve",
        *working,
        "work-bulk",
        "split",
        "relay",
        "clock",
        *(["drop"] if drop_folder else []),
    ]
    return tuple(ProcessPlan(name=name, command=_command(name)) for name in names)


def _command(name: str) -> tuple[str, ...]:
    if name == "work-bulk":
        return _cli("work", "--bulk")
    return _cli(name.partition("-")[0])


def prepare(settings: Settings, servers: Servers) -> Prepared:
    """Puts in place what must be there before the first process starts: key, tables, addresses."""
    # Here, not above: Alembic takes a fifth of a second, and only a start needs it.
    from registry_store import migrations  # noqa: PLC0415

    hub_key_in(settings.hub_key_path)
    try:
        migrations.upgrade(servers.owner_database_url, runtime_role=servers.runtime_role)
    except migrations.ExtensionMissing as error:
        raise ServerUnavailable(str(error)) from error
    port = settings.http_port or remembered_port(settings.home / "ports.json", "http")
    variables = {
        "HUB_HOME": str(settings.home),
        "HUB_KEY_FILE": str(settings.hub_key_path),
        "HUB_DATABASE_URL": servers.database_url,
        # Migrations are done: no process may do what only the owner of the tables may.
        "HUB_OWNER_DATABASE_URL": "",
        "HUB_BROKER_URL": servers.broker_url,
        "HUB_BROKER_MANAGEMENT_URL": servers.broker_management_url or "",
        "HUB_HTTP_HOST": settings.http_host,
        "HUB_HTTP_PORT": str(port),
    }
    if settings.drop_folder is not None:
        variables["HUB_DROP_FOLDER"] = str(settings.drop_folder.absolute())
    addresses = {
        "http": http_url(settings.http_host, port),
        "amqp": _without_password(servers.broker_url),
        "broker management": _without_password(servers.broker_management_url),
        "database": _without_password(servers.database_url),
        "home": str(settings.home),
        "logs": str(settings.log_folder),
        "credentials": str(environment_file(settings.home)),
    }
    return Prepared(variables=variables, addresses=addresses)


def http_url(host: str, port: int) -> str:
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def _cli(*command: str) -> tuple[str, ...]:
    return (sys.executable, "-P", "-m", "router.cli", *command)


def _without_password(url: str | None) -> str:
    if url is None:
        return "not given"
    return make_url(url).set(password=None).render_as_string().rstrip("/")
