"""`hub validate` on a file that is compressed: cut, and answered by processes of their own."""

import gzip
from pathlib import Path

import orjson
import pytest
import typer
from typer.testing import CliRunner

from bench.generate import Plan, generate
from router.cli.validate import register
from tests.support.registry import LANGUAGE

app = typer.Typer()
app.callback()(lambda: None)
register(app)


@pytest.fixture
def portfolio(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HUB_HOME", str(tmp_path))
    return generate(Plan(rows=2_200, faults=0.05), tmp_path / "p.csv", LANGUAGE.catalogue).file


def test_the_same_object_comes_from_a_compressed_file(portfolio: Path):
    packed = portfolio.with_name("p.csv.gz")
    packed.write_bytes(gzip.compress(portfolio.read_bytes()))
    plain = CliRunner().invoke(
        app, ["validate", "--profile", "heat_pump", str(portfolio), "--json"]
    )
    found = CliRunner().invoke(app, ["validate", "--profile", "heat_pump", str(packed), "--json"])
    assert plain.exit_code == found.exit_code == 1
    assert orjson.loads(found.stdout) == orjson.loads(plain.stdout)


def test_the_counts_alone_are_shown(portfolio: Path):
    found = CliRunner().invoke(
        app, ["validate", "--profile", "heat_pump", str(portfolio), "--json", "--summary"]
    )
    counts = orjson.loads(found.stdout)
    assert counts["items"] == counts["accepted"] + counts["rejected"] == 2_200
    assert "results" not in counts


def test_a_compressed_file_that_is_cut_off_cannot_be_used(portfolio: Path):
    packed = portfolio.with_name("p.csv.gz")
    packed.write_bytes(gzip.compress(portfolio.read_bytes())[:5_000])
    found = CliRunner().invoke(app, ["validate", "--profile", "heat_pump", str(packed), "--json"])
    assert found.exit_code == 2
    assert [reason["rule"] for reason in orjson.loads(found.stdout)["reasons"]] == ["MSG-02"]
