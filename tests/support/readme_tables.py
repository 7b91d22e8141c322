"""The part of README.md that is generated: what the hub reads, from the code that reads it.

`./hub python -m tests.support.readme_tables` writes it anew; a test compares it.
"""

from pathlib import Path

from adapters.totality import rows, totality
from router.bootstrap import Language, language, profiles

README = Path(__file__).parents[2] / "README.md"
BEGIN, END = "<!-- generated: formats -->", "<!-- /generated -->"


def formats_table() -> str:
    """Formats, mapping profiles and categories with their versions; and which command goes in which."""
    spoken = language()
    lines = ["| what | which |", "|---|---|"]
    for adapter in spoken.adapters:
        media_types = ", ".join(f"`{media_type}`" for media_type in adapter.media_types)
        lines.append(f"| format `{adapter.name}` | {media_types} |")
    found = ", ".join(f"`{profile.name}` {profile.version}" for profile in profiles())
    lines.append(f"| mapping profiles of `csv` | {found} |")
    versions: dict[str, list[str]] = {}
    for category in sorted(spoken.catalogue, key=lambda each: (each.name, each.version)):
        versions.setdefault(category.version, []).append(f"`{category.name}`")
    for version, names in versions.items():
        lines.append(f"| categories, version {version} | {', '.join(names)} |")
    return "\n".join([*lines, "", *_commands_table(spoken)])


def _commands_table(spoken: Language) -> list[str]:
    columns = totality(spoken.adapters, profiles())
    names = [f"`{column.name}`" for column in columns]
    lines = [f"| command | {' | '.join(names)} |", "|---" * (len(names) + 1) + "|"]
    alike: dict[str, list[str]] = {}
    for command in rows():
        carried = " | ".join(column.of(command).value for column in columns)
        alike.setdefault(carried, []).append(f"`{command}`")
    return [*lines, *(f"| {', '.join(names)} | {carried} |" for carried, names in alike.items())]


def with_table(text: str) -> str:
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    return f"{before}{BEGIN}\n{formats_table()}\n{END}{after}"


if __name__ == "__main__":
    README.write_text(with_table(README.read_text()))
