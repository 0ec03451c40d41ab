"""What can be done with templates: each writes to Klaviyo first, then into the mirror, then into the audit log."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dashboard import audit
from dashboard.teams.models import User
from klaviyo_app.accounts.models import Account
from klaviyo_app.gateway.client import Client
from klaviyo_app.gateway.errors import NotFound
from klaviyo_app.mirror import edits
from klaviyo_app.mirror.absorb import absorb, absorb_gone
from klaviyo_app.resources.email_templates.models import EmailTemplate

# What a person types; the rest of a template's attributes is Klaviyo's.
WRITTEN = ("name", "html", "text")


@dataclass(frozen=True, slots=True)
class Rendered:
    """A template as one reader would see it."""

    html: str
    text: str


def _record(account: Account, by: User, action: str, name: str, **change: Any) -> None:
    audit.record(team=account.team, actor=by, action=action, target=name, account_id=account.pk, **change)


def create_template(
    account: Account, *, client: Client, by: User, now: datetime, name: str, html: str, text: str = ""
) -> EmailTemplate:
    """Make a CODE template. Raises GatewayError (Invalid with fields)."""
    body = {"type": "template", "attributes": {"name": name, "editor_type": "CODE", "html": html, "text": text}}
    answer = client.call("create_template", body={"data": body})
    row = absorb(EmailTemplate, account, answer.data, by=by, now=now)
    _record(account, by, "template.created", name, after={"name": name, "bytes": row.size_bytes})
    return row


def edit_template(
    row: EmailTemplate, *, client: Client, by: User, now: datetime, seen: str, **values: str
) -> EmailTemplate:
    """Change name, html or text. Raises ChangedMeanwhile where Klaviyo's is not the one that was loaded (`seen`)."""
    live = client.call("get_template", path={"id": row.klaviyo_id}).data
    edits.check(seen, live)
    body = {"type": "template", "id": row.klaviyo_id, "attributes": values}
    answer = client.call("update_template", path={"id": row.klaviyo_id}, body={"data": body})
    before = {"name": row.name, "bytes": row.size_bytes}
    changed = absorb(EmailTemplate, row.account, answer.data, by=by, now=now)
    _record(
        row.account,
        by,
        "template.changed",
        changed.name,
        before=before,
        after={"name": changed.name, "bytes": changed.size_bytes},
    )
    return changed


def clone_template(row: EmailTemplate, *, client: Client, by: User, now: datetime, name: str) -> EmailTemplate:
    """A copy under another name. Raises GatewayError."""
    body = {"type": "template", "id": row.klaviyo_id, "attributes": {"name": name}}
    answer = client.call("clone_template", body={"data": body})
    copy = absorb(EmailTemplate, row.account, answer.data, by=by, now=now)
    _record(row.account, by, "template.cloned", name, before={"name": row.name}, after={"name": name})
    return copy


def delete_template(row: EmailTemplate, *, client: Client, by: User, now: datetime) -> None:
    """Delete it at Klaviyo, then here. Raises Conflict where a flow uses it; gone already counts as done."""
    with suppress(NotFound):
        client.call("delete_template", path={"id": row.klaviyo_id})
    absorb_gone(row, by=by, now=now)
    _record(row.account, by, "template.deleted", row.name, before={"name": row.name})


def render_template(client: Client, klaviyo_id: str, context: dict[str, Any]) -> Rendered:
    """What Klaviyo makes of the stored template with `context`. Raises GatewayError."""
    body = {"type": "template", "id": klaviyo_id, "attributes": {"context": context}}
    attributes = client.call("render_template", body={"data": body}).data["attributes"]
    return Rendered(attributes.get("html") or "", attributes.get("text") or "")


def reader_context(profile: dict[str, Any]) -> dict[str, Any]:
    """The context that shows a template as one profile would see it."""
    attributes = dict(profile.get("attributes") or {})
    properties = attributes.pop("properties", None) or {}
    plain = {key: value for key, value in attributes.items() if isinstance(value, str | int | float | bool)}
    return {**properties, **plain, "person": {**properties, **plain}}
