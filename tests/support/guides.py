"""Guides whose commands are run: what they show after a command, held against what it says."""

import re


def shown_after(text: str, position: int) -> list[str]:
    """The lines that the guide shows after a command."""
    lines = []
    for line in text[position:].splitlines()[1:]:
        if line.startswith(("$ ", "```")):
            break
        lines.append(line.strip())
    return lines


def assert_says(output: str, shown: list[str], line: str) -> None:
    """Each line that is shown stands in the output; `...` is anything."""
    words = " ".join(output.split())
    for each in shown:
        pattern = ".*".join(re.escape(part.strip()) for part in each.split("..."))
        assert re.search(pattern, words), f"{line}\nshould say {each!r}, says\n{output}"
