"""Changing whether mails may go to a person: asked of Klaviyo as a job of one, carried out there in seconds."""

from __future__ import annotations

from typing import Any

from dashboard import audit
from dashboard.teams.models import User
from klaviyo_app.accounts.models import Account
from klaviyo_app.gateway.client import Client

# Act -> the operation and the type of its job.
ACTS = {
    "subscribe": ("bulk_subscribe_profiles", "profile-subscription-bulk-create-job"),
    "unsubscribe": ("bulk_unsubscribe_profiles", "profile-subscription-bulk-delete-job"),
    "suppress": ("bulk_suppress_profiles", "profile-suppression-bulk-create-job"),
    "unsuppress": ("bulk_unsuppress_profiles", "profile-suppression-bulk-delete-job"),
    "subscribe-sms": ("bulk_subscribe_profiles", "profile-subscription-bulk-create-job"),
    "unsubscribe-sms": ("bulk_unsubscribe_profiles", "profile-subscription-bulk-delete-job"),
}
SMS = ("subscribe-sms", "unsubscribe-sms")


PAST = {
    "subscribe": "subscribed",
    "unsubscribe": "unsubscribed",
    "suppress": "suppressed",
    "unsuppress": "unsuppressed",
    "subscribe-sms": "subscribed_to_sms",
    "unsubscribe-sms": "unsubscribed_from_sms",
}


def reached_by(act: str) -> str:
    """The attribute of a profile that an act is about."""
    return "phone_number" if act in SMS else "email"


def change_consent(account: Account, profile: dict[str, Any], act: str, *, client: Client, by: User) -> None:
    """Carry out one of ACTS for the e-mail address or the number of a profile. Raises GatewayError."""
    operation, kind = ACTS[act]
    name = reached_by(act)
    attributes: dict[str, Any] = {name: profile["attributes"][name]}
    person: dict[str, Any] = {"type": "profile", "attributes": attributes}
    if not act.endswith("suppress"):
        said = "SUBSCRIBED" if act.startswith("subscribe") else "UNSUBSCRIBED"
        attributes["subscriptions"] = {"sms" if act in SMS else "email": {"marketing": {"consent": said}}}
    body = {"type": kind, "attributes": {"profiles": {"data": [person]}}}
    client.call(operation, body={"data": body})
    audit.record(
        team=account.team, actor=by, action=f"profile.{PAST[act]}", target=profile["id"], account_id=account.pk
    )
