import json
import os
import sys
from dataclasses import asdict
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from router.processes import ProcessIdentity
from router.settings import PREFIX, Settings, environment_file, unknown_variables

ROOT = Path(__file__).parents[3]


def documented_row(name: str) -> str:
    """The row of docs/settings.md that this setting must have."""
    setting = Settings.model_fields[name]
    if setting.is_required():
        default = "`.hub` in the checkout"
    else:
        default = "unset" if setting.default is None else f"`{setting.default}`"
    return f"| `{PREFIX}{name.upper()}` | {default} | {setting.description} |"


def test_the_documentation_lists_every_setting_and_no_other() -> None:
    text = (ROOT / "docs" / "settings.md").read_text()
    rows = [line for line in text.splitlines() if line.startswith(f"| `{PREFIX}")]
    assert rows == [documented_row(name) for name in Settings.model_fields]


def test_a_setting_comes_from_its_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_HOME", str(tmp_path))
    monkeypatch.setenv("HUB_GROUP_LIMIT_MESSAGES", "7")
    assert Settings().group_limit_messages == 7


def test_an_empty_variable_counts_as_unset(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HUB_HTTP_PORT", "")
    assert Settings(home=tmp_path).http_port is None


def test_settings_cannot_be_changed(tmp_path: Path) -> None:
    with pytest.raises(ValidationError):
        Settings(home=tmp_path).workers = 2  # type: ignore[misc] # that is the point


def test_no_address_with_a_password_is_ever_printed(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, database_url=SecretStr("postgresql://a:hidden@b/c"))
    assert "hidden" not in repr(settings) + str(settings) + settings.model_dump_json()


def test_no_secret_has_a_default() -> None:
    secret = [name for name, field in Settings.model_fields.items() if "SecretStr" in str(field)]
    assert secret
    assert all(Settings.model_fields[name].default is None for name in secret)


def test_a_misspelt_variable_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_WORKER", "3")
    assert unknown_variables() == ["HUB_WORKER"]


def running_hub(home: Path, supervisor: ProcessIdentity, given: dict[str, str]) -> None:
    file = environment_file(home)
    file.parent.mkdir(parents=True)
    written = {
        "supervisor": asdict(supervisor),
        "processes": {"HUB_HTTP_PORT": "4711", "HUB_BROKER_MANAGEMENT_URL": ""},
        "given": given,
    }
    file.write_text(json.dumps(written))


def myself() -> ProcessIdentity:
    identity = ProcessIdentity.of(os.getpid())
    assert identity
    return identity


def test_the_addresses_of_a_running_hub_are_used(tmp_path: Path) -> None:
    running_hub(tmp_path, myself(), given={})
    assert Settings(home=tmp_path).http_port == 4711
    assert Settings(home=tmp_path).broker_management_url is None, "what it has not, nobody gets"


def test_the_addresses_of_a_hub_that_is_gone_are_not_used(tmp_path: Path) -> None:
    running_hub(tmp_path, ProcessIdentity(pid=os.getpid(), started="another time"), given={})
    assert Settings(home=tmp_path).http_port is None


@pytest.mark.parametrize(("now", "expected"), [("1", 4711), ("2", 2)])
def test_a_variable_set_since_the_hub_went_up_wins_over_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, now: str, expected: int
) -> None:
    running_hub(tmp_path, myself(), given={"HUB_HTTP_PORT": "1"})
    monkeypatch.setenv("HUB_HTTP_PORT", now)
    assert Settings(home=tmp_path).http_port == expected


if __name__ == "__main__":  # prints the rows, to be pasted into the document
    for setting_name in Settings.model_fields:
        sys.stdout.write(documented_row(setting_name) + "\n")
