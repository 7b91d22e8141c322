"""Media types are read as mail readers read them, and choose the adapter."""

import pytest

from adapters import adapter_for, adapters, media_types


@pytest.mark.parametrize(
    ("text", "kind", "parameters"),
    [
        ("text/csv", "text/csv", {}),
        (
            'TEXT/CSV; Profile="ecr"; charset=UTF-8',
            "text/csv",
            {"profile": "ecr", "charset": "UTF-8"},
        ),
        ('text/csv; profile="a;b"', "text/csv", {"profile": "a;b"}),
        ("text/csv; profile*=utf-8''ecr", "text/csv", {"profile": "ecr"}),
        ("text/csv ;profile = ecr", "text/csv", {"profile": "ecr"}),
        ("text", "", {}),
        ("", "", {}),
        ("a/b/c", "", {}),
        ("text/csv\r\nX-Other: 1", "", {}),
    ],
)
def test_type_and_parameters(text: str, kind: str, parameters: dict[str, str]) -> None:
    assert media_types.parse(text) == (kind, parameters)


@pytest.mark.parametrize(
    ("media_type", "name"),
    [
        ("application/cloudevents+json; charset=utf-8", "json"),
        ("Application/JSON", "json"),
        ("application/cloudevents-batch+json", "json"),
        ("text/csv; profile=ecr", "csv"),
        ("text/plain", None),
        ("application/octet-stream", None),
        ("nonsense", None),
    ],
)
def test_the_adapter_of_a_media_type(media_type: str, name: str | None) -> None:
    adapter = adapter_for(adapters([]), media_type)
    assert (adapter.name if adapter else None) == name


def test_no_two_adapters_read_the_same_media_type() -> None:
    kinds = [kind for adapter in adapters([]) for kind in adapter.media_types]
    assert len(kinds) == len(set(kinds))
