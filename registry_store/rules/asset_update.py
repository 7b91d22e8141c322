"""asset.update (replace) and asset.amend (merge patch).

Source: USECASES.md UC-02.03; RFC 7396.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from contracts.changes import Record
from contracts.commands import AssetAmend, AssetStatement, AssetUpdate, reasons_of
from contracts.reasons import Reason, Rule, has_errors
from registry_store.rules.asset_restatement import too_early, upsert
from registry_store.rules.asset_statement import Stated, own_refs, state_asset, statement_reasons
from registry_store.rules.asset_versions import slice_at
from registry_store.rules.authority import (
    access_reasons,
    is_own_asset,
    role_reasons,
    version_reasons,
)
from registry_store.rules.decision import Context, Decision, Needs, Rejected
from registry_store.rules.merge_patch import merge_patch
from registry_store.rules.references import ref_reasons
from registry_store.rules.state import State

#: Members that a statement gives; the others are the hub's.
_STATED = (
    "category",
    "category_version",
    "fsp",
    "owner",
    "accounting_point",
    "network",
    "consent_reference",
    "attributes",
    "source",
)


def needs_update(stated: Stated[AssetUpdate], context: Context, needed: Needs) -> None:
    command = stated.command
    address(command.asset, context, needed)
    needed.with_slices |= _is_past(command.valid_from, context)
    needed.refs_look.update(own_refs(command, context.party))
    if command.owner is not None and command.owner.organisation is not None:
        needed.rely.add(command.owner.organisation)
    needed.keys_look.update((key.scheme, key.value) for key in stated.keys)


def needs_amend(command: AssetAmend, context: Context, needed: Needs) -> None:
    """What a patch makes of the keys is not known before the record is: a key that it takes from
    another asset is found by the unique constraint, and looked up when the group is decided again.
    """
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


def decide_update(stated: Stated[AssetUpdate], state: State, context: Context) -> Decision:
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
        return Rejected((too_early(record),))
    merged = merge_patch({name: base[name] for name in _STATED if name in base}, command.patch)
    merged.setdefault("attributes", {})
    try:
        statement = AssetStatement.model_validate({**merged, "valid_from": command.valid_from})
    except ValidationError as error:
        return Rejected(reasons_of(error, "/patch"))
    decision = _restate(record, state_asset(statement, context), state, context)
    if isinstance(decision, Rejected):
        return Rejected(
            tuple(replace(reason, path=f"/patch{reason.path}") for reason in decision.reasons)
        )
    return decision


def _refused(
    name: str, record: Record | None, command: AssetUpdate | AssetAmend, context: Context
) -> tuple[Reason, ...]:
    own = record is not None and is_own_asset(record, context)
    reasons = (
        *role_reasons(name, context.principal),
        *access_reasons(record, "/asset", own, context),
    )
    if record is not None and not reasons:
        reasons = version_reasons(record, command.expected_version)
    return reasons


def _restate(record: Record, stated: Stated[Any], state: State, context: Context) -> Decision:
    if stated.category is None:
        return Rejected(stated.reasons)
    content = dict(stated.content)
    if "fsp" not in content and "fsp" in record.content:
        content["fsp"] = record.content["fsp"]
    reasons = (
        *stated.reasons,
        *_fsp_reasons(content, record, context),
        *statement_reasons(stated, state),
        *ref_reasons(own_refs(stated.command, context.party), record.id, state),
    )
    if has_errors(reasons):
        return Rejected(reasons)
    return upsert(record, content, stated, state, context, reasons)


def _fsp_reasons(
    content: Mapping[str, Any], record: Record, context: Context
) -> tuple[Reason, ...]:
    if content.get("fsp") == record.content.get("fsp") or "facilitator" in context.principal.roles:
        return ()
    return (Reason(Rule.AUTH_04, "an update does not move an asset to another FSP", "/fsp"),)
