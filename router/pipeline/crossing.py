"""What was read of chunks, on its way from the process that reads to the one that decides: as few bytes and calls as
go.

Category versions stay at home: each side has its own, known by name and version. Commands come with their members as
they were checked, and are not checked again. What only reading and preparing need is left behind: payloads (but of
commands that may wait for their hour, and of batches that reconcile), and the attributes of a statement, which
stand in its content as canonical values. A group that arrives so is decided as it was prepared, or read anew from
its bodies, never prepared again.
"""

import copyreg
import io
import pickle
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import Any, NamedTuple

from adapters import Adapter, adapter_for
from contracts.categories import Catalogue, Category
from contracts.changes import Key
from contracts.command_values import Closed
from contracts.commands import AssetStatement
from contracts.messages import Decoded, Item
from contracts.reasons import Reason
from registry_store.batches.chunks import StoredChunk
from registry_store.rules.asset_statement import Stated
from registry_store.rules.decision import Needs, Setting
from router.pipeline.chunk_group import Prepared
from router.pipeline.deciding import Work
from router.pipeline.excerpts import envelope_of
from router.pipeline.group_reading import ReadGroup
from router.pipeline.reading import Reading, ReadItem

_PROTOCOL = 5
#: Members of a statement that few values stand for in a file: each crosses once a group.
_REPEATED = ("network", "source")
_NOTHING_SET: frozenset[str] = frozenset()
_make, _set = object.__new__, object.__setattr__


class _Said(NamedTuple):
    """A chunk as it crosses: what a Work is made of."""

    chunk: StoredChunk
    reasons: tuple[Reason, ...]
    cause: str | None
    items: list[ReadItem]
    prepared: list[Any]


class _Crossing(NamedTuple):
    organisation: str | None
    needed: Needs
    stamp: object
    said: list[_Said]


def packed(group: ReadGroup) -> bytes:
    """Raises what cannot cross."""
    prepared = group.prepared
    said = [
        _Said(
            chunk,
            work.reading.reasons,
            work.reading.cause,
            _items(chunk, work.reading.items),
            work.prepared,
        )
        for chunk, work in zip(group.chunks, prepared.works, strict=True)
    ]
    crossing = _Crossing(prepared.organisation, prepared.needed, group.stamp, said)
    buffer = io.BytesIO()
    pickler = pickle.Pickler(buffer, _PROTOCOL)
    pickler.dispatch_table = {
        **_REDUCTIONS,
        **dict.fromkeys(_below(AssetStatement), partial(_statement, {})),
        Category: partial(_by_name, prepared.setting.catalogue),
    }
    pickler.dump(crossing)
    return buffer.getvalue()


def unpacked(packed: bytes, setting: Setting, adapters: tuple[Adapter, ...]) -> ReadGroup:
    """As it was packed, by a process of this hub. `setting`: what it was prepared with.

    Raises LookupError where it was read with a category version that is not known here yet.
    """
    crossing: _Crossing = _Unpickler(packed, setting.catalogue).load()
    works = [_work(each, crossing.organisation, adapters) for each in crossing.said]
    prepared = Prepared(setting, crossing.organisation, works, crossing.needed)
    return ReadGroup([each.chunk for each in crossing.said], prepared, crossing.stamp)


class _Unpickler(pickle.Unpickler):
    def __init__(self, packed: bytes, catalogue: Catalogue) -> None:
        super().__init__(io.BytesIO(packed))
        # Nothing of this object itself: it keeps what it has found, and would keep itself.
        self._category = partial(_known, catalogue)

    def find_class(self, module: str, name: str) -> Any:
        if name == _category_of.__name__:
            return self._category
        return super().find_class(module, name)


def _known(catalogue: Catalogue, name: str, version: str) -> Category:
    found = catalogue.get(name, version)
    if found is None:
        raise LookupError(f"version {version} of category {name}")
    return found


def _by_name(catalogue: Catalogue, category: Category) -> Any:
    """Unless it is one that the catalogue does not have: a draft."""
    name = category.name, category.version
    if catalogue.get(*name) is category:
        return _category_of, name
    return category.__reduce_ex__(_PROTOCOL)


def _category_of(name: str, version: str) -> Category:
    raise LookupError(f"version {version} of category {name} is looked up where it is read")


def _work(said: _Said, organisation: str | None, adapters: Sequence[Adapter]) -> Work:
    envelope = envelope_of(said.chunk)
    adapter = adapter_for(tuple(adapters), envelope.media_type)
    assert adapter is not None, "no batch begins without an adapter"
    reading = Reading(
        envelope=envelope,
        adapter=adapter,
        decoded=Decoded(),
        message_id=envelope.message_id,
        on_behalf_of=envelope.on_behalf_of,
        payload_sha256="",
        content_hash=b"",
        items=tuple(said.items),
        reasons=said.reasons,
        cause=said.cause,
    )
    return Work(reading, said.chunk.batch.row, 0, organisation, said.prepared)


def _items(chunk: StoredChunk, items: Sequence[ReadItem]) -> list[ReadItem]:
    """Where the batch reconciles, payloads say what refused items name (`chunk_group`)."""
    if chunk.batch.header.policy.reconcile:
        return list(items)
    return [_without_payload(each) for each in items]


def _without_payload(read: ReadItem) -> ReadItem:
    """A command of the future is kept as it was stated (`deciding.scheduled_payload`)."""
    if getattr(read.command, "valid_from", None) is not None:
        return read
    return read._replace(item=read.item._replace(payload={}))


def _values(named: Any) -> Any:
    return named.__class__, tuple(named)


def _members(model: Closed) -> Any:
    return _model, (model.__class__, model.__dict__)


def _statement(shared: dict[Any, Any], statement: AssetStatement) -> Any:
    members = statement.__dict__.copy()
    del members["attributes"]
    for name in _REPEATED:
        if (value := members[name]) is not None:
            members[name] = shared.setdefault((name, *value.__dict__.values()), value)
    return _model, (statement.__class__, members)


def _model(made_of: type[Closed], members: dict[str, Any]) -> Closed:
    """A value that was checked where it was made."""
    model = _make(made_of)
    _set(model, "__dict__", members)
    _set(model, "__pydantic_fields_set__", _NOTHING_SET)
    _set(model, "__pydantic_extra__", None)
    _set(model, "__pydantic_private__", None)
    return model


def _read_only(mapping: dict[Any, Any]) -> Mapping[Any, Any]:
    return MappingProxyType(mapping)


def _below(base: type[Any]) -> Iterator[type[Any]]:
    for each in base.__subclasses__():
        yield each
        yield from _below(each)


_REDUCTIONS: dict[type, Callable[[Any], Any]] = {
    **copyreg.dispatch_table,
    MappingProxyType: lambda mapping: (_read_only, (dict(mapping),)),
    **dict.fromkeys((Item, Key, ReadItem, Stated), _values),
    **dict.fromkeys(_below(Closed), _members),
}
