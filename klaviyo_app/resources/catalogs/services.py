"""What can be done with a catalog: at Klaviyo, then in the audit log. Nothing is mirrored: catalogs are large."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from dashboard import audit
from dashboard.teams.models import User
from klaviyo_app.accounts.models import Account
from klaviyo_app.gateway.client import Client
from klaviyo_app.gateway.errors import NotFound
from klaviyo_app.mirror import edits


@dataclass(frozen=True, slots=True)
class Calls:
    """The operations of a kind."""

    read: str
    create: str
    update: str
    delete: str


CALLS = {
    "item": Calls("get_catalog_item", "create_catalog_item", "update_catalog_item", "delete_catalog_item"),
    "variant": Calls(
        "get_catalog_variant", "create_catalog_variant", "update_catalog_variant", "delete_catalog_variant"
    ),
    "category": Calls(
        "get_catalog_category", "create_catalog_category", "update_catalog_category", "delete_catalog_category"
    ),
}
MOST_CATEGORIES = 1000  # read for a choice; a shop has fewer


def record(account: Account, by: User | None, action: str, name: str, **change: Any) -> None:
    """One line of the audit log."""
    audit.record(team=account.team, actor=by, action=action, target=name, account_id=account.pk, **change)


def title_of(thing: Mapping[str, Any]) -> str:
    """What an item, variant or category is called."""
    attributes = thing["attributes"]
    return str(attributes.get("title") or attributes.get("name") or attributes.get("external_id") or thing["id"])


def read(client: Client, kind: str, id_: str) -> dict[str, Any]:
    """An item, variant or category. Raises GatewayError."""
    found: dict[str, Any] = client.call(CALLS[kind].read, path={"id": id_}).data
    return found


def categories(client: Client) -> list[tuple[str, str]]:
    """(id, name) of the categories, by name. Raises GatewayError."""
    found = []
    for one in client.items("get_catalog_categories"):
        found.append((str(one["id"]), title_of(one)))
        if len(found) >= MOST_CATEGORIES:
            break
    return sorted(found, key=lambda one: one[1].casefold())


def categories_of(client: Client, item_id: str) -> list[tuple[str, str]]:
    """(id, name) of the categories that an item is in. Raises GatewayError."""
    found = client.items("get_categories_for_catalog_item", path={"id": item_id})
    return sorted(((str(one["id"]), title_of(one)) for one in found), key=lambda one: one[1].casefold())


def create(
    account: Account,
    kind: str,
    *,
    client: Client,
    by: User,
    values: Mapping[str, Any],
    related: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Make one; `related`: relation -> one id or many. Raises GatewayError, Conflict where the external id is taken."""
    attributes = {name: value for name, value in values.items() if value is not None and value != {}}
    whose = {"integration_type": "$custom", "catalog_type": "$default"}
    data: dict[str, Any] = {"type": f"catalog-{kind}", "attributes": {**whose, **attributes}}
    if related:
        data["relationships"] = {name: {"data": _links(name, ids)} for name, ids in related.items()}
    made: dict[str, Any] = client.call(CALLS[kind].create, body={"data": data}).data
    record(account, by, f"catalog_{kind}.created", title_of(made))
    return made


def _links(name: str, ids: Any) -> Any:
    kind = {"item": "catalog-item", "categories": "catalog-category"}[name]
    return {"type": kind, "id": ids} if isinstance(ids, str) else [{"type": kind, "id": one} for one in ids]


def _empty(value: Any) -> Any:
    """Nothing, however it is written; a zero is something."""
    return None if value in ("", None) or value == {} else value


def edit(
    account: Account, kind: str, id_: str, *, client: Client, by: User, seen: str, values: Mapping[str, Any]
) -> dict[str, Any]:
    """Change what differs. Raises ChangedMeanwhile, GatewayError."""
    live = read(client, kind, id_)
    edits.check(seen, live)
    was = live["attributes"]
    changed = {name: value for name, value in values.items() if _empty(was.get(name)) != _empty(value)}
    if not changed:
        return live
    body = {"type": f"catalog-{kind}", "id": id_, "attributes": changed}
    now: dict[str, Any] = client.call(CALLS[kind].update, path={"id": id_}, body={"data": body}).data
    before = {name: was.get(name) for name in changed}
    record(account, by, f"catalog_{kind}.changed", title_of(now), before=before, after=changed)
    return now


def delete(account: Account, kind: str, thing: Mapping[str, Any], *, client: Client, by: User) -> None:
    """Delete it; gone already counts as done."""
    with suppress(NotFound):
        client.call(CALLS[kind].delete, path={"id": thing["id"]})
    record(account, by, f"catalog_{kind}.deleted", title_of(thing))


def sort_into(
    account: Account,
    item: Mapping[str, Any],
    *,
    into: Collection[str],
    out_of: Collection[str],
    client: Client,
    by: User,
) -> None:
    """Put an item into categories and out of others; those that nobody spoke of stay. Raises GatewayError."""
    was = dict(categories_of(client, item["id"]))
    for operation, ids in (
        ("add_categories_to_catalog_item", set(into) - set(was)),  # a second adding would be refused
        ("remove_categories_from_catalog_item", out_of),
    ):
        if ids:
            data = [{"type": "catalog-category", "id": one} for one in sorted(ids)]
            client.call(operation, path={"id": item["id"]}, body={"data": data})
    after = [name for _id, name in categories_of(client, item["id"])]
    record(account, by, "catalog_item.sorted", title_of(item), before={"in": list(was.values())}, after={"in": after})
