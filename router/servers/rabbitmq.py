"""A private RabbitMQ node: its own name server, cookie, ports, data and user; nothing shared.

Source: rabbitmq.com/docs/configure and /docs/relocate for the variables and settings.
"""

import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx

from router.processes import ProcessIdentity, RecordedProcess, tail, write_atomically
from router.secret_files import password_in
from router.servers.failures import ServerUnavailable
from router.servers.ports import LOOPBACK, is_free, known_port, remembered_port
from router.servers.rabbitmq_programs import RabbitmqPrograms, rabbitmq_programs

USER = "fmar_hub"
START_SECONDS = 120
STOP_SECONDS = 60
START_TRIES = 3


@dataclass(frozen=True, slots=True)
class EmbeddedRabbitmq:
    """The node in `folder`, whether it runs or not: all state is in the folder."""

    folder: Path
    programs_folder: Path
    say: Callable[[str], None]

    @property
    def name(self) -> str:
        return "rabbitmq"

    @property
    def log(self) -> Path:
        return self.folder / "rabbitmq.log"

    def url(self) -> str:
        return f"amqp://{USER}:{self._password()}@{LOOPBACK}:{self._known('amqp')}/"

    def management_url(self) -> str:
        return f"http://{USER}:{self._password()}@{LOOPBACK}:{self._known('management')}"

    def running(self) -> ProcessIdentity | None:
        return self._node.identity()

    def start(self, *, keep_port: bool = False) -> None:
        """Starts the node unless it runs, and returns when AMQP and management answer.

        `keep_port`: rather fail than start at other ports than the last.
        """
        for _ in range(START_TRIES):
            if not self.running():
                self._launch(keep_ports=keep_port)
            if self._answers():
                return
        raise ServerUnavailable(f"RabbitMQ does not start:\n{tail(self.log)}")

    def stop(self) -> bool:
        """TERM is RabbitMQ's graceful stop; True when it sufficed. The name server ends after it."""
        in_time = self._node.stop(signal.SIGTERM, seconds=STOP_SECONDS)
        self._name_server.stop(signal.SIGTERM, seconds=5)
        return in_time

    def kill(self) -> None:
        self._node.stop(signal.SIGKILL, seconds=5)
        self._name_server.stop(signal.SIGKILL, seconds=5)

    # -- the parts ---------------------------------------------------------------------------------

    @property
    def _node(self) -> RecordedProcess:
        return RecordedProcess(self.folder / "node.json")

    @property
    def _name_server(self) -> RecordedProcess:
        return RecordedProcess(self.folder / "epmd.json")

    def _password(self) -> str:
        return password_in(self.folder / "user.password")

    def _known(self, name: str) -> int | None:
        return known_port(self.folder / "ports.json", name)

    def _launch(self, *, keep_ports: bool) -> None:
        programs = rabbitmq_programs(self.programs_folder, say=self.say)
        ports = {
            name: remembered_port(self.folder / "ports.json", name, keep=keep_ports)
            for name in ("amqp", "management", "distribution")
        }
        if not self._name_server.identity():
            ports["epmd"] = remembered_port(self.folder / "ports.json", "epmd")
        else:
            ports["epmd"] = self._known("epmd") or 0
        self._write_configuration(ports)
        environment = self._environment(programs, ports)
        if not self._name_server.identity():
            self._name_server.start(
                [programs.epmd, "-address", LOOPBACK, "-port", str(ports["epmd"])],
                environment=environment,
                log=self.log,
                folder=self.folder,
            )
            self._wait_for_name_server(ports["epmd"])
        self._node.start(
            [str(programs.server)], environment=environment, log=self.log, folder=self.folder
        )

    def _wait_for_name_server(self, port: int) -> None:
        """Without it at hand, Erlang would start one of its own, which nobody would end."""
        deadline = time.monotonic() + 10
        while is_free(port):
            if time.monotonic() > deadline or not self._name_server.identity():
                raise ServerUnavailable(f"Erlang's epmd does not start:\n{tail(self.log)}")
            time.sleep(0.02)

    def _write_configuration(self, ports: dict[str, int]) -> None:
        write_atomically(
            self.folder / "rabbitmq.conf",
            "# Written at every start; changes here do not last.\n"
            f"listeners.tcp.1 = {LOOPBACK}:{ports['amqp']}\n"
            f"management.tcp.ip = {LOOPBACK}\n"
            f"management.tcp.port = {ports['management']}\n"
            f"default_user = {USER}\n"
            f"default_pass = {self._password()}\n"
            "default_user_tags.administrator = true\n",
        )
        write_atomically(self.folder / "enabled_plugins", "[rabbitmq_management].\n")
        write_atomically(self.folder / "advanced.config", "[].\n")

    def _environment(self, programs: RabbitmqPrograms, ports: dict[str, int]) -> dict[str, str]:
        """All of it, not added to the caller's: a RABBITMQ_ variable of theirs must not reach us."""
        state = self.folder / "node"
        state.mkdir(parents=True, exist_ok=True)
        return programs.environment | {
            "HOME": str(state),  # where Erlang keeps its cookie
            "LANG": "C.UTF-8",
            "ERL_EPMD_ADDRESS": LOOPBACK,
            "ERL_EPMD_PORT": str(ports["epmd"]),
            # The script then becomes the node instead of watching it: one process, one pid.
            "RUNNING_UNDER_SYSTEMD": "true",
            "RABBITMQ_NODENAME": "fmar@localhost",
            "RABBITMQ_DIST_PORT": str(ports["distribution"]),
            "RABBITMQ_CONFIG_FILE": str(self.folder / "rabbitmq.conf"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(self.folder / "advanced.config"),
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "enabled_plugins"),
            "RABBITMQ_MNESIA_BASE": str(state),
            "RABBITMQ_MNESIA_DIR": str(state / "data"),
            "RABBITMQ_LOG_BASE": str(state / "log"),
            "RABBITMQ_PID_FILE": str(state / "rabbitmq.pid"),
            # Two cores are shared with PostgreSQL and the hub: an idle scheduler must not spin.
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": (
                "-kernel inet_dist_use_interface {127,0,0,1} +sbwt none +sbwtdcpu none +sbwtdio none"
            ),
        }

    def _answers(self) -> bool:
        """Waits until the node serves AMQP and management; False when it ended instead."""
        deadline = time.monotonic() + START_SECONDS
        trouble = ""
        while time.monotonic() < deadline:
            try:
                response = httpx.get(
                    f"{self.management_url()}/api/health/checks/protocol-listener/amqp",
                    trust_env=False,
                    timeout=5,
                )
            except httpx.HTTPError as error:
                trouble = str(error)
            else:
                if response.is_success:
                    return True
                trouble = response.text
            if not self.running():
                return False
            time.sleep(0.1)
        raise ServerUnavailable(
            f"RabbitMQ does not answer within {START_SECONDS} s ({trouble}):\n{tail(self.log)}"
        )
