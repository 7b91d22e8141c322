"""Pairs answered in processes of their own: in order, whatever becomes of one of them."""

import json
import sys
import textwrap
from pathlib import Path

import pytest
from typer.testing import CliRunner

from router.category_checks import answers
from router.cli import build_app

FAITHLESS = textwrap.dedent(
    """
    import json, os, sys, time
    for line in sys.stdin:
        request = json.loads(line)
        if request["text"] == "crash":
            os.abort()
        if request["text"] == "crash in native code" and request["mode"] == "full":
            os._exit(139)
        if request["text"] == "hang":
            time.sleep(60)
        print(json.dumps({"said": request["text"], "mode": request["mode"]}), flush=True)
    """
)


@pytest.fixture
def faithless(tmp_path):
    """A worker that crashes or hangs where its pair says so."""
    program = tmp_path / "worker.py"
    program.write_text(FAITHLESS)
    return (sys.executable, str(program))


def test_a_crash_or_hang_takes_no_other_pair_along(faithless):
    texts = [b"one", b"crash", b"two", b"hang", b"three"]
    said = list(answers(texts, (), 2, command=faithless, hanging_seconds=0.5))
    assert [each.get("said") for each in said] == ["one", None, "two", None, "three"]
    for each in (said[1], said[3]):
        assert (each["backward"], each["counterexample"]) == ("unproved", None)
        assert "crashed or hung" in each["method"]


def test_a_pair_that_ends_the_process_is_tried_again_without_the_canonicaliser(faithless):
    (answer,) = answers([b"crash in native code"], (), 1, command=faithless)
    assert answer == {"said": "crash in native code", "mode": "solver"}


def test_answers_come_in_the_order_of_the_pairs():
    texts = [
        json.dumps({"old": {"const": n}, "new": {"maximum": n - 1}}).encode() for n in range(80)
    ]
    assert [each["counterexample"] for each in answers(texts, (), 2)] == list(range(80))


@pytest.fixture
def hub():
    return lambda *arguments: CliRunner().invoke(
        build_app(), ["category", "check", *map(str, arguments)], env={"COLUMNS": "200"}
    )


@pytest.fixture
def schemas(tmp_path):
    texts = {
        "any": "true",
        "integer": '{"type": "integer"}',
        "number": '{"type": "number"}',
        "wrong": '{"type": "numbr"}',
        "broken": '{"type": ',
        "open": '{"pattern": "(a)\\\\1"}',
        "closed": '{"pattern": "aa"}',
    }
    for name, text in texts.items():
        (tmp_path / f"{name}.json").write_text(text)
    return {name: tmp_path / f"{name}.json" for name in texts}


@pytest.mark.parametrize(
    ("old", "new", "status", "says"),
    [
        ("integer", "number", 0, "proved: every document that was valid is still valid"),
        ("number", "integer", 1, "refuted: this document was valid and no longer is"),
        ("wrong", "number", 2, "/type"),
        ("broken", "number", 2, "not readable as JSON"),
        ("open", "closed", 3, "unproved"),
    ],
)
def test_the_exit_status_tells_the_verdict(hub, schemas, old, new, status, says):
    result = hub(schemas[old], schemas[new])
    assert result.exit_code == status, result.output
    assert says in result.output


def test_a_person_reads_the_counterexample_and_what_has_changed(hub, schemas):
    output = hub(schemas["number"], schemas["integer"]).output
    assert "\n0.5\n" in output
    assert "the document must now be integer; it was number" in output
    assert "breaking" in output


def test_a_machine_reads_one_object(hub, schemas):
    verdict = json.loads(hub(schemas["number"], schemas["integer"], "--json").output)
    assert list(verdict) == ["backward", "counterexample", "method", "differences"]
    assert (verdict["backward"], verdict["counterexample"]) == ("refuted", 0.5)


def test_each_line_of_a_pairs_file_is_answered_or_refused_by_its_number(hub, schemas, tmp_path):
    lines = [
        '{"old": {"type": "integer"}, "new": true}',
        "nonsense",
        '{"old": "integer.json", "new": "number.json"}',
        '{"old": {"a": 1, "a": 2}, "new": true}',
        "[]",
        '{"old": "nowhere.json", "new": true}',
        '{"old": {"$ref": "http://example.com/x"}, "new": true}',
        '{"old": {"maximum": 1e400}, "new": true}',
        '{"old": ' + '{"not": ' * 400 + "true" + "}" * 400 + ', "new": true}',
        '{"old": {"type": "string"}, "new": {"type": "null"}}',
    ]
    pairs = tmp_path / "pairs.jsonl"
    pairs.write_bytes("\n".join([*lines, ""]).encode() + b'{"old": "\xff", "new": true}')
    result = hub("--pairs", pairs)
    answered = [json.loads(line) for line in result.output.splitlines()]
    assert result.exit_code == 2
    assert [each.get("backward") for each in answered] == [
        *("proved", None, "proved", None, None, None, None, None, None, "refuted", None),
    ]
    errors = {each["line"]: each["error"] for each in answered if "error" in each}
    assert list(errors) == [2, 4, 5, 6, 7, 8, 9, 11]
    assert "twice" in errors[4]
    assert "not a pair" in errors[5]
    assert "nowhere.json" in errors[6]
    assert "nothing is fetched" in errors[7]
    assert "UTF-8" in errors[11]


def test_a_pairs_file_without_a_bad_line_ends_well(hub, tmp_path):
    pairs = tmp_path / "pairs.jsonl"
    pairs.write_text('{"old": {"type": "number"}, "new": {"type": "integer"}}\n')
    assert hub("--pairs", pairs).exit_code == 0


def test_a_category_and_its_edited_copy_are_compared_with_the_common_definitions(hub, tmp_path):
    hydro = Path(__file__).parents[3] / "schemas" / "json" / "categories" / "hydro" / "1.0.json"
    draft = json.loads(hydro.read_text())
    draft["properties"]["export_capacity_kw"]["maximum"] = 10
    (tmp_path / "draft.json").write_text(json.dumps(draft))
    result = hub(hydro, tmp_path / "draft.json")
    assert result.exit_code == 1, result.output
    assert "`export_capacity_kw` may now be at most 10 kW" in " ".join(result.output.split())
    assert hub(hydro, hydro).exit_code == 0
