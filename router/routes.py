"""Routes: which rule decides which command. The one table to add a use case to."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from contracts.reasons import Reason
from registry_store.rules import (
    asset_deregister,
    asset_register,
    asset_update,
    category_draft,
    category_publication,
    category_review,
    category_versions,
    mapping_profile_publish,
    mapping_profile_retire,
    market_unit_compose,
    market_unit_create,
    market_unit_deregister,
    organisations,
)
from registry_store.rules.asset_statement import diagnose_asset, state_assets
from registry_store.rules.decision import Context, Decision, Needs
from registry_store.rules.market_unit_members import diagnose_unit, state_unit
from registry_store.rules.state import State


def _as_they_are(commands: Sequence[Any], _context: Context) -> Sequence[Any]:
    return commands


def _each(
    prepare: Callable[[Any, Context], Any],
) -> Callable[[Sequence[Any], Context], Sequence[Any]]:
    """Of a group each alone."""
    return lambda commands, context: [prepare(command, context) for command in commands]


def _nothing_more(_payload: Mapping[str, Any], _context: Context) -> tuple[Reason, ...]:
    return ()


@dataclass(frozen=True, slots=True)
class Route:
    """prepare_all: what can be worked out without the registry, of all commands of one kind in a message;
    nothing of it hangs on the place of one. needs: what the decision leans on. decide: the decision itself.
    diagnose: what more is wrong with a payload that has not its form, so that the sender hears everything at
    once. All pure.
    """

    needs: Callable[[Any, Context, Needs], None]
    decide: Callable[[Any, State, Context], Decision]
    prepare_all: Callable[[Sequence[Any], Context], Sequence[Any]] = _as_they_are
    diagnose: Callable[[Mapping[str, Any], Context], tuple[Reason, ...]] = _nothing_more

    def prepare(self, command: Any, context: Context) -> Any:
        (prepared,) = self.prepare_all((command,), context)
        return prepared


ROUTES: dict[str, Route] = {
    "organisation.register": Route(organisations.needs_register, organisations.decide_register),
    "organisation.update": Route(organisations.needs_update, organisations.decide_update),
    "organisation.deregister": Route(
        organisations.needs_deregister, organisations.decide_deregister
    ),
    "asset.register": Route(
        asset_register.needs, asset_register.decide, state_assets, diagnose_asset
    ),
    "asset.update": Route(
        asset_update.needs_update, asset_update.decide_update, state_assets, diagnose_asset
    ),
    "asset.amend": Route(asset_update.needs_amend, asset_update.decide_amend),
    "asset.deregister": Route(asset_deregister.needs, asset_deregister.decide),
    "market_unit.create": Route(
        market_unit_create.needs, market_unit_create.decide, _each(state_unit), diagnose_unit
    ),
    "market_unit.compose": Route(
        market_unit_compose.needs, market_unit_compose.decide, _each(state_unit), diagnose_unit
    ),
    "market_unit.deregister": Route(market_unit_deregister.needs, market_unit_deregister.decide),
    "category.draft": Route(
        category_draft.needs_draft, category_draft.decide_draft, _each(category_draft.state_draft)
    ),
    "category.submit": Route(category_versions.needs, category_review.decide_submit),
    "category.approve": Route(category_versions.needs, category_review.decide_approve),
    "category.return": Route(category_versions.needs, category_review.decide_return),
    "category.waive": Route(category_versions.needs, category_review.decide_waive),
    "category.publish": Route(
        category_publication.needs_publish, category_publication.decide_publish
    ),
    "category.deprecate": Route(category_versions.needs, category_publication.decide_deprecate),
    "category.retire": Route(category_versions.needs, category_publication.decide_retire),
    "mapping_profile.publish": Route(
        mapping_profile_publish.needs_publish,
        mapping_profile_publish.decide_publish,
        _each(mapping_profile_publish.state_publish),
    ),
    "mapping_profile.retire": Route(
        mapping_profile_retire.needs_retire, mapping_profile_retire.decide_retire
    ),
}
