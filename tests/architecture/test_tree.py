"""Habits of the whole tree: small rooms, no machine's paths, no address of a package index, nothing left to do."""

import re

import pytest

from tests.architecture.tree import PACKAGES, below, files, name_of

MOST_LINES = 300
MOST_LINES_OF_A_TEST = 400
#: Longer modules, each with the reason.
LONGER: dict[str, str] = {}
#: Where a pattern may stand: the tests that look for it.
_SEARCHERS = {"tests/architecture/test_tree.py"}
TEXTS = [
    file
    for file in files()
    if file.suffix in ("", ".py", ".md", ".toml", ".json", ".csv", ".in", ".lock", ".yaml", ".mako")
    and name_of(file) not in _SEARCHERS
]
FORBIDDEN = {
    "a path of somebody's machine": re.compile(
        r"(?<![\w.{$])/(?:work|root|Users|home/(?!nonroot)\w+)/\w"
    ),
    "an address of a package index": re.compile(
        r"--(?:extra-)?index-url|https?://[^\s\"')]*/simple\b"
    ),
    "something left to do": re.compile(r"\b(?:TODO|FIXME|XXX)\b"),
}


def lines(file):
    return len(file.read_text().splitlines())


@pytest.mark.parametrize("what", FORBIDDEN)
def test_nothing_of_this_is_in_the_tree(what):
    found = [
        f"{name_of(file)}:{number}"
        for file in TEXTS
        for number, line in enumerate(file.read_text(errors="replace").splitlines(), 1)
        if FORBIDDEN[what].search(line)
    ]
    assert found == []


def test_the_search_finds_what_it_looks_for():
    samples = {
        "a path of somebody's machine": "open('/home/jo/x.csv')",
        "an address of a package index": "--index-url https://index.example/simple",
        "something left to do": "# TODO: later",
    }
    assert all(FORBIDDEN[what].search(text) for what, text in samples.items())


def test_modules_are_small():
    long = {name_of(f) for f in below(*PACKAGES, "examples", "bench") if lines(f) > MOST_LINES}
    assert long == set(LONGER)


def test_test_modules_are_small():
    assert [name_of(f) for f in below("tests") if lines(f) > MOST_LINES_OF_A_TEST] == []


def test_every_package_and_module_says_what_it_is():
    without = [
        name_of(file)
        for file in below(*PACKAGES)
        if not re.match(r"(#[^\n]*\n)*(\"\"\"|r\"\"\")\S", file.read_text())
    ]
    assert without == []
