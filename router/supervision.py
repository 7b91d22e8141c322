"""What is known of a running hub: written by the supervisor, read by `status`, `down` and a second `up`."""

import json
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from router.processes import ProcessIdentity, write_atomically

State = Literal["starting", "running", "restarting", "failing", "stopping", "stopped"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessReport:
    """One process or server. `failing`: it ends again and again. `since`: when it entered its state."""

    name: str
    state: State
    identity: ProcessIdentity | None
    restarts: int
    since: str
    last_exit: str | None = None

    @property
    def pid(self) -> int | None:
        return self.identity.pid if self.identity else None

    def healthy(self) -> bool:
        """Running by its report, and there in fact: a report may be older than a kill."""
        return self.state == "running" and self.identity is not None and self.identity.alive()


@dataclass(frozen=True, slots=True, kw_only=True)
class HubReport:
    """The whole hub of one HUB_HOME. `addresses` hold no credentials."""

    state: State
    supervisor: ProcessIdentity
    processes: tuple[ProcessReport, ...] = ()
    servers: tuple[ProcessReport, ...] = ()
    addresses: dict[str, str] = field(default_factory=dict)

    def up(self) -> bool:
        """Whether its supervisor lives; after a crash of the machine the report alone says nothing."""
        return self.supervisor.alive()

    def parts(self) -> tuple[ProcessReport, ...]:
        return (*self.servers, *self.processes)

    def healthy(self) -> bool:
        return self.up() and self.state == "running" and all(p.healthy() for p in self.parts())


def write_report(file: Path, report: HubReport) -> None:
    write_atomically(file, json.dumps(asdict(report), indent=1))


def read_report(file: Path) -> HubReport | None:
    """The last report, of a hub that runs or not; None when there is none that can be read."""
    with suppress(FileNotFoundError, ValueError, TypeError, KeyError):
        written = json.loads(file.read_text())
        return HubReport(
            state=written["state"],
            supervisor=ProcessIdentity(**written["supervisor"]),
            processes=tuple(map(_process, written["processes"])),
            servers=tuple(map(_process, written["servers"])),
            addresses=written["addresses"],
        )
    return None


def report_file(run_folder: Path) -> Path:
    return run_folder / "hub.json"


def now() -> str:
    """The moment as ISO 8601 in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def _process(written: dict[str, object]) -> ProcessReport:
    identity = written.pop("identity")
    known = ProcessIdentity(**identity) if isinstance(identity, dict) else None
    return ProcessReport(identity=known, **written)  # type: ignore[arg-type] # read_report catches
