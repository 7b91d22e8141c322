"""From an asset as stated to an asset as recorded: the checks that every statement must pass."""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Generic, NamedTuple, TypeVar

from contracts.categories import Category
from contracts.changes import Key
from contracts.commands import AssetStatement
from contracts.identifiers import ACCOUNTING_POINT_PROBLEM
from contracts.keys import keys_of
from contracts.market import GSP_GROUP_OF_AREA, GSP_GROUPS
from contracts.reasons import Reason, Rule
from registry_store.rules.authority import may_see, unknown_record
from registry_store.rules.decision import Context
from registry_store.rules.references import foreign_ref_reasons
from registry_store.rules.state import State

Statement = TypeVar("Statement", bound=AssetStatement)


def category_of(statement: AssetStatement, context: Context) -> Category | Reason:
    """The category version that the statement is checked against (CAT-01)."""
    catalogue, name, version = (
        context.setting.catalogue,
        statement.category,
        statement.category_version,
    )
    if version is None:
        found = catalogue.effective(name, context.stated_at)
        if found is not None:
            return found
        known = ", ".join(catalogue.names())
        return Reason(
            Rule.CAT_01, f"no category {name} is effective; there are {known}", "/category"
        )
    found = catalogue.get(name, version)
    if found is None or not found.is_effective(context.stated_at):
        text = f"version {version} of category {name} is not published and effective"
        return Reason(
            Rule.CAT_01, text, "/category_version" if name in catalogue.names() else "/category"
        )
    return found


class Stated(NamedTuple, Generic[Statement]):
    """A statement worked out as far as it goes without the registry.

    `category` is None, and `reasons` say why, where the category version is not effective. `content`
    lacks status, registrant and keys, and is never changed in place: a group may be decided twice.
    """

    command: Statement
    category: Category | None
    content: Mapping[str, Any]
    keys: tuple[Key, ...]
    reasons: tuple[Reason, ...]
    #: The sender's own references, as pairs with the sender.
    refs: tuple[tuple[str, str], ...] = ()
    #: What is wrong with it beside its attributes, whoever makes it: identifiers, network, consent, references.
    flaws: tuple[Reason, ...] = ()

    @property
    def identity(self) -> str | None:
        """The identity that the source itself gives the line (registers only)."""
        source = self.command.source
        return source.identity if source is not None else None


def state_asset(command: Statement, context: Context) -> "Stated[Statement]":
    (stated,) = state_assets((command,), context)
    return stated


def state_assets(commands: Sequence[Statement], context: Context) -> "list[Stated[Statement]]":
    """Each of a group; what its members have in common is looked at once. `place` of the context means nothing."""
    indexes: dict[tuple[str, str | None], list[int]] = {}
    for index, command in enumerate(commands):
        indexes.setdefault((command.category, command.category_version), []).append(index)
    stated: list[Any] = [None] * len(commands)
    for of_one in indexes.values():
        group = [commands[index] for index in of_one]
        for index, each in zip(of_one, _of_one_category(group, context), strict=True):
            stated[index] = each
    return stated


def _of_one_category(
    commands: Sequence[Statement], context: Context
) -> "Iterator[Stated[Statement]]":
    category = category_of(commands[0], context)
    if isinstance(category, Reason):
        yield from (Stated(command, None, {}, (), (category,)) for command in commands)
        return
    attributes = [command.attributes for command in commands]
    schemes, party = category.keys, context.party
    for command, (canonical, reasons) in zip(
        commands, context.setting.conform_all(category, attributes), strict=True
    ):
        content = _content(command, category, canonical)
        identity = command.source.identity if command.source is not None else None
        keys = keys_of(schemes, content, identity)
        refs, flaws = own_refs(command, party), _flaws(command, category, party)
        yield Stated(command, category, content, keys, reasons, refs, flaws)


def diagnose_asset(payload: Mapping[str, Any], context: Context) -> tuple[Reason, ...]:
    """What the attributes of a payload that was refused already have wrong, as far as can be told.

    A missing attribute is not named: what was unreadable would only be named twice.
    """
    name, attributes = payload.get("category"), payload.get("attributes")
    if not isinstance(name, str) or not isinstance(attributes, Mapping):
        return ()
    category = context.setting.catalogue.effective(name, context.stated_at)
    if category is None:
        return ()
    _, reasons = context.setting.conform(category, attributes)
    return tuple(
        reason for reason in reasons if reason.is_error and reason.rule is not Rule.SCH_REQUIRED
    )


