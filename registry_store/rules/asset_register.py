"""asset.register: a device enters the register, or a register line finds the asset it states again.

Source: USECASES.md UC-02.01, RECORDS.md sections 3 and 6.
"""

from collections.abc import Mapping
from typing import Any

from contracts.changes import Key, Record, RecordChange
from contracts.commands import AssetRegister
from contracts.keys import site_before_meter
from contracts.reasons import Reason, Rule, has_errors
from registry_store.rules.asset_restatement import upsert
from registry_store.rules.asset_statement import (
    Stated,
    existing_asset_reason,
    statement_reasons,
)
from registry_store.rules.asset_versions import asset_change, key_pair
from registry_store.rules.audience import audience_of
from registry_store.rules.authority import may_see, role_reasons, unknown_record
from registry_store.rules.decision import Accepted, Context, Decision, Needs, Rejected
from registry_store.rules.references import ref_reasons
from registry_store.rules.state import State

#: Assets at one accounting point, or planned at one site, that a new one is compared with: a depot of 20,000
#: charge points behind one meter is registered in time that grows with its size, not with its square.
MOST_COMPARED = 200
PLANNED, PENDING, QUERY = "planned", "pending_validation", "query"


def needs(stated: Stated[AssetRegister], _context: Context, needed: Needs) -> None:
    """Keys are looked up; what an update would change is locked, organisations leaned on are held."""
    command = stated.command
    if command.fsp is not None:
        needed.rely.add(command.fsp)
    if command.owner is not None and command.owner.organisation is not None:
        needed.rely.add(command.owner.organisation)
    needed.refs_look.update(stated.refs)
    may_update = command.on_existing == "update"
    for key in stated.keys:
        wanted = (
            needed.keys_change
            if may_update and (key.is_strong or key.scheme == "planned_site")
            else needed.keys_look
        )
        wanted.add((key.scheme, key.value))
    if may_update and (site := _site_key_before_meter(stated)):
        needed.keys_change.add((site.scheme, site.value))


def decide(stated: Stated[AssetRegister], state: State, context: Context) -> Decision:
    command, category = stated.command, stated.category
    if category is None:
        return Rejected((*role_reasons("asset.register", context.principal), *stated.reasons))
    fsp, fsp_reasons = _fsp(command, state, context)
    shared = state.shared(stated.keys)
    found = _found(stated, shared, state, context)
    refs = stated.refs
    reasons = (
        *role_reasons("asset.register", context.principal),
        *stated.reasons,
        *fsp_reasons,
        *statement_reasons(stated, state),
        *ref_reasons(refs, found[0].id if len(found) == 1 else None, state),
    )
    if found and (command.on_existing == "refuse" or len(found) > 1):
        reasons = (*reasons, *(_exists(holder, stated.keys, state, context) for holder in found))
    if has_errors(reasons):
        return Rejected(reasons)
    content = dict(stated.content)
    if fsp is not None:
        content["fsp"] = fsp
    if found:
        return upsert(found[0], content, stated, state, context, reasons)
    return _register(content, stated, shared, state, context, reasons)


def _register(
    content: dict[str, Any],
    stated: Stated[AssetRegister],
    shared: tuple[Key, ...],
    state: State,
    context: Context,
    warnings: tuple[Reason, ...],
) -> Accepted:
    keys, refs, now = stated.keys, stated.refs, context.now
    doubles = _possible_doubles(content, shared, state, context)
    if content["attributes"].get("connection_status", "connected") != "connected":
        content["status"] = PLANNED
    else:
        content["status"] = QUERY if doubles else PENDING
    content["registered_by"] = context.organisation
    if keys:
        content["keys"] = [key.as_json() for key in keys]
    if refs:
        content["refs"] = [{"party": party, "ref": ref} for party, ref in refs]
    if doubles:
        content["status"] = QUERY
        content["evidence"] = [
            {"kind": "possible_double", "asset": double.id} for double in doubles
        ]
        named = (
            ", ".join(d.id for d in doubles if may_see(d, context.principal)) or "of another party"
        )
        text = f"registered in status query: it may be the same device as {named}"
        warnings = (*warnings, Reason.warning(Rule.ASSET_04, text, "/accounting_point"))
    new_id = context.new_id("asset")
    outgrown = [
        _released(record, key, context, state)
        for key in shared
        if key.scheme == "source"
        for record in state.holders(key)
        if _has_outgrown(record, key, content, context)
    ]
    change = RecordChange(
        kind="asset",
        id=new_id,
        event="asset.registered",
        expected=0,
        content=content,
        valid_from=min(stated.command.valid_from or now, now),
        audience_after=audience_of("asset", new_id, content),
        keys_added=tuple([(key, state.next_rank(key) if shared else 0) for key in keys]),
        refs_added=refs,
    )
    return Accepted((change, *outgrown), warnings)


