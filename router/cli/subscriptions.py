"""`hub subscribe`, `hub subscriptions`, `hub feed`: the ways out as the operator of the hub works them."""

import time
from collections.abc import Iterator
from typing import Annotated, Any

import orjson
import typer

from registry_store import subscriptions
from registry_store.database import Database
from registry_store.feed import log, outbox
from registry_store.feed.cursors import Cursor, CursorUnreadable
from registry_store.feed.filters import Filter, FilterRefused
from registry_store.feed.outbox import StoredBundle
from registry_store.subscriptions import PartnerUnknown, Subscription, SubscriptionUnknown
from router.bootstrap import database, hub_key, language
from router.delivery.addresses import AddressRefused, CallRules, judged
from router.delivery.signing import webhook_secret
from router.record_forms import FORMED_KINDS, JSON
from router.settings import Settings

_JSON = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]
_FOLLOW_SECONDS = 0.5
_BUNDLES_AT_ONCE = 20


def register(app: typer.Typer) -> None:
    app.command("subscribe")(subscribe)
    app.command("feed")(feed)
    group = typer.Typer(help="List, pause, resume and close subscriptions.", no_args_is_help=True)
    group.command("list")(show_list)
    for name, change in (
        ("pause", subscriptions.pause),
        ("resume", subscriptions.resume),
        ("close", subscriptions.close),
    ):
        group.command(name, help=change.__doc__)(_changing(change))
    app.add_typer(group, name="subscriptions")


def subscribe(  # noqa: PLR0917 - one per option
    partner: Annotated[str, typer.Option("--as", help="The partner that is told.")],
    way: Annotated[str, typer.Option(help="amqp, webhook or pull.")] = "pull",
    url: Annotated[str | None, typer.Option(help="Where a webhook goes, https.")] = None,
    format: Annotated[
        str,
        typer.Option(help="json, xml, flat or csv: of assets and market units, where not json."),
    ] = "json",
    start: Annotated[
        str, typer.Option(help="now, or snapshot: first all that is visible.")
    ] = "now",
    kind: Annotated[list[str] | None, typer.Option(help="organisation, asset; repeatable.")] = None,
    event: Annotated[
        list[str] | None, typer.Option(help="Such as asset.updated; repeatable.")
    ] = None,
    category: Annotated[
        list[str] | None, typer.Option(help="Such as battery_storage; repeatable.")
    ] = None,
    gsp_group: Annotated[list[str] | None, typer.Option(help="Such as _A; repeatable.")] = None,
    area: Annotated[
        list[str] | None, typer.Option(help="Network area such as EPN; repeatable.")
    ] = None,
    own: Annotated[bool, typer.Option("--own", help="The partner's own records alone.")] = False,
    material_only: Annotated[
        bool, typer.Option("--material-only", help="No immaterial changes.")
    ] = False,
    as_json: _JSON = False,
) -> None:
    """Subscribe a partner to changes. A webhook's secret is shown here, and only here."""
    settings = Settings()
    spoken = language()
    _one_of("--format", format, frozenset(spoken.forms.bundle_names))
    lists = {
        "kinds": _kinds(kind, format),
        "events": event,
        "categories": category,
        "gsp_groups": gsp_group,
        "network_areas": area,
    }
    switches = {"own": own, "material_only": material_only}
    store = database(settings, pool_size=1)
    with store.reading() as connection:
        spoken.live.renew(connection)
    try:
        filter = Filter.from_json(
            {name: value for name, value in lists.items() if value} | switches
        )
        filter.refuse_unknown_names(spoken.catalogue.names())
        target = _target(way, url, CallRules(private_targets=settings.webhook_private_targets))
        _one_of("--start", start, subscriptions.STARTS)
        made = subscriptions.create(
            store,
            partner=partner,
            filter=filter,
            way=way,
            target=target,
            format=format,
            start=start,
        )
    except (FilterRefused, AddressRefused, PartnerUnknown) as error:
        typer.echo(f"refused: {error}", err=True)
        raise typer.Exit(1) from error
    shown = _as_json(made)
    if way == "webhook":
        shown["secret"] = webhook_secret(hub_key(settings), made.id, made.target["generation"])
    typer.echo(
        orjson.dumps(shown).decode()
        if as_json
        else "\n".join(f"{k}: {v}" for k, v in shown.items())
    )


