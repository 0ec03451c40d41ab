"""Who would get a campaign: people of the included lists and segments, less the excluded, who may be mailed."""

from __future__ import annotations

from klaviyo_app.sandbox.behaviours.call import Call, Thing


def members(call: Call, group: str) -> set[str]:
    """Ids of the people in a list or segment."""
    kind = "list" if call.things.get("list", group) is not None else "segment"
    return set(call.things.linked(kind, group, "profiles"))


def recipients(call: Call, campaign: Thing) -> set[str]:
    """Ids of those who would get it. Consent counts (Klaviyo's help: only who can receive marketing is counted)."""
    audiences = campaign.attributes["audiences"]
    found: set[str] = set().union(*(members(call, one) for one in audiences["included"]))
    found -= set().union(*(members(call, one) for one in audiences["excluded"]))
    return {one.id for one in call.things.some("profile", sorted(found)) if may_be_mailed(one)}


def may_be_mailed(profile: Thing) -> bool:
    """Whether a profile can receive e-mail marketing."""
    email = (profile.hidden.get("subscriptions") or {}).get("email") or {}
    return bool((email.get("marketing") or {}).get("can_receive_email_marketing"))
