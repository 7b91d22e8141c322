"""asset.update, asset.amend and the update half of asset.register: what a new statement changes.

Source: USECASES.md UC-02.03, RECORDS.md section 3 (who may overwrite), DESIGN.md section 4 (two times).
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from contracts.categories import Category
from contracts.changes import Key, Record, RecordChange, SourceSeen
from contracts.commands import AssetAmend, AssetStatement, AssetUpdate, reasons_of
from contracts.reasons import Reason, Rule, has_errors
from registry_store.materiality import changed_materially
from registry_store.rules.asset_statement import (
    Stated,
    existing_asset_reason,
    own_refs,
    ref_reasons,
    state_asset,
    statement_reasons,
)
from registry_store.rules.audience import audience_of
from registry_store.rules.authority import access_reasons, is_own_asset, role_reasons, version_reasons
from registry_store.rules.decision import Accepted, Context, Decision, Needs, Rejected, Superseded, Unchanged
from registry_store.rules.merge_patch import merge_patch
from registry_store.rules.state import State

#: Members that a statement gives; the others are the hub's.
_STATED = ("category", "category_version", "fsp", "owner", "accounting_point", "network",
           "consent_reference", "attributes", "source")
#: Members outside of `attributes` whose change is material.
_MATERIAL_MEMBERS = ("category", "fsp", "owner", "accounting_point", "consent_reference")


def needs_update(stated: Stated, context: Context, needed: Needs) -> None:
    command = stated.command
    address(command.asset, context, needed)
    needed.with_slices |= _is_past(command.valid_from, context)
    needed.refs_look.update(own_refs(command, context.party))
    if command.owner is not None and command.owner.organisation is not None:
        needed.rely.add(command.owner.organisation)
    needed.keys_look.update((key.scheme, key.value) for key in stated.keys)


def needs_amend(command: AssetAmend, context: Context, needed: Needs) -> None:
    """What a patch makes of the keys is not known before the record is: a key that it takes from
    another asset is found by the unique constraint, and looked up when the group is decided again."""
    address(command.asset, context, needed)
    needed.with_slices |= _is_past(command.valid_from, context)


def _is_past(valid_from: datetime | None, context: Context) -> bool:
    return valid_from is not None and valid_from < context.now


def address(asset: Any, context: Context, needed: Needs) -> None:
    """The addressed asset is locked for change."""
    if isinstance(asset, str):
        needed.change.add(asset)
    else:
        needed.refs_change.add((asset.party or context.party, asset.ref))


def decide_update(stated: Stated, state: State, context: Context) -> Decision:
    record = state.addressed("asset", stated.command.asset, context.party)
    refused = _refused("asset.update", record, stated.command, context)
    if refused or record is None:
        return Rejected(refused)
    return _restate(record, stated, state, context)


def decide_amend(command: AssetAmend, state: State, context: Context) -> Decision:
    record = state.addressed("asset", command.asset, context.party)
    refused = _refused("asset.amend", record, command, context)
    if refused or record is None:
        return Rejected(refused)
    base = slice_at(record, command.valid_from)
    if base is None:
        return Rejected((_too_early(record),))
    merged = merge_patch({name: base[name] for name in _STATED if name in base}, command.patch)
    merged.setdefault("attributes", {})
    try:
        statement = AssetStatement.model_validate({**merged, "valid_from": command.valid_from})
    except ValidationError as error:
        return Rejected(reasons_of(error, "/patch"))
    decision = _restate(record, state_asset(statement, context), state, context)
    if isinstance(decision, Rejected):
        return Rejected(tuple(replace(reason, path=f"/patch{reason.path}") for reason in decision.reasons))
    return decision


def _refused(name: str, record: Record | None, command: AssetUpdate | AssetAmend, context: Context) -> tuple[Reason, ...]:
    own = record is not None and is_own_asset(record, context)
    reasons = (*role_reasons(name, context.principal), *access_reasons(record, "/asset", own, context))
    if record is not None and not reasons:
        reasons = version_reasons(record, command.expected_version)
    return reasons


def _restate(record: Record, stated: Stated, state: State, context: Context) -> Decision:
    if stated.category is None:
        return Rejected(stated.reasons)
    content = dict(stated.content)
    if "fsp" not in content and "fsp" in record.content:
        content["fsp"] = record.content["fsp"]
    reasons = (
        *stated.reasons,
        *_fsp_reasons(content, record, context),
        *statement_reasons(stated.command, stated.category, state, context),
        *ref_reasons(own_refs(stated.command, context.party), record.id, state),
    )
    if has_errors(reasons):
        return Rejected(reasons)
    return upsert(record, content, stated, state, context, reasons)


def upsert(
    record: Record, content: dict[str, Any], stated: Stated, state: State, context: Context,
    warnings: tuple[Reason, ...],
) -> Decision:
    """What a complete, checked statement does to an existing asset. `content` is completed in place."""
    older = _superseded(record, content, stated.identity)
    if older is not None:
        return Superseded(record, (*warnings, older))
    seen = _seen(record, content, stated.identity)
    if not is_own_asset(record, context):
        return _beside(record, content, stated.keys, state, context, warnings, seen)
    base, category, valid_from = slice_at(record, stated.command.valid_from), stated.category, stated.command.valid_from
    if base is None or category is None:
        return Rejected((_too_early(record),))
    reasons = (*_identity_reasons(base, content, category), *_key_reasons(record, stated.keys, state, context))
    if reasons:
        return Rejected((*warnings, *reasons))
    refs = _complete(content, base, stated, context)
    if _same(base, content):
        return Unchanged(record, warnings, seen)
    material = _is_material(category, base, content)
    content["status"] = _status_after(base, content, material)
    change = _change(record, "asset.updated", content, valid_from, context, material, state, refs)
    return Accepted((change,), warnings, seen)


def _complete(
    content: dict[str, Any], base: Mapping[str, Any], stated: Stated, context: Context
) -> tuple[tuple[str, str], ...]:
    """Add to a statement what the hub keeps of the record itself; returns the references that are new."""
    for name in ("fsp", "registered_by", "evidence", "refs", "status"):
        if name in base:
            content.setdefault(name, base[name])
    keys = [key.as_json() for key in stated.keys]
    keys += [key for key in base.get("keys", ()) if _is_of_other_source(key, content) and key not in keys]
    if keys:
        content["keys"] = keys
    held = content.get("refs", [])
    new = tuple(ref for ref in own_refs(stated.command, context.party) if {"party": ref[0], "ref": ref[1]} not in held)
    if new:
        content["refs"] = [*held, *({"party": party, "ref": ref} for party, ref in new)]
    return new


def _change(
    record: Record, event: str, content: dict[str, Any], valid_from: datetime | None, context: Context,
    material: bool | None, state: State, refs: tuple[tuple[str, str], ...] = (),
) -> RecordChange:
    valid_from = min(valid_from or context.now, context.now)
    is_current = valid_from >= record.valid_from
    before = {_pair(key): key for key in record.content.get("keys", ())}
    after = {_pair(key): key for key in content.get("keys", ())} if is_current else before
    added = [Key(**after[pair]) for pair in after if pair not in before]
    return RecordChange(
        kind="asset", id=record.id, event=event, expected=record.version, content=content,
        valid_from=valid_from, is_current=is_current, material=material, row=record.row,
        audience_before=audience_of("asset", record.id, record.content),
        audience_after=audience_of("asset", record.id, content if is_current else record.content),
        keys_added=tuple((key, state.next_rank(key)) for key in added),
        keys_removed=tuple(Key(**before[pair]) for pair in before if pair not in after),
        refs_added=refs,
    )


def _pair(key: Mapping[str, str]) -> tuple[str, str]:
    return key["scheme"], key["value"]


def _beside(
    record: Record, content: dict[str, Any], keys: tuple[Key, ...], state: State,
    context: Context, warnings: tuple[Reason, ...], seen: tuple[SourceSeen, ...],
) -> Decision:
    """Another source's statement: what differs is kept beside the record as evidence (RECORDS.md 3)."""
    by = content.get("source", {}).get("system", context.organisation)
    current, stated = record.content["attributes"], content["attributes"]
    differing = {name: value for name, value in stated.items() if current.get(name) != value}
    others = [entry for entry in record.content.get("evidence", ()) if not (entry["kind"] == "statement" and entry["by"] == by)]
    evidence = [*others, {"kind": "statement", "by": by, "attributes": differing}] if differing else others
    held = [*record.content.get("keys", ())]
    held_pairs = {_pair(key) for key in held}
    held += [key.as_json() for key in keys if key.scheme == "source" and (key.scheme, key.value) not in held_pairs]
    beside = {**record.content, "keys": held} if held else {**record.content}
    beside.pop("evidence", None)
    if evidence:
        beside["evidence"] = evidence
    if beside == dict(record.content):
        return Unchanged(record, warnings, seen)
    disagreeing = [name for name in differing if name in current]
    if disagreeing and record.status in ("pending_validation", "verified"):
        beside["status"] = "query"
    text = f"kept as evidence beside {record.id}, whose own source is another; differing: {', '.join(differing) or 'nothing'}"
    event = "asset.discrepancy" if disagreeing else "asset.updated"
    change = _change(record, event, beside, None, context, False if event == "asset.updated" else None, state)
    return Accepted((change,), (*warnings, Reason.warning(Rule.ASSET_04, text, "/attributes")), seen)


