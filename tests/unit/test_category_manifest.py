"""The manifest: what is published never changes, and what is loaded is what was published."""

from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from shutil import copytree

import orjson
import pytest

from registry_store.category_documents import META, load_catalogue
from registry_store.category_manifest import (
    MANIFEST,
    ManifestError,
    check,
    publish,
    published_files,
    read_manifest,
)
from registry_store.category_profile import CategoryDocumentError

FOLDER = Path(__file__).parents[2] / "schemas" / "json"


@pytest.fixture
def folder(tmp_path):
    return copytree(FOLDER, tmp_path / "json")


class TestTheManifest:
    def test_lists_every_file_with_its_hash(self):
        hashes = {path: sha256(content).hexdigest() for path, content in published_files(FOLDER)}
        assert hashes == {path: entry["sha256"] for path, entry in read_manifest(FOLDER).items()}

    def test_refuses_a_document_that_changed(self):
        files = dict(published_files(FOLDER))
        files["common/1.0.json"] += b"\n"
        with pytest.raises(ManifestError, match=r"common/1.0.json was changed"):
            check(files, read_manifest(FOLDER))

    def test_refuses_a_file_that_is_not_listed(self):
        files = dict(published_files(FOLDER)) | {"categories/new/1.0.json": b"{}"}
        with pytest.raises(ManifestError, match="not in the manifest"):
            check(files, read_manifest(FOLDER))

    def test_refuses_a_file_that_is_gone(self):
        files = dict(published_files(FOLDER))
        del files[META]
        with pytest.raises(ManifestError, match="missing"):
            check(files, read_manifest(FOLDER))

    def test_takes_new_files_in_and_keeps_what_it_says_of_others(self, tmp_path):
        (tmp_path / "common").mkdir()
        first, second = tmp_path / "common/1.0.json", tmp_path / "common/1.1.json"
        first.write_bytes(b"{}")
        assert publish(tmp_path) == ["common/1.0.json"]
        before = read_manifest(tmp_path)
        second.write_bytes(b"[]")
        assert publish(tmp_path) == ["common/1.1.json"]
        assert read_manifest(tmp_path).items() >= before.items()

    def test_is_not_rewritten_for_a_document_that_changed(self, tmp_path):
        (tmp_path / "common").mkdir()
        document = tmp_path / "common/1.0.json"
        document.write_bytes(b"{}")
        publish(tmp_path)
        document.write_bytes(b"[]")
        with pytest.raises(ManifestError, match="changed"):
            publish(tmp_path)


class TestLoading:
    def test_retires_a_version_by_its_entry_in_the_manifest(self, folder):
        manifest = read_manifest(folder)
        manifest["categories/hydro/1.0.json"]["retired_from"] = "2027-04-01T00:00:00Z"
        (folder / MANIFEST).write_bytes(orjson.dumps(manifest))
        catalogue = load_catalogue(folder)
        assert catalogue.effective("hydro", datetime(2027, 3, 31, tzinfo=UTC)) is not None
        assert catalogue.effective("hydro", datetime(2027, 4, 1, tzinfo=UTC)) is None
        assert catalogue.get("hydro", "1.0") is not None

    def test_prefers_the_newest_effective_version(self, folder):
        later = orjson.loads((folder / "categories/hydro/1.0.json").read_bytes())
        later |= {"version": "1.10", "$id": "urn:fmar:category:hydro:1:10"}
        later["effective_from"] = "2027-01-01T00:00:00Z"
        (folder / "categories/hydro/1.10.json").write_bytes(orjson.dumps(later))
        publish(folder)
        catalogue = load_catalogue(folder)
        assert catalogue.effective("hydro", datetime(2026, 12, 31, tzinfo=UTC)).version == "1.0"
        assert catalogue.effective("hydro", datetime(2027, 1, 1, tzinfo=UTC)).version == "1.10"

    def test_refuses_an_altered_document(self, folder):
        document = folder / "categories/hydro/1.0.json"
        document.write_bytes(document.read_bytes().replace(b"500000", b"600000"))
        with pytest.raises(ManifestError, match=r"hydro/1.0.json was changed"):
            load_catalogue(folder)

    def test_refuses_a_document_in_the_folder_of_another(self, folder):
        (folder / "categories/hydro/1.0.json").rename(folder / "categories/hydro/1.1.json")
        (folder / MANIFEST).unlink()
        publish(folder)
        with pytest.raises(CategoryDocumentError, match=r"hydro/1.1.json holds hydro 1.0"):
            load_catalogue(folder)
