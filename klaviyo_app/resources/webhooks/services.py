"""What can be done with webhooks: at Klaviyo, then in the audit log, which never sees a secret."""

from __future__ import annotations

import ipaddress
import secrets
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import orjson
import requests
from django.conf import settings
from django.urls import reverse

from dashboard import audit
from dashboard.teams.models import User
from klaviyo_app.accounts.models import Account
from klaviyo_app.gateway.client import Client
from klaviyo_app.gateway.errors import NotFound
from klaviyo_app.gateway.query import Query
from klaviyo_app.mirror import edits
from klaviyo_app.resources.webhooks import receiving
from klaviyo_app.resources.webhooks.models import OwnWebhook

WITH_TOPICS = Query(include=("webhook-topics",))
TEST_S = 5.0  # Klaviyo waits as long for an answer
# What makes a copy of ours stale.
OF_INTEREST = ("list", "received_email", "bounced_email", "unsubscribed", "subscribed")


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a test delivery went: HTTP status (None: no answer), and the time it took in ms."""

    status: int | None
    ms: float

    @property
    def good(self) -> bool:
        """Whether it was taken."""
        return self.status is not None and 200 <= self.status < 300


def _record(account: Account, by: User, action: str, name: str, **change: Any) -> None:
    audit.record(team=account.team, actor=by, action=action, target=name, account_id=account.pk, **change)


def new_secret() -> str:
    """Long enough that nobody guesses it; Klaviyo wants at least 16 characters."""
    return secrets.token_urlsafe(32)


def topics_of(hook: Mapping[str, Any]) -> list[str]:
    """The ids of the topics that a webhook is subscribed to."""
    relation = (hook.get("relationships") or {}).get("webhook-topics") or {}
    return sorted(str(one["id"]) for one in relation.get("data") or [])


def read_all(client: Client) -> list[dict[str, Any]]:
    """All webhooks with their topics; an account has few. Raises GatewayError."""
    return list(client.call("get_webhooks", query=WITH_TOPICS).data or [])


def read(client: Client, webhook_id: str) -> dict[str, Any]:
    """One webhook with its topics. Raises GatewayError."""
    found: dict[str, Any] = client.call("get_webhook", path={"id": webhook_id}, query=WITH_TOPICS).data
    return found


def topics(client: Client) -> list[str]:
    """Every topic of the account. Raises GatewayError."""
    return sorted(str(one["id"]) for one in client.call("get_webhook_topics").data or [])


def _links(ids: Sequence[str]) -> dict[str, Any]:
    return {"webhook-topics": {"data": [{"type": "webhook-topic", "id": one} for one in ids]}}


def create(
    account: Account,
    *,
    client: Client,
    by: User,
    name: str,
    description: str,
    endpoint_url: str,
    secret: str,
    topics: Sequence[str],
) -> dict[str, Any]:
    """Make a webhook, enabled from the start. Raises GatewayError."""
    attributes = {"name": name, "endpoint_url": endpoint_url, "secret_key": secret}
    if description:
        attributes["description"] = description
    body = {"type": "webhook", "attributes": attributes, "relationships": _links(topics)}
    made: dict[str, Any] = client.call("create_webhook", body={"data": body}).data
    where = urlsplit(endpoint_url).netloc
    _record(account, by, "webhook.created", name, after={"host": where, "topics": list(topics)})
    return made


def create_own(account: Account, *, client: Client, by: User) -> dict[str, Any]:
    """Make the webhook that leads to this dashboard, with the topics that make our copies stale. Raises GatewayError.

    The row with the secret is committed first: a delivery may be quicker than Klaviyo's answer to us.
    """
    wanted = [one for one in topics(client) if any(word in one for word in OF_INTEREST)]
    hook = OwnWebhook.objects.create(account=account, token=secrets.token_urlsafe(32), secret=new_secret())
    try:
        made = create(
            account,
            client=client,
            by=by,
            name="Klaviyo dashboard",
            description="Keeps the dashboard's copies fresh.",
            endpoint_url=address_of(hook),
            secret=str(hook.secret),
            topics=wanted,
        )
    except Exception:
        hook.delete()
        raise
    OwnWebhook.objects.filter(pk=hook.pk).update(klaviyo_id=made["id"])
    return made


def address_of(hook: OwnWebhook) -> str:
    """Where Klaviyo posts to."""
    return str(settings.SITE_URL) + reverse("webhook-receive", kwargs={"token": hook.token})


def why_not_own() -> str:
    """Why Klaviyo could not reach us at SITE_URL: a code, or "" where it can."""
    here = urlsplit(str(settings.SITE_URL))
    if is_inside(here.hostname or ""):
        # The sandbox on this machine reaches us all the same.
        return "" if is_inside(urlsplit(str(settings.MATON_GATEWAY_URL)).hostname or "") else "inside"
    return "" if here.scheme == "https" else "http"


def is_inside(host: str) -> bool:
    """Whether a host's name or number lies within this machine or a private network."""
    if host in {"localhost", ""} or host.endswith((".localhost", ".local", ".internal")):
        return True
    with suppress(ValueError):
        return not ipaddress.ip_address(host.strip("[]")).is_global
    return "." not in host


