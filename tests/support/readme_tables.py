"""The part of README.md that is generated: what the hub reads, from the code that reads it.

`./hub python -m tests.support.readme_tables` writes it anew; a test compares it.
"""

from pathlib import Path

from contracts.commands import COMMANDS
from router.bootstrap import language, profiles

README = Path(__file__).parents[2] / "README.md"
BEGIN, END = "<!-- generated: formats -->", "<!-- /generated -->"


def formats_table() -> str:
    """Formats, mapping profiles, commands and categories with their versions."""
    spoken = language()
    lines = ["| what | which |", "|---|---|"]
    for adapter in spoken.adapters:
        media_types = ", ".join(f"`{media_type}`" for media_type in adapter.media_types)
        lines.append(f"| format `{adapter.name}` | {media_types} |")
    found = ", ".join(f"`{profile.name}` {profile.version}" for profile in profiles())
    lines.append(f"| mapping profiles of `csv` | {found} |")
    lines.append(f"| commands | {', '.join(f'`{command}`' for command in sorted(COMMANDS))} |")
    versions: dict[str, list[str]] = {}
    for category in sorted(spoken.catalogue, key=lambda each: (each.name, each.version)):
        versions.setdefault(category.version, []).append(f"`{category.name}`")
    for version, names in versions.items():
        lines.append(f"| categories, version {version} | {', '.join(names)} |")
    return "\n".join(lines)


def with_table(text: str) -> str:
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    return f"{before}{BEGIN}\n{formats_table()}\n{END}{after}"


if __name__ == "__main__":
    README.write_text(with_table(README.read_text()))