def show_list(
    partner: Annotated[str | None, typer.Option("--as", help="Of one partner alone.")] = None,
    as_json: _JSON = False,
) -> None:
    """List subscriptions."""
    with database(Settings(), pool_size=1).dedicated() as connection:
        found = (
            subscriptions.of_partner(connection, partner)
            if partner
            else subscriptions.everyone(connection)
        )
    for subscription in found:
        if as_json:
            typer.echo(orjson.dumps(_as_json(subscription)).decode())
        else:
            typer.echo(
                f"{subscription.id}  {subscription.partner}  {subscription.way}  {subscription.state}  "
                f"{subscription.last_sequence} told  {orjson.dumps(subscription.filter).decode()}"
            )


def feed(
    subscription: Annotated[str, typer.Argument(help="A subscription's id.")],
    start: Annotated[str, typer.Option("--from", help="Cursor or sequence to go on after.")] = "0",
    follow: Annotated[
        bool, typer.Option("--follow", help="Wait for more, until interrupted.")
    ] = False,
    as_json: _JSON = False,
) -> None:
    """Print what a subscription was told, one line a notification; marks nothing as delivered."""
    store = database(Settings(), pool_size=1)
    try:
        for bundle, after in _bundles(store, subscription, start, follow=follow):
            for notification in orjson.loads(bundle.content)["notifications"]:
                if notification["sequence"] > after:
                    typer.echo(
                        orjson.dumps(notification).decode()
                        if as_json
                        else in_one_line(notification)
                    )
    except (SubscriptionUnknown, CursorUnreadable) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    except KeyboardInterrupt:
        return


def in_one_line(notification: dict[str, Any]) -> str:
    """Number, event, id, and what changed: `export_capacity_kw 50 -> 70`."""
    record, was = notification["record"], dict(notification.get("previous", {}))
    changed = was.pop("attributes", {}).items() | _flat(was)
    now = record.get("attributes", {}) | record
    parts = [f"{name} {old} -> {_shown(now.get(name, 'gone'))}" for name, old in sorted(changed)]
    what = "; ".join(parts) or " ".join(
        str(record[name]) for name in ("category", "status") if name in record
    )
    return f"{notification['sequence']:>6}  {notification['event']:<22}  {record['id']}  {what}".rstrip()


def _flat(members: dict[str, Any]) -> set[tuple[str, Any]]:
    return {(name, _shown(value)) for name, value in members.items()}


def _shown(value: Any) -> str | int | float:
    return value if isinstance(value, str | int | float) else orjson.dumps(value).decode()


def _bundles(
    store: Database, id: str, start: str, *, follow: bool
) -> Iterator[tuple[StoredBundle, int]]:
    """Bundles, each with the last sequence that was seen before it."""
    with store.dedicated() as connection:
        subscriptions.get(connection, id)
        after = Cursor.read(start, epoch=log.epoch(connection)).sequence
        while True:
            found = outbox.page(connection, id, after=after, limit=_BUNDLES_AT_ONCE)
            for bundle in found:
                yield bundle, after
                after = bundle.last_sequence
            if not found:
                if not follow:
                    return
                time.sleep(_FOLLOW_SECONDS)


def _changing(change: Any) -> Any:
    def command(subscription: Annotated[str, typer.Argument(help="A subscription's id.")]) -> None:
        with database(Settings(), pool_size=1).dedicated() as connection:
            try:
                change(connection, subscription)
            except SubscriptionUnknown as error:
                typer.echo(str(error), err=True)
                raise typer.Exit(1) from error

    return command


def _target(way: str, url: str | None, rules: CallRules) -> dict[str, Any]:
    _one_of("--way", way, subscriptions.WAYS)
    if (way == "webhook") != (url is not None):
        raise typer.BadParameter("a webhook needs --url, and nothing else takes one")
    if url is None:
        return {}
    judged(url, rules)
    return {"url": url, "generation": 1}


def _kinds(kinds: list[str] | None, format: str) -> list[str] | None:
    """What other formats than JSON do not carry is not told in them: it is asked for by name, or left out."""
    if format == JSON:
        return kinds
    if beyond := sorted(set(kinds or ()) - FORMED_KINDS):
        raise typer.BadParameter(
            f"{', '.join(beyond)} is told as JSON alone: leave out --format {format}"
        )
    return kinds or sorted(FORMED_KINDS)


def _one_of(option: str, value: str, allowed: frozenset[str]) -> None:
    if value not in allowed:
        raise typer.BadParameter(f"{option} is one of {', '.join(sorted(allowed))}")


def _as_json(subscription: Subscription) -> dict[str, Any]:
    return {
        "subscription": subscription.id,
        "partner": subscription.partner,
        "filter": subscription.filter,
        "way": subscription.way,
        "target": subscription.target,
        "format": subscription.format,
        "state": subscription.state,
        "last_sequence": subscription.last_sequence,
    }
