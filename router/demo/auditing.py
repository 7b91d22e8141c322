"""`hub audit verify`, as the demo's last step."""

from registry_store.audit import verify
from router.bootstrap import hub_key
from router.demo.account import Account
from router.demo.running import DemoHub


def audited(hub: DemoHub, account: Account) -> None:
    """Recomputes the whole log. Raises DemoFailed where it does not add up."""
    with hub.database.dedicated() as connection:
        report = verify(connection, hub_key(hub.settings))
    account.audit = {
        "changes": report.changes,
        "segments": report.segments,
        "head_position": report.head_position,
        "head": report.head.hex(),
        "clean": report.is_clean,
    }
    problems = "; ".join(finding.problem for finding in report.findings)
    account.expect(report.is_clean, "the log adds up (audit verify)", problems)