def slice_at(record: Record, valid_from: datetime | None) -> Mapping[str, Any] | None:
    """What was recorded as true at that time; None before the record began."""
    if valid_from is None or valid_from >= record.valid_from:
        return record.content
    earlier = [entry for entry in record.slices if entry[0] <= valid_from]
    return max(earlier, key=lambda entry: (entry[0], entry[1]))[2] if earlier else None


def _superseded(record: Record, content: Mapping[str, Any], identity: str | None) -> Reason | None:
    stated = content.get("source")
    if stated is None:
        return None
    known = record.revisions.get(f"{stated['system']}|{identity}")
    recorded = record.content.get("source")
    if known is None and recorded is not None and recorded["system"] == stated["system"]:
        known = recorded["revision"]
    if known is None or stated["revision"] >= known:
        return None
    text = f"{stated['system']} has stated this line as of {known}; {stated['revision']} is older and changes nothing"
    return Reason.warning(Rule.REC_02, text, "/source/revision")


def _seen(record: Record, content: Mapping[str, Any], identity: str | None) -> tuple[SourceSeen, ...]:
    stated = content.get("source")
    if stated is None or identity is None:
        return ()
    line = f"{stated['system']}|{identity}"
    if record.revisions.get(line, "") >= stated["revision"]:
        return ()
    return (SourceSeen(record.id, line, stated["revision"]),)


