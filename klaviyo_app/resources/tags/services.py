"""What can be done with tags: at Klaviyo, then in the audit log. They are not mirrored: a call brings all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from dashboard import audit
from dashboard.teams.models import User
from klaviyo_app.accounts.models import Account
from klaviyo_app.gateway.client import Client
from klaviyo_app.gateway.errors import NotFound
from klaviyo_app.gateway.query import Query
from klaviyo_app.mirror import edits
from klaviyo_app.mirror.models import Mirrored


@dataclass(frozen=True, slots=True)
class Taggable:
    """A kind that can carry tags: the operations that read, add and take them. Its page's URL name is the kind."""

    read: str
    add: str
    take: str


TAGGABLE: Mapping[str, Taggable] = {
    "list": Taggable("get_tags_for_list", "tag_lists", "remove_tag_from_lists"),
    "segment": Taggable("get_tags_for_segment", "tag_segments", "remove_tag_from_segments"),
    "flow": Taggable("get_tags_for_flow", "tag_flows", "remove_tag_from_flows"),
    "campaign": Taggable("get_tags_for_campaign", "tag_campaigns", "remove_tag_from_campaigns"),
}
MOST_ON_ONE = 100  # tags on one thing; Klaviyo's API overview


def _record(account: Account, by: User, action: str, name: str, **change: Any) -> None:
    audit.record(team=account.team, actor=by, action=action, target=name, account_id=account.pk, **change)


def groups(client: Client) -> list[dict[str, Any]]:
    """Every tag group: id, name, whether it is exclusive (one of its tags a thing) and the default one."""
    found = client.items("get_tag_groups", query=Query(sort="name"))
    return [{"id": one["id"], **one["attributes"]} for one in found]


def tags(client: Client) -> list[dict[str, Any]]:
    """Every tag: id, name, and the id of its group."""
    return [
        {"id": one["id"], "name": one["attributes"]["name"], "group": _group_of(one)}
        for one in client.items("get_tags", query=Query(sort="name", include=("tag-group",)))
    ]


def _group_of(tag: Mapping[str, Any]) -> str:
    link = ((tag.get("relationships") or {}).get("tag-group") or {}).get("data") or {}
    return str(link.get("id") or "")


def tags_of(client: Client, thing: Mirrored) -> list[dict[str, str]]:
    """The tags that a thing carries. Raises GatewayError."""
    data = client.call(TAGGABLE[thing.kind].read, path={"id": thing.klaviyo_id}).data or []
    return sorted(({"id": one["id"], "name": one["attributes"]["name"]} for one in data), key=lambda one: one["name"])


def named_tag(client: Client, tag_id: str) -> dict[str, str]:
    """Id and name of a tag. Raises NotFound where it is gone, other GatewayErrors."""
    found = client.call("get_tag", path={"id": tag_id}).data
    return {"id": found["id"], "name": found["attributes"]["name"]}


def create_tag(account: Account, *, client: Client, by: User, name: str, group: str = "") -> None:
    """Make a tag in a group, the default one where none is named. Raises GatewayError."""
    data: dict[str, Any] = {"type": "tag", "attributes": {"name": name}}
    if group:
        data["relationships"] = {"tag-group": {"data": {"type": "tag-group", "id": group}}}
    client.call("create_tag", body={"data": data})
    _record(account, by, "tag.created", name)


# JSON:API type -> the operations that read and change it.
_NAMED: Mapping[str, tuple[str, str]] = {
    "tag": ("get_tag", "update_tag"),
    "tag-group": ("get_tag_group", "update_tag_group"),
}


def read(client: Client, kind: str, thing_id: str) -> dict[str, Any]:
    """A tag or a tag group. Raises GatewayError."""
    found: dict[str, Any] = client.call(_NAMED[kind][0], path={"id": thing_id}).data
    return found


def rename_tag(account: Account, tag_id: str, *, client: Client, by: User, name: str, seen: str) -> None:
    """Rename a tag wherever it is. Raises ChangedMeanwhile, GatewayError."""
    _rename(account, "tag", tag_id, client=client, by=by, name=name, seen=seen)


def _rename(account: Account, kind: str, thing_id: str, *, client: Client, by: User, name: str, seen: str) -> None:
    live = read(client, kind, thing_id)
    edits.check(seen, live)
    body = {"type": kind, "id": thing_id, "attributes": {"name": name}}
    client.call(_NAMED[kind][1], path={"id": thing_id}, body={"data": body})
    before = {"name": live["attributes"]["name"]}
    _record(account, by, f"{kind.replace('-', '_')}.renamed", name, before=before, after={"name": name})


def delete_tag(account: Account, tag: Mapping[str, Any], *, client: Client, by: User) -> None:
    """Delete a tag, off everything that carries it; gone already counts as done."""
    with suppress(NotFound):
        client.call("delete_tag", path={"id": tag["id"]})
    _record(account, by, "tag.deleted", tag["attributes"]["name"])


def create_group(account: Account, *, client: Client, by: User, name: str, exclusive: bool) -> None:
    """Make a tag group; whether it is exclusive can't be changed later. Raises GatewayError."""
    attributes = {"name": name, "exclusive": exclusive}
    client.call("create_tag_group", body={"data": {"type": "tag-group", "attributes": attributes}})
    _record(account, by, "tag_group.created", name, after=attributes)


def rename_group(account: Account, group_id: str, *, client: Client, by: User, name: str, seen: str) -> None:
    """Rename a tag group. Raises ChangedMeanwhile, GatewayError."""
    _rename(account, "tag-group", group_id, client=client, by=by, name=name, seen=seen)


def delete_group(account: Account, group: Mapping[str, Any], *, client: Client, by: User) -> None:
    """Delete a tag group with its tags; Klaviyo refuses the default one. Gone already counts as done."""
    with suppress(NotFound):
        client.call("delete_tag_group", path={"id": group["id"]})
    _record(account, by, "tag_group.deleted", group["attributes"]["name"])


def put_on(tag: Mapping[str, str], *things: Mirrored, client: Client, by: User) -> None:
    """Put a tag on things of one kind; there already counts as done. Raises GatewayError."""
    client.call(TAGGABLE[things[0].kind].add, path={"id": tag["id"]}, body=_body(things))
    for thing in things:
        _record(thing.account, by, f"{thing.kind}.tagged", thing.name, after={"tag": tag["name"]})


def take_off(tag: Mapping[str, str], *things: Mirrored, client: Client, by: User) -> None:
    """Take a tag off things of one kind. Raises GatewayError."""
    client.call(TAGGABLE[things[0].kind].take, path={"id": tag["id"]}, body=_body(things))
    for thing in things:
        _record(thing.account, by, f"{thing.kind}.untagged", thing.name, before={"tag": tag["name"]})


def _body(things: Sequence[Mirrored]) -> dict[str, Any]:
    return {"data": [{"type": thing.kind, "id": thing.klaviyo_id} for thing in things]}
