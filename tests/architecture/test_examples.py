"""Every file in examples/ is run by a test, and is accepted or refused as its name says.

`<what>.json`, `.csv` ...: every item is accepted. `<what>.refused.*`: no item is. `<what>.mixed.*`: some are,
and each of the others is refused by another rule.
"""

from datetime import UTC, date, datetime
from pathlib import Path

import orjson
import pytest

from contracts.commands import COMMANDS
from contracts.messages import Envelope
from router.bootstrap import language
from router.cli.media_types import media_type_of
from router.offline import Validation, validate

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
FOLDERS = ("json", "jsonl", "xml", "flat", "csv", "xlsx", "parquet")
MESSAGES = sorted(file for folder in FOLDERS for file in (EXAMPLES / folder).iterdir())
LANGUAGE = language()


def validated(file: Path) -> Validation:
    body = file.read_bytes()
    return validate(
        Envelope(
            message_id="example" if file.name == "batch.json" else "",
            sender="example",
            media_type=media_type_of(file, body, None, None),
            body=body,
            received_at=datetime(2026, 11, 24, 9, 31, tzinfo=UTC),
            statement_date=date(2026, 10, 31),
            door="validate",
        ),
        LANGUAGE,
    )


@pytest.mark.parametrize("file", MESSAGES, ids=lambda file: file.name)
def test_an_example_is_accepted_or_refused_as_its_name_says(file):
    result = validated(file)
    assert result.is_usable, result.reasons
    verdict = file.name.split(".")[-2]
    expected = {"refused": {"rejected"}, "mixed": {"accepted", "rejected"}}.get(
        verdict, {"accepted"}
    )
    assert {outcome.status for outcome in result.outcomes} == expected


@pytest.mark.parametrize(
    "file", [f for f in MESSAGES if ".refused." in f.name], ids=lambda file: file.name
)
def test_a_refused_example_shows_several_rules_at_once(file):
    (outcome,) = validated(file).outcomes
    assert len({reason.rule for reason in outcome.reasons}) > 1


def test_the_register_shows_the_rules_of_the_capacity_register():
    (register,) = [file for file in MESSAGES if file.name.startswith("capacity-register.")]
    rules = {
        reason.rule.key for outcome in validated(register).outcomes for reason in outcome.reasons
    }
    assert rules == {"ASSET-01", "ECR-01", "ECR-02", "ECR-03", "ECR-04", "ECR-05"}


def test_every_command_has_an_example_in_json():
    shown = set()
    for file in (EXAMPLES / "json").iterdir():
        document = orjson.loads(file.read_bytes())
        events = document if isinstance(document, list) else [document]
        shown |= {event["type"].removeprefix("fmar.").removesuffix(".v1") for event in events}
    assert shown == COMMANDS


def test_no_example_is_an_orphan():
    """Messages are run above; a service is named by a test or by the demo."""
    readers = [*(ROOT / "tests").rglob("*.py"), *(ROOT / "router" / "demo").rglob("*.py")]
    texts = [reader.read_text() for reader in readers if reader != Path(__file__)]
    others = {
        file for file in EXAMPLES.rglob("*") if file.is_file() and file.suffix != ".pyc"
    } - set(MESSAGES)
    orphans = [
        str(file.relative_to(ROOT))
        for file in others
        if not any(file.name in text for text in texts)
    ]
    assert orphans == []