def _is_of_other_source(key: Mapping[str, str], content: Mapping[str, Any]) -> bool:
    system = content.get("source", {}).get("system")
    return key["scheme"] == "source" and (system is None or not key["value"].startswith(f"{system}|"))


def _identity_reasons(base: Mapping[str, Any], content: Mapping[str, Any], category: Category) -> tuple[Reason, ...]:
    reasons = []
    if base["category"] != content["category"]:
        reasons.append(Reason(Rule.ASSET_03, f"the category is {base['category']} and stays so", "/category"))
    point = base.get("accounting_point")
    if point is not None and content.get("accounting_point") != point:
        reasons.append(Reason(Rule.ASSET_03, "the accounting point identifies the asset and stays", "/accounting_point"))
    for attribute in category.attributes:
        if attribute.identity and attribute.name in base["attributes"]:
            if content["attributes"].get(attribute.name) != base["attributes"][attribute.name]:
                text = f"{attribute.name} identifies the asset and stays as it is"
                reasons.append(Reason(Rule.ASSET_03, text, f"/attributes/{attribute.name}"))
    return tuple(reasons)


def _key_reasons(record: Record, keys: tuple[Key, ...], state: State, context: Context) -> tuple[Reason, ...]:
    return tuple(
        existing_asset_reason(holder, key, context)
        for key in keys if key.is_strong
        for holder in state.holders(key) if holder.id != record.id
    )


def _fsp_reasons(content: Mapping[str, Any], record: Record, context: Context) -> tuple[Reason, ...]:
    if content.get("fsp") == record.content.get("fsp") or "facilitator" in context.principal.roles:
        return ()
    return (Reason(Rule.AUTH_04, "an update does not move an asset to another FSP", "/fsp"),)


def _too_early(record: Record) -> Reason:
    return Reason(Rule.REC_06, f"{record.id} begins later than that", "/valid_from")


def _same(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether nothing but the revision of the source differs."""
    return _without_revision(before) == _without_revision(after)


def _without_revision(content: Mapping[str, Any]) -> dict[str, Any]:
    return {**content, "source": content.get("source", {}).get("system")}


def _is_material(category: Category, before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    if changed_materially(category, before["attributes"], after["attributes"]):
        return True
    network_before, network_after = before.get("network", {}), after.get("network", {})
    return any(before.get(name) != after.get(name) for name in _MATERIAL_MEMBERS) or any(
        network_before.get(name) != network_after.get(name) for name in ("gsp_group", "area")
    )


def _status_after(before: Mapping[str, Any], after: Mapping[str, Any], material: bool) -> str:
    """`planned` ends with the connection; a material update sends `verified` back for validation."""
    status = str(before["status"])
    if status == "planned" and after["attributes"].get("connection_status") == "connected":
        return "pending_validation"
    return "pending_validation" if status == "verified" and material else status
