"""A complete statement meets the asset that it is about: what changes, and how much it means.

Source: USECASES.md UC-02.03, FORMATS.md section 5 (material when the meaning changed).
"""

from collections.abc import Mapping
from typing import Any

from contracts.categories import Category
from contracts.changes import Key, Record
from contracts.reasons import Reason, Rule
from registry_store.materiality import changed_materially
from registry_store.rules.asset_sources import keep_beside, seen_now, superseded
from registry_store.rules.asset_statement import Stated, existing_asset_reason
from registry_store.rules.asset_versions import asset_change, slice_at
from registry_store.rules.authority import is_own_asset
from registry_store.rules.decision import (
    Accepted,
    Context,
    Decision,
    Rejected,
    Superseded,
    Unchanged,
)
from registry_store.rules.market_unit_members import member_reasons
from registry_store.rules.state import State

#: Members outside of `attributes` whose change is material.
_MATERIAL_MEMBERS = ("category", "fsp", "owner", "accounting_point", "consent_reference")


def upsert(
    record: Record,
    content: dict[str, Any],
    stated: Stated[Any],
    state: State,
    context: Context,
    warnings: tuple[Reason, ...],
) -> Decision:
    """What a complete, checked statement does to an existing asset. `content` is completed in place."""
    older = superseded(record, content, stated.identity)
    if older is not None:
        return Superseded(record, (*warnings, older))
    seen = seen_now(record, content, stated.identity)
    if not is_own_asset(record, context):
        return keep_beside(record, content, stated.keys, state, context, warnings, seen)
    base, category, valid_from = (
        slice_at(record, stated.command.valid_from),
        stated.category,
        stated.command.valid_from,
    )
    if base is None or category is None:
        return Rejected((too_early(record),))
    reasons = (
        *_identity_reasons(base, content, category),
        *_key_reasons(record, stated.keys, state, context),
        *_unit_reasons(record, content, state, context),
    )
    if reasons:
        return Rejected((*warnings, *reasons))
    refs = _complete(content, base, stated)
    if _same(base, content):
        return Unchanged(record, warnings, seen)
    material = _is_material(category, base, content)
    content["status"] = _status_after(base, content, material=material)
    change = asset_change(
        record, "asset.updated", content, valid_from, context, material, state, refs
    )
    return Accepted((change,), warnings, seen)


def _complete(
    content: dict[str, Any], base: Mapping[str, Any], stated: Stated[Any]
) -> tuple[tuple[str, str], ...]:
    """Add to a statement what the hub keeps of the record itself; returns the references that are new."""
    for name in ("fsp", "registered_by", "evidence", "refs", "status"):
        if name in base:
            content.setdefault(name, base[name])
    keys = [key.as_json() for key in stated.keys]
    # A line of a register keeps the identities that it had (planned, before its meter), so that an older
    # file still finds it (RECORDS.md section 3: keys are added).
    keys += [key for key in base.get("keys", ()) if key["scheme"] == "source" and key not in keys]
    if keys:
        content["keys"] = keys
    held = content.get("refs", [])
    new = tuple(ref for ref in stated.refs if {"party": ref[0], "ref": ref[1]} not in held)
    if new:
        content["refs"] = [*held, *({"party": party, "ref": ref} for party, ref in new)]
    return new


def _identity_reasons(
    base: Mapping[str, Any], content: Mapping[str, Any], category: Category
) -> tuple[Reason, ...]:
    reasons = []
    if base["category"] != content["category"]:
        reasons.append(
            Reason(Rule.ASSET_03, f"the category is {base['category']} and stays so", "/category")
        )
    point = base.get("accounting_point")
    if point is not None and content.get("accounting_point") != point:
        reasons.append(
            Reason(
                Rule.ASSET_03,
                "the accounting point identifies the asset and stays",
                "/accounting_point",
            )
        )
    fixed, stated = base["attributes"], content["attributes"]
    for name in category.identifying:
        if name in fixed and stated.get(name) != fixed[name]:
            text = f"{name} identifies the asset and stays as it is"
            reasons.append(Reason(Rule.ASSET_03, text, f"/attributes/{name}"))
    return tuple(reasons)


def _key_reasons(
    record: Record, keys: tuple[Key, ...], state: State, context: Context
) -> tuple[Reason, ...]:
    return tuple(
        existing_asset_reason(holder, key, context)
        for key in keys
        if key.is_strong
        for holder in state.holders(key)
        if holder.id != record.id
    )


def _unit_reasons(
    record: Record, content: Mapping[str, Any], state: State, context: Context
) -> tuple[Reason, ...]:
    """A market unit holds assets of its own FSP alone: one that moves to another leaves its unit first."""
    fsp = record.content.get("fsp")
    if content.get("fsp", fsp) == fsp:
        return ()
    return member_reasons(record, Rule.UNIT_02, "/fsp", context.now, state, context)


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


def _status_after(before: Mapping[str, Any], after: Mapping[str, Any], *, material: bool) -> str:
    """`planned` ends with the connection; a material update sends `verified` back for validation."""
    status = str(before["status"])
    if status == "planned" and after["attributes"].get("connection_status") == "connected":
        return "pending_validation"
    return "pending_validation" if status == "verified" and material else status


def too_early(record: Record) -> Reason:
    return Reason(Rule.REC_06, f"{record.id} begins later than that", "/valid_from")