def _content(
    statement: AssetStatement, category: Category, attributes: dict[str, Any]
) -> dict[str, Any]:
    """The content that the statement amounts to, without status, keys and registrant."""
    content: dict[str, Any] = {
        "category": category.name,
        "category_version": category.version,
        "attributes": attributes,
    }
    if statement.fsp is not None:
        content["fsp"] = statement.fsp
    if statement.owner is not None:
        content["owner"] = statement.owner.model_dump(exclude_none=True)
    point, network = statement.accounting_point, statement.network
    if point is not None:
        content["accounting_point"] = {"scheme": point.scheme, "id": point.id}
    if network is not None:
        stated = {name: value for name, value in vars(network).items() if value}
        if stated:
            content["network"] = stated
    if statement.consent_reference is not None:
        content["consent_reference"] = statement.consent_reference
    if statement.source is not None:
        content["source"] = {
            "system": statement.source.system,
            "revision": statement.source.revision,
        }
    return content


def statement_reasons(stated: Stated[Any], state: State) -> tuple[Reason, ...]:
    """What is wrong with a statement whoever makes it, beside its attributes; an owner is one that is known."""
    owner = stated.command.owner
    if owner is None or owner.organisation is None:
        return stated.flaws
    if state.record("organisation", owner.organisation) is not None:
        return stated.flaws
    return (*stated.flaws, unknown_record("/owner/organisation"))


def _flaws(statement: AssetStatement, category: Category, party: str) -> tuple[Reason, ...]:
    """What needs no registry to be found."""
    flaws: list[Reason] = []
    point = statement.accounting_point
    if point is not None:
        problem = ACCOUNTING_POINT_PROBLEM[point.scheme](point.id)
        if problem:
            text = f"{point.scheme} {point.id}: {problem}"
            flaws.append(Reason(Rule.ASSET_01, text, "/accounting_point/id"))
    if statement.network is not None:
        flaws += _network_reasons(statement.network.gsp_group, statement.network.area)
    if category.requires_consent and statement.consent_reference is None:
        text = f"assets of category {category.name} need the reference of the owner's consent"
        flaws.append(Reason(Rule.CONSENT_01, text, "/consent_reference"))
    flaws += foreign_ref_reasons(statement.refs, party)
    return tuple(flaws)


@lru_cache(maxsize=1_024)
def _network_reasons(gsp_group: str | None, area: str | None) -> tuple[Reason, ...]:
    """A file has few places in it."""
    reasons = []
    if gsp_group is not None and gsp_group not in GSP_GROUPS:
        text = "a GSP group is _A to _P, without _I and _O"
        reasons.append(Reason(Rule.ITEM_03, text, "/network/gsp_group"))
    group = GSP_GROUP_OF_AREA.get(area) if area is not None else None
    if area is not None and group is None:
        text = f"network areas are {', '.join(GSP_GROUP_OF_AREA)}"
        reasons.append(Reason(Rule.ITEM_03, text, "/network/area"))
    elif group is not None and gsp_group in GSP_GROUPS and gsp_group != group:
        text = f"network area {area} lies in GSP group {group}, not {gsp_group}"
        reasons.append(Reason(Rule.ITEM_03, text, "/network/gsp_group"))
    return tuple(reasons)


def own_refs(statement: AssetStatement, party: str) -> tuple[tuple[str, str], ...]:
    return tuple([(party, ref.ref) for ref in statement.refs])


def existing_asset_reason(holder: Any, key: Key, context: Context) -> Reason:
    """ASSET-02; the other asset is named only to those who may see it."""
    named = f": {holder.id}" if may_see(holder, context.principal) else ""
    return Reason(
        Rule.ASSET_02,
        f"an asset with the same {key.scheme} key is registered already{named}",
        _PATH_OF_SCHEME[key.scheme],
    )


_PATH_OF_SCHEME = {
    "device": "/attributes/serial_number",
    "resource": "/accounting_point/id",
    "source": "/source/identity",
}
