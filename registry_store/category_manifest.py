"""The manifest of the category documents: each published file with its hash, for ever.

A published document never changes; what may change later (the date from which a version is
retired) stands here. `python -m registry_store.category_manifest schemas/json` adds new files and
touches no others.
"""

import json
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

MANIFEST = "manifest.json"
_PUBLISHED = ("common/*.json", "meta/category-*.json", "categories/*/*.json")


class ManifestError(ValueError):
    """The folder is not what the manifest says: a file changed, is missing, or is not listed."""


def published_files(folder: Path) -> Iterator[tuple[str, bytes]]:
    """(path below `folder`, content) of every file that the manifest must list, in one order."""
    for pattern in _PUBLISHED:
        for path in sorted(folder.glob(pattern)):
            yield path.relative_to(folder).as_posix(), path.read_bytes()


def read_manifest(folder: Path) -> dict[str, dict[str, Any]]:
    """Path -> `{"sha256": ..., "retired_from": ...}` (the second where it is retired)."""
    path = folder / MANIFEST
    entries: dict[str, dict[str, Any]] = json.loads(path.read_bytes()) if path.exists() else {}
    return entries


def check(files: dict[str, bytes], manifest: dict[str, dict[str, Any]]) -> None:
    """Raises ManifestError unless these are exactly the files of the manifest, unchanged."""
    for path, content in files.items():
        if path not in manifest:
            raise ManifestError(f"{path} is not in the manifest: publish it")
        if sha256(content).hexdigest() != manifest[path]["sha256"]:
            raise ManifestError(f"{path} was changed after it was published: write a new version")
    for path in manifest:
        if path not in files:
            raise ManifestError(f"{path} is in the manifest, but the file is missing")


def publish(folder: Path) -> list[str]:
    """Adds the files that the manifest does not list yet, and says which."""
    manifest = read_manifest(folder)
    files = dict(published_files(folder))
    new = [path for path in files if path not in manifest]
    manifest |= {path: {"sha256": sha256(files[path]).hexdigest()} for path in new}
    check(files, manifest)
    text = json.dumps(dict(sorted(manifest.items())), indent=2)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")
    return new


if __name__ == "__main__":
    for added in publish(Path(sys.argv[1])):
        sys.stdout.write(f"published {added}\n")