def edit(
    account: Account,
    webhook_id: str,
    *,
    client: Client,
    by: User,
    seen: str,
    values: Mapping[str, Any],
    topics: Sequence[str] | None = None,
) -> dict[str, Any]:
    """Change a webhook; `values` are Klaviyo's attributes. Raises ChangedMeanwhile, GatewayError."""
    live = read(client, webhook_id)
    edits.check(seen, live)
    body: dict[str, Any] = {"type": "webhook", "id": webhook_id, "attributes": dict(values)}
    if topics is not None:
        body["relationships"] = _links(topics)
    changed: dict[str, Any] = client.call("update_webhook", path={"id": webhook_id}, body={"data": body}).data
    was = live["attributes"]
    told = {name: value for name, value in values.items() if name not in {"secret_key", "endpoint_url"}}
    after = {**told, **({"topics": list(topics)} if topics is not None else {})}
    after |= {"endpoint": "changed"} if "endpoint_url" in values else {}
    after |= {"signing": "changed"} if "secret_key" in values else {}
    _record(account, by, "webhook.changed", was["name"], before={name: was.get(name) for name in told}, after=after)
    return changed


def delete(account: Account, hook: Mapping[str, Any], *, client: Client, by: User) -> None:
    """Delete it, and what our receiver kept for it; gone already counts as done."""
    with suppress(NotFound):
        client.call("delete_webhook", path={"id": hook["id"]})
    OwnWebhook.objects.filter(account=account, klaviyo_id=hook["id"]).delete()
    _record(account, by, "webhook.deleted", hook["attributes"]["name"])


def test_delivery(hook: OwnWebhook, now: datetime) -> Outcome:
    """Post to our own address as Klaviyo would, signed, over the network."""
    meta = {"klaviyo_account_id": hook.account.klaviyo_id, "klaviyo_webhook_id": hook.klaviyo_id}
    document = {"data": [{"topic": receiving.TEST_TOPIC}], "meta": {**meta, "timestamp": now.isoformat()}}
    body, stamp = orjson.dumps(document), now.isoformat()
    headers = {
        "Content-Type": "application/json",
        "Klaviyo-Webhook-Id": hook.klaviyo_id,
        "Klaviyo-Timestamp": stamp,
        "Klaviyo-Signature": receiving.sign(str(hook.secret), body, stamp),
    }
    try:
        answer = requests.post(address_of(hook), data=body, headers=headers, timeout=TEST_S, allow_redirects=False)
    except requests.RequestException:
        return Outcome(None, 0.0)
    return Outcome(answer.status_code, answer.elapsed.total_seconds() * 1000)
