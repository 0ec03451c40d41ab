"""A profile's consent in words. Source: the `subscriptions` of Klaviyo's description of a profile."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from klaviyo_app.mirror.absorb import moment
from klaviyo_app.pages.statuses import Pill

# Channel, purpose, the field that says whether messages may go there, and what it is called.
CHANNELS: tuple[tuple[str, str, str, str | Promise], ...] = (
    ("email", "marketing", "can_receive_email_marketing", _("E-mail")),
    ("sms", "marketing", "can_receive_sms_marketing", _("SMS")),
    ("sms", "transactional", "can_receive_sms_transactional", _("SMS about orders")),
    ("mobile_push", "marketing", "can_receive_push_marketing", _("Push messages")),
    ("whatsapp", "marketing", "can_receive", _("WhatsApp")),
    ("whatsapp", "transactional", "can_receive", _("WhatsApp about orders")),
    ("whatsapp", "conversational", "can_receive", _("WhatsApp conversations")),
)
SAID = {
    "SUBSCRIBED": Pill(_("said yes"), "good", "check"),
    "UNSUBSCRIBED": Pill(_("said no"), "bad", "x"),
    "NEVER_SUBSCRIBED": Pill(_("never asked"), "neutral", "minus"),
}
REASONS: Mapping[str, str | Promise] = {
    "HARD_BOUNCE": _("the address does not exist"),
    "INVALID_EMAIL": _("the address is no address"),
    "SPAM_COMPLAINT": _("the person called a mail spam"),
    "UNSUBSCRIBE": _("the person unsubscribed"),
    "USER_SUPPRESSED": _("somebody suppressed it"),
}


@dataclass(frozen=True, slots=True)
class Consent:
    """One channel: what the person said and when, whether mails may go there, and what keeps them away."""

    channel: str | Promise
    said: Pill
    may_receive: bool
    since: datetime | None = None
    suppressed: list[str | Promise] = field(default_factory=list)


def consents(subscriptions: Mapping[str, Any] | None) -> Iterator[Consent]:
    """Each channel that Klaviyo tells of."""
    for channel, purpose, may, label in CHANNELS:
        found = ((subscriptions or {}).get(channel) or {}).get(purpose)
        if not isinstance(found, Mapping):
            continue
        said = str(found.get("consent") or "NEVER_SUBSCRIBED")
        reasons = [str(one.get("reason") or "") for one in found.get("suppression") or ()]
        yield Consent(
            channel=label,
            said=SAID.get(said) or Pill(said, "neutral", "help-circle"),
            may_receive=bool(found.get(may)),
            since=moment(found.get("consent_timestamp")),
            suppressed=[REASONS.get(reason, reason) for reason in reasons],
        )


# Act -> what it is called on the page of a profile. The questions stand in consent_views.
OFFERED: Mapping[str, str | Promise] = {
    "subscribe": _("Subscribe"),
    "unsubscribe": _("Unsubscribe"),
    "suppress": _("Suppress"),
    "unsuppress": _("Take a suppression back"),
    "subscribe-sms": _("Subscribe to text messages"),
    "unsubscribe-sms": _("Unsubscribe from text messages"),
}


def acts(attributes: Mapping[str, Any]) -> list[tuple[str, str | Promise]]:
    """(act, label) of what would change something for this person; all where Klaviyo does not tell its consent."""
    told = attributes.get("subscriptions") or {}
    offered = []
    if attributes.get("email"):
        mail = (told.get("email") or {}).get("marketing") or {}
        by_hand = any(one.get("reason") == "USER_SUPPRESSED" for one in mail.get("suppression") or ())
        offered += _either("", mail.get("consent"), kept_away=bool(mail.get("suppression")))
        offered += ["suppress", "unsuppress"] if not mail else ["unsuppress" if by_hand else "suppress"]
    if attributes.get("phone_number"):
        offered += _either("-sms", ((told.get("sms") or {}).get("marketing") or {}).get("consent"))
    return [(one, OFFERED[one]) for one in offered]


def _either(channel: str, said: str | None, *, kept_away: bool = False) -> list[str]:
    """Subscribing somebody who has said yes lifts suppressions only; unsubscribing who has said no does nothing."""
    yes = [f"subscribe{channel}"] if said != "SUBSCRIBED" or kept_away else []
    return yes + ([f"unsubscribe{channel}"] if said != "UNSUBSCRIBED" else [])
