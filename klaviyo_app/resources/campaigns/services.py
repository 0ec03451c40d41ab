"""What can be done with campaigns, but for sending: Klaviyo first, then the mirror, then the audit log."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dashboard import audit
from dashboard.teams.models import User
from klaviyo_app.accounts.models import Account
from klaviyo_app.gateway import shapes
from klaviyo_app.gateway.client import Client
from klaviyo_app.gateway.errors import GatewayError, NotFound
from klaviyo_app.gateway.query import Query
from klaviyo_app.gateway.shapes import Message
from klaviyo_app.mirror import edits
from klaviyo_app.mirror.absorb import absorb, absorb_gone
from klaviyo_app.resources.campaigns.composition import Composition
from klaviyo_app.resources.campaigns.models import Campaign


@dataclass(frozen=True, slots=True)
class Live:
    """A campaign as Klaviyo has it now, with its one message and that message's template."""

    campaign: dict[str, Any]
    message: Message
    template: dict[str, Any] | None

    @property
    def seen(self) -> dict[str, Any]:
        """What an edit compares: everything that the form shows."""
        attributes = self.campaign["attributes"]
        kept = ("name", "status", "audiences", "send_strategy", "send_options", "tracking_options")
        shown = {name: attributes.get(name) for name in kept}
        template = (self.template or {}).get("id")
        return {"attributes": {**shown, "content": self.message.content, "template": template}}


def read_live(client: Client, campaign_id: str) -> Live:
    """Campaign, message and template, in two or three calls. Raises GatewayError (NotFound when it is gone)."""
    answer = client.call("get_campaign", path={"id": campaign_id}, query=Query(include=("campaign-messages",)))
    messages = [one for one in answer.included if one["type"] == "campaign-message"]
    message = shapes.read_message(messages[0]) if messages else Message("", "email", "")
    template = None
    if message.id:
        with suppress(NotFound):
            template = client.call("get_template_for_campaign_message", path={"id": message.id}).data
    return Live(answer.data, message, template)


def compose_campaign(
    account: Account, *, client: Client, by: User, now: datetime, composition: Composition
) -> tuple[Campaign, GatewayError | None]:
    """Make a draft and give it its template. The second value: why the template could not be assigned."""
    message = Message("", "email", composition.name, composition.content)
    body = shapes.campaign_body(
        name=composition.name,
        audiences=composition.audiences,
        message=message,
        revision=client.served_revision,
        strategy=composition.strategy,
        send_options={"use_smart_sending": composition.smart_sending},
        tracking_options=composition.tracking,
    )
    answer = client.call("create_campaign", body=body)
    subject = composition.content["subject"]
    row = absorb_campaign(account, answer.data, subject=subject, channel=message.channel, by=by, now=now)
    _record(account, by, "campaign.created", row.name, after=_summary(composition))
    try:
        if composition.template_id:
            assign_template(client, row.message_id, composition.template_id)
    except GatewayError as error:
        return row, error
    return row, None


def edit_campaign(
    row: Campaign, *, client: Client, by: User, now: datetime, seen: str, composition: Composition
) -> Campaign:
    """Change a draft: campaign, message, template. Raises ChangedMeanwhile, GatewayError.

    Klaviyo replaces a message's whole content, so the live one is read and the changes are laid over it.
    """
    live = read_live(client, row.klaviyo_id)
    edits.check(seen, live.seen)
    revision = client.served_revision
    body = shapes.campaign_update(
        row.klaviyo_id,
        revision=revision,
        name=composition.name,
        audiences=composition.audiences,
        strategy=composition.strategy,
        send_options={"use_smart_sending": composition.smart_sending},
        tracking_options=composition.tracking,
    )
    answer = client.call("update_campaign", path={"id": row.klaviyo_id}, body=body)
    changes = {name: value or None for name, value in composition.content.items()}
    update = shapes.message_update(live.message, changes, revision)
    client.call("update_campaign_message", path={"id": live.message.id}, body=update)
    if composition.template_id:
        assign_template(client, live.message.id, composition.template_id)
    changed = absorb_campaign(row.account, answer.data, subject=composition.content["subject"], by=by, now=now)
    before = {"name": row.name, "subject": row.subject, **row.audiences}
    _record(row.account, by, "campaign.changed", changed.name, before=before, after=_summary(composition))
    return changed


def assign_template(client: Client, message_id: str, template_id: str) -> None:
    """Give a message a private copy of a template. Raises GatewayError."""
    relationship = {"template": {"data": {"type": "template", "id": template_id}}}
    body = {"type": "campaign-message", "id": message_id, "relationships": relationship}
    client.call("assign_template_to_campaign_message", body={"data": body})


def clone_campaign(row: Campaign, *, client: Client, by: User, now: datetime, name: str) -> Campaign:
    """A new draft with the same content. Raises GatewayError."""
    body = {"type": "campaign", "id": row.klaviyo_id, "attributes": {"new_name": name}}
    answer = client.call("create_campaign_clone", body={"data": body})
    copy = absorb_campaign(row.account, answer.data, subject=row.subject, channel=row.channel, by=by, now=now)
    _record(row.account, by, "campaign.cloned", name, before={"name": row.name}, after={"name": name})
    return copy


def delete_campaign(row: Campaign, *, client: Client, by: User, now: datetime) -> None:
    """Delete it at Klaviyo, then here; gone already counts as done."""
    with suppress(NotFound):
        client.call("delete_campaign", path={"id": row.klaviyo_id})
    absorb_gone(row, by=by, now=now)
    _record(row.account, by, "campaign.deleted", row.name, before={"name": row.name, "status": row.status})


def absorb_campaign(
    account: Account,
    resource: dict[str, Any],
    *,
    subject: str | None = None,
    channel: str = "",
    by: User | None,
    now: datetime,
) -> Campaign:
    """Take Klaviyo's answer into the mirror; subject and channel stand on the message, which most answers lack."""
    row = absorb(Campaign, account, resource, by=by, now=now)
    known = (row.subject if subject is None else subject[:1000], channel or row.channel)
    if known != (row.subject, row.channel):
        row.subject, row.channel = known
        row.save(update_fields=["subject", "channel"])
    return row


def _summary(composition: Composition) -> dict[str, Any]:
    return {
        "name": composition.name,
        "subject": composition.content["subject"],
        "included": list(composition.audiences.included),
        "excluded": list(composition.audiences.excluded),
        "method": composition.strategy.method,
    }


def _record(account: Account, by: User, action: str, name: str, **change: Any) -> None:
    audit.record(team=account.team, actor=by, action=action, target=name, account_id=account.pk, **change)
