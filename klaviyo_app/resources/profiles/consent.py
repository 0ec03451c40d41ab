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

CHANNELS: tuple[tuple[str, str, str | Promise], ...] = (
    ("email", "marketing", _("E-mail")),
    ("sms", "marketing", _("SMS")),
    ("sms", "transactional", _("SMS about orders")),
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
    for channel, purpose, label in CHANNELS:
        found = ((subscriptions or {}).get(channel) or {}).get(purpose)
        if not isinstance(found, Mapping):
            continue
        said = str(found.get("consent") or "NEVER_SUBSCRIBED")
        reasons = [str(one.get("reason") or "") for one in found.get("suppression") or ()]
        yield Consent(
            channel=label,
            said=SAID.get(said) or Pill(said, "neutral", "help-circle"),
            may_receive=bool(found.get(f"can_receive_{channel}_{purpose}")),
            since=moment(found.get("consent_timestamp")),
            suppressed=[REASONS.get(reason, reason) for reason in reasons],
        )
