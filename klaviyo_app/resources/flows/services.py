"""What can be done with flows: at Klaviyo, then in the mirror, then in the audit log."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from copy import deepcopy
from datetime import datetime
from typing import Any

from dashboard import audit
from dashboard.teams.models import User
from klaviyo_app.accounts.models import Account
from klaviyo_app.gateway.catalogue import OPERATIONS
from klaviyo_app.gateway.client import Client
from klaviyo_app.gateway.errors import NotFound
from klaviyo_app.gateway.query import Query
from klaviyo_app.mirror import edits
from klaviyo_app.mirror.absorb import absorb, absorb_gone
from klaviyo_app.resources.flows.models import Flow

# The first revision that tells and takes definitions (Klaviyo's description).
DEFINITIONS_SINCE = OPERATIONS["create_flow"].since or ""
WITH_DEFINITION = Query(additional_fields={"flow": ("definition",)})


def _record(account: Account, by: User, action: str, name: str, **change: Any) -> None:
    audit.record(team=account.team, actor=by, action=action, target=name, account_id=account.pk, **change)


def definitions_told(client: Client) -> bool:
    """Whether the served revision tells what a flow does, and takes new ones."""
    return client.served_revision >= DEFINITIONS_SINCE


def read(client: Client, flow_id: str) -> dict[str, Any]:
    """The flow, with its definition where the revision tells it. Raises GatewayError."""
    query = WITH_DEFINITION if definitions_told(client) else Query()
    found: dict[str, Any] = client.call("get_flow", path={"id": flow_id}, query=query).data
    return found


def actions(client: Client, flow_id: str) -> list[dict[str, Any]]:
    """The actions of a flow, in no useful order: what there is where definitions are not told. Raises GatewayError."""
    return list(client.items("get_actions_for_flow", path={"id": flow_id}))


def messages(client: Client, action_id: str) -> list[dict[str, Any]]:
    """The messages of an action. Raises GatewayError."""
    return list(client.items("get_flow_action_messages", path={"id": action_id}))


def template_of(client: Client, message_id: str) -> dict[str, Any] | None:
    """The template of a flow's message, None where it has none. Raises GatewayError."""
    found: dict[str, Any] | None = client.call("get_template_for_flow_message", path={"id": message_id}).data
    return found


def own(flow: Mapping[str, Any]) -> dict[str, Any]:
    """The resource without its definition: as lists have it, and as the mirror keeps and compares it."""
    return {**flow, "attributes": {name: one for name, one in flow["attributes"].items() if name != "definition"}}


def switch(row: Flow, status: str, *, client: Client, by: User, now: datetime, seen: str) -> Flow:
    """Draft, manual or live, for the flow and all its actions. Raises ChangedMeanwhile, GatewayError."""
    live = client.call("get_flow", path={"id": row.klaviyo_id}).data
    edits.check(seen, live)
    body = {"type": "flow", "id": row.klaviyo_id, "attributes": {"status": status}}
    answer = client.call("update_flow", path={"id": row.klaviyo_id}, body={"data": body})
    before = live["attributes"].get("status")
    changed = absorb(Flow, row.account, own(answer.data), by=by, now=now)
    _record(row.account, by, "flow.switched", row.name, before={"status": before}, after={"status": status})
    return changed


def delete(row: Flow, *, client: Client, by: User, now: datetime) -> None:
    """Delete it at Klaviyo, then here; gone already counts as done."""
    with suppress(NotFound):
        client.call("delete_flow", path={"id": row.klaviyo_id})
    absorb_gone(row, by=by, now=now)
    _record(row.account, by, "flow.deleted", row.name)


def create(
    account: Account, *, client: Client, by: User, now: datetime, name: str, definition: Mapping[str, Any]
) -> Flow:
    """Make a flow, a draft. Raises GatewayError."""
    body = {"type": "flow", "attributes": {"name": name, "definition": dict(definition)}}
    answer = client.call("create_flow", body={"data": body})
    row = absorb(Flow, account, own(answer.data), by=by, now=now)
    _record(account, by, "flow.created", name)
    return row


def as_new(definition: Mapping[str, Any]) -> dict[str, Any]:
    """A definition that was read, as a new flow's: real ids become temporary ones, what Klaviyo gives itself goes."""
    found = deepcopy(dict(definition))
    for action in found.get("actions") or []:
        action["temporary_id"] = str(action.pop("id", ""))
        message = (action.get("data") or {}).get("message")
        if isinstance(message, dict):
            message.pop("id", None)
        if isinstance(action.get("data"), dict) and "status" in action["data"]:
            action["data"]["status"] = "draft"
    return found
