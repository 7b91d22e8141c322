"""The state of the hub of a HUB_HOME, as seen from outside: observed, shown, given as JSON."""

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

import httpx
import psycopg
from rich.console import Console
from rich.table import Table
from sqlalchemy.exc import SQLAlchemyError

from registry_store.batches.showing import open_counts
from registry_store.database import Database
from router.settings import Settings
from router.supervision import HubReport, ProcessReport, read_report, report_file
from router.supervisor import left_behind

Overall = Literal["up", "degraded", "starting", "stopping", "down"]
READINESS_SECONDS = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class HubStatus:
    """`ready` is the HTTP door's own word (`GET /readyz`); None where no door was asked. `batches`: open ones by
    status; empty too where the database does not answer.
    """

    overall: Overall
    report: HubReport | None
    ready: bool | None
    readiness: str
    left_behind: list[str]
    batches: dict[str, int] = field(default_factory=dict)

    def failing(self) -> bool:
        """Whether some part ended again and again: no waiting will help."""
        return self.report is not None and any(
            part.state == "failing" for part in self.report.parts()
        )


def observe(settings: Settings) -> HubStatus:
    """Looks at the supervisor's report, at the processes themselves, and asks the HTTP door."""
    report = read_report(report_file(settings.run_folder))
    if report is None or not report.up():
        return HubStatus(
            overall="down",
            report=None,
            ready=None,
            readiness="down",
            left_behind=left_behind(settings),
        )
    ready, readiness = _readiness(report)
    return HubStatus(
        overall=_overall(report, ready=ready),
        report=report,
        ready=ready,
        readiness=readiness,
        left_behind=[],
        batches=_open_batches(settings),
    )


def as_json(status: HubStatus) -> dict[str, Any]:
    """What `hub status --json` prints."""
    report = status.report
    return {
        "state": status.overall,
        "ready": status.ready,
        "readiness": status.readiness,
        "supervisor": asdict(report.supervisor) if report else None,
        "processes": [_part(part) for part in report.processes] if report else [],
        "servers": [_part(part) for part in report.servers] if report else [],
        "addresses": report.addresses if report else {},
        "left_behind": status.left_behind,
        "batches": status.batches,
    }


def show(status: HubStatus, out: Console) -> None:
    """The same for people."""
    out.print(f"The hub is [bold]{status.overall}[/bold].")
    if status.left_behind:
        out.print(
            f"Left behind by an earlier run: {', '.join(status.left_behind)} (see `hub down`)"
        )
    if status.report is None:
        return
    table = Table("process", "pid", "state", "restarts", "since", box=None, pad_edge=False)
    for part in status.report.parts():
        state = part.state if part.state != "running" or part.healthy() else "gone"
        reason = f" ({part.last_exit})" if part.last_exit and state != "running" else ""
        table.add_row(
            part.name, str(part.pid or "-"), state + reason, str(part.restarts), part.since
        )
    out.print(table)
    out.print()
    for name, address in status.report.addresses.items():
        out.print(f"{name:<18} {address}")
    if status.batches:
        said = ", ".join(f"{count} {name}" for name, count in sorted(status.batches.items()))
        out.print(f"{'batches':<18} {said}")
    if status.ready is not None:
        out.print(f"{'ready':<18} {'yes' if status.ready else f'no: {status.readiness}'}")


def _overall(report: HubReport, *, ready: bool | None) -> Overall:
    if report.state == "running":
        return "up" if report.healthy() and ready is not False else "degraded"
    return "stopping" if report.state == "stopping" else "starting"


def _open_batches(settings: Settings) -> dict[str, int]:
    if settings.database_url is None:
        return {}
    store = Database(settings.database_url.get_secret_value(), pool_size=1)
    try:
        with store.reading() as connection:
            return open_counts(connection).batches
    except (SQLAlchemyError, psycopg.Error):
        return {}
    finally:
        store.close()


def _readiness(report: HubReport) -> tuple[bool | None, str]:
    door = report.addresses.get("http")
    if door is None:
        return None, report.state
    try:
        answer = httpx.get(f"{door}/readyz", timeout=READINESS_SECONDS, trust_env=False)
    except httpx.HTTPError as error:
        return False, f"{door}/readyz: {error}"
    return answer.is_success, answer.text[:1000]


def _part(part: ProcessReport) -> dict[str, Any]:
    return {
        "name": part.name,
        "pid": part.pid,
        "state": part.state if part.state != "running" or part.healthy() else "gone",
        "restarts": part.restarts,
        "since": part.since,
        "last_exit": part.last_exit,
    }