def _has_outgrown(record: Record, key: Key, content: Mapping[str, Any], context: Context) -> bool:
    """Whether a line of the registrant's own register that says "planned" is no longer about this asset:
    it has got its meter since, and the line, stated later still, has none. That is the next plant there.
    """
    if key.scheme != "source" or _is_other_source(record, content, context):
        return False
    has_meter = "accounting_point" in record.content and "accounting_point" not in content
    newest: str = record.content["source"]["revision"]
    return has_meter and bool(content["source"]["revision"] > newest)


def _released(record: Record, key: Key, context: Context, state: State) -> RecordChange:
    """The asset gives up the identity that its line had before its meter."""
    kept = [held for held in record.content["keys"] if key_pair(held) != (key.scheme, key.value)]
    content = {**record.content, "keys": kept}
    return asset_change(
        record, "asset.updated", content, None, context, material=False, state=state
    )


def _fsp(  # noqa: PLR0911 - one return a role
    command: AssetRegister, state: State, context: Context
) -> tuple[str | None, tuple[Reason, ...]]:
    """For whom the asset is registered (None: unclaimed), and AUTH-03, REC-03 or ASSET-06."""
    roles, fsp = context.principal.roles, command.fsp
    if fsp is None and "fsp" in roles:
        return context.organisation, ()
    if fsp is not None:
        found = state.record("organisation", fsp)
        if found is None or not found.is_live or "fsp" not in found.content["roles"]:
            return fsp, (unknown_record("/fsp"),)
        if fsp == context.organisation or roles & {"facilitator", "installer"}:
            return fsp, ()
        return fsp, (
            Reason(Rule.AUTH_03, f"the sender may not act for {fsp}: no delegation", "/fsp"),
        )
    if roles & {"installer", "facilitator"} or not roles & {"system_operator", "platform"}:
        return None, ()
    if "system_operator" in roles:
        network = command.network
        if network is not None and context.principal.covers(network.area, network.gsp_group):
            return None, ()
        text = "a system operator registers unclaimed assets of its own network area only"
        return None, (Reason(Rule.ASSET_06, text, "/network/area"),)
    return None, (
        Reason(
            Rule.AUTH_03, "a platform registers for an FSP that delegated to it: name it", "/fsp"
        ),
    )


def _found(
    stated: Stated[AssetRegister], shared: tuple[Key, ...], state: State, context: Context
) -> list[Record]:
    """Live assets that this statement is about, by strong keys; else the same source's planned asset."""
    found: dict[str, Record] = {}
    for key in shared:
        if key.is_strong and (holders := state.holders(key)):
            found |= {
                record.id: record
                for record in holders
                if not _has_outgrown(record, key, stated.content, context)
            }
    if found or stated.command.on_existing == "refuse" or stated.identity is None:
        return list(found.values())
    site = _site_key_before_meter(stated)
    candidates = [] if site is None else state.holders(site)
    planned = [
        r
        for r in candidates
        if r.status == PLANNED and not _is_other_source(r, stated.content, context)
    ]
    return planned if len(planned) == 1 else []


def _site_key_before_meter(stated: Stated[AssetRegister]) -> Key | None:
    """The planned_site key that the asset had before it got its accounting point."""
    if stated.category is None or "planned_site" not in stated.category.keys:
        return None
    return site_before_meter(stated.content)


def _is_other_source(record: Record, content: Mapping[str, Any], context: Context) -> bool:
    """Whether a record was stated by someone else, or by another register of the same registrant."""
    if record.content["registered_by"] != context.organisation:
        return True
    recorded, stated = record.content.get("source", {}), content.get("source", {})
    return bool(recorded.get("system") != stated.get("system"))


def _possible_doubles(
    content: Mapping[str, Any], keys: tuple[Key, ...], state: State, context: Context
) -> list[Record]:
    doubles: dict[str, Record] = {}
    for key in keys:
        if not key.is_strong and (holders := state.holders(key, most=MOST_COMPARED)):
            doubles |= {r.id: r for r in holders if _is_other_source(r, content, context)}
    return [doubles[id] for id in sorted(doubles)]


def _exists(holder: Record, keys: tuple[Key, ...], state: State, context: Context) -> Reason:
    shared = next((key for key in keys if key.is_strong and holder in state.holders(key)), keys[0])
    return existing_asset_reason(holder, shared, context)
