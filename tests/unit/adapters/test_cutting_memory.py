"""What cutting holds does not grow with the file."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support import distinct_parquet
from tests.support.endless_files import MEDIA_TYPES
from tests.unit.adapters.reading import ROOT


def measured(format: str, rows: int) -> dict[str, Any]:
    """In a process of its own, whose memory is its own."""
    result = said_by("endless_files", format, str(rows))
    assert (result["rows"], result["reasons"]) == (rows, [])
    return result


def said_by(module: str, *arguments: str) -> dict[str, Any]:
    command = [sys.executable, "-m", f"tests.support.{module}", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2_000:]
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def assert_flat(format: str, rows: int) -> None:
    small, large = measured(format, 10_000), measured(format, rows)
    assert large["peak_rss_mb"] < small["peak_rss_mb"] + 10, (small, large)


@pytest.mark.parametrize("format", MEDIA_TYPES)
def test_a_file_of_a_hundred_thousand_items_takes_the_memory_of_a_small_one(format: str) -> None:
    assert_flat(format, 100_000)


def assert_small(file: Path, rows: int, group_rows: int) -> None:
    distinct_parquet.write(file, rows, group_rows)
    found = said_by("distinct_parquet", str(file))
    assert found["rows"] == rows
    assert found["peak_rss_mb"] < 300, found


def test_texts_of_a_parquet_file_that_are_all_different_are_not_kept(tmp_path: Path) -> None:
    assert_small(tmp_path / "large-groups.parquet", 100_000, 100_000)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("group_rows", [50_000, 1_000_000])
def test_a_million_rows_of_parquet_take_the_memory_of_few(tmp_path: Path, group_rows: int) -> None:
    assert_small(tmp_path / "million.parquet", 1_000_000, group_rows)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("format", MEDIA_TYPES)
def test_a_file_of_a_million_items_takes_the_memory_of_a_small_one(format: str) -> None:
    assert_flat(format, 1_000_000)
