"""The account for people."""

from typing import Any

from rich.console import Console
from rich.table import Table

from router.cli.subscriptions import in_one_line
from router.demo.account import Account, Exchange, Refusal, Told


def show(account: Account, out: Console) -> None:
    """Who sent what and was answered what, what was refused and why (each reason once), what each
    subscriber got.
    """
    out.print("\n[bold]What was sent, and what came of it[/bold]")
    out.print(_exchanges(account.exchanges))
    out.print("\n[bold]What was refused, and why[/bold]")
    shown: set[Refusal] = set()
    for number, exchange in enumerate(account.exchanges, 1):
        fresh = [reason for reason in exchange.reasons if reason not in shown]
        if fresh:
            _show_refusals(number, exchange, fresh, out)
        shown.update(fresh)
    for told in account.told:
        _show_told(told, account.names, out)
    audit = account.audit
    out.print(
        f"\n[bold]The log[/bold]: {audit['changes']} changes in {audit['segments']} segments, "
        f"up to position {audit['head_position']}: everything adds up"
    )
    out.print(f"\n[bold]{len(account.checks)} checks[/bold], all as they should be:")
    for check in account.checks:
        out.print(f"  [green]ok[/green] {check}")
    times = ", ".join(f"{phase} {seconds:.1f} s" for phase, seconds in account.seconds.items())
    out.print(f"\n{times}; {sum(account.seconds.values()):.1f} s in all")


def _exchanges(exchanges: list[Exchange]) -> Table:
    table = Table("", "from", "by", "format", "what", "answer", "", box=None, pad_edge=False)
    for number, each in enumerate(exchanges, 1):
        counts = ", ".join(f"{count} {status}" for status, count in each.counts.items())
        table.add_row(
            str(number),
            each.sender,
            each.door,
            each.format,
            each.content,
            counts or each.status,
            each.note,
        )
    return table


def _show_refusals(number: int, exchange: Exchange, fresh: list[Refusal], out: Console) -> None:
    out.print(f"{number} {exchange.content} [dim]{exchange.note}[/dim]")
    for reason in fresh:
        out.print(f"   [red]{reason.rule:<11}[/red] ", end="")
        out.print(f"{reason.place}: {reason.text}" if reason.place else reason.text, markup=False)
    if before := len(exchange.reasons) - len(fresh):
        out.print(f"   and {before} as before")


def _show_told(told: Told, names: dict[str, str], out: Console) -> None:
    count = len(told.notifications)
    out.print(
        f"\n[bold]What {told.subscriber} was told[/bold] ({told.asked_for}, by {told.way}): "
        f"{count} notifications, 1 to {count}"
    )
    for notification in told.notifications:
        out.print(_named(notification, names), markup=False)


def _named(notification: dict[str, Any], names: dict[str, str]) -> str:
    line, id = in_one_line(notification), notification["record"]["id"]
    return line.replace(id, f"{id} {names.get(id, '')}".rstrip())
