"""What cutting holds does not grow with the file."""

import json
import subprocess
import sys
from typing import Any

import pytest

from tests.support.endless_files import MEDIA_TYPES
from tests.unit.adapters.reading import ROOT


def measured(format: str, rows: int) -> dict[str, Any]:
    """In a process of its own, whose memory is its own."""
    command = [sys.executable, "-m", "tests.support.endless_files", format, str(rows)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2_000:]
    result: dict[str, Any] = json.loads(done.stdout)
    assert (result["rows"], result["reasons"]) == (rows, [])
    return result


def assert_flat(format: str, rows: int) -> None:
    small, large = measured(format, 10_000), measured(format, rows)
    assert large["peak_rss_mb"] < small["peak_rss_mb"] + 10, (small, large)


@pytest.mark.parametrize("format", MEDIA_TYPES)
def test_a_file_of_a_hundred_thousand_items_takes_the_memory_of_a_small_one(format: str) -> None:
    assert_flat(format, 100_000)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("format", MEDIA_TYPES)
def test_a_file_of_a_million_items_takes_the_memory_of_a_small_one(format: str) -> None:
    assert_flat(format, 1_000_000)
