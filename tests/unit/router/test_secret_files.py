from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from router.secret_files import hub_key_in, password_in


def test_a_secret_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    file = tmp_path / "folder" / "password"
    password = password_in(file)
    assert len(password) >= 43
    assert password_in(file) == password
    assert file.stat().st_mode & 0o777 == 0o600


def test_secrets_differ(tmp_path: Path) -> None:
    assert password_in(tmp_path / "one") != password_in(tmp_path / "two")


def test_many_starts_at_once_agree_on_one_secret(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as threads:
        keys = set(threads.map(lambda _: hub_key_in(tmp_path / "key"), range(64)))
    assert len(keys) == 1
    assert len(keys.pop()) == 32
    assert [file.name for file in tmp_path.iterdir()] == ["key"]
