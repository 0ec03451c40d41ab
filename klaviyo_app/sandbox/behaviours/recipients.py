"""Who would get a campaign: people of the included lists and segments, less the excluded, who may be written to.

Consent counts (Klaviyo's help: only who can receive marketing is counted).
"""

from __future__ import annotations

from collections.abc import Iterator

from klaviyo_app.sandbox.behaviours.call import Call, Thing

_MAY_GET = "hidden.subscriptions.{0}.marketing.can_receive_{0}_marketing"
MAY_BE_MAILED, MAY_BE_TEXTED = _MAY_GET.format("email"), _MAY_GET.format("sms")
_MAY = {"email": MAY_BE_MAILED, "sms": MAY_BE_TEXTED}


def members(call: Call, group: str) -> set[str]:
    """Ids of the people in a list or segment."""
    kind = "list" if call.things.get("list", group) is not None else "segment"
    return set(call.things.linked(kind, group, "profiles"))


def _asked(campaign: Thing) -> tuple[list[str], list[str], str]:
    audiences = campaign.attributes["audiences"]
    return audiences["included"], audiences["excluded"], _MAY.get(campaign.hidden.get("channel", ""), MAY_BE_MAILED)


def recipients(call: Call, campaign: Thing) -> Iterator[str]:
    """Ids of those who would get it."""
    return call.things.reached(*_asked(campaign))


def count_recipients(call: Call, campaign: Thing) -> int:
    """How many would get it."""
    return call.things.count_reached(*_asked(campaign))
