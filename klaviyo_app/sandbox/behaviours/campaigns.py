"""Campaigns: make, read, change, delete, clone, in both shapes.

Source: Klaviyo's API descriptions; that unknown fields are refused and that a message's id comes unasked: recorded
answers. Changing a campaign that is no draft: 409, concluded.
"""

from __future__ import annotations

import copy
import datetime as dt
from typing import Any

from klaviyo_app.sandbox.behaviours.bodies import Wrong
from klaviyo_app.sandbox.behaviours.call import Call, Refused, Reply, Thing, conflict, needed
from klaviyo_app.sandbox.behaviours.campaign_shapes import (
    campaign_shape,
    definition_of,
    is_nested,
    newer_strategy,
    older_strategy,
)
from klaviyo_app.sandbox.behaviours.campaign_states import DRAFT, is_over, sending_of, shows_draft, status_of

UNSUBSCRIBES, UNSUBSCRIBES_SINCE = "ignore_unsubscribes", "2026-07-15"  # recorded there; described nowhere
_SMART = {"use_smart_sending": True}
_TRACKING = {"add_tracking_params": False, "custom_tracking_params": []}
_EMAIL_TRACKING = {**_TRACKING, "is_tracking_clicks": True, "is_tracking_opens": True}


def check(wrongs: list[Wrong]) -> None:
    """Refuse a body with all that is wrong with it. 400 `invalid`, one error each."""
    if wrongs:
        errors = tuple((one.detail, {"pointer": one.pointer}) for one in wrongs)
        raise Refused(400, "invalid", "Invalid input.", errors)


def status_now(call: Call, campaign: Thing) -> str:
    """What a campaign's status is now."""
    sending = sending_of(campaign.hidden)
    return status_of(sending, call.now, call.settings) if sending else str(campaign.attributes["status"])


def present_campaign(call: Call, campaign: Thing) -> dict[str, Any]:
    """The attributes as they are shown now, at the served revision."""
    shown = dict(campaign.attributes)
    sending = sending_of(campaign.hidden)
    if sending and not shows_draft(sending, call.now, call.settings):
        shown["status"] = status_of(sending, call.now, call.settings)
        shown["send_time"] = _written(sending.starts)
        shown["updated_at"] = _written(sending.cancelled or sending.accepted)
        if sending.planned:
            shown["scheduled_at"] = _written(sending.accepted)
    if call.revision < UNSUBSCRIBES_SINCE:
        shown["send_options"] = {name: one for name, one in shown["send_options"].items() if name != UNSUBSCRIBES}
    if not is_nested(call.revision):
        shown["send_strategy"] = older_strategy(shown["send_strategy"])
    return shown


def _written(seconds: float) -> str:
    return dt.datetime.fromtimestamp(seconds, dt.UTC).isoformat()


def message_of(call: Call, campaign: Thing) -> Thing:
    """A campaign's only message."""
    return needed(
        call, "campaign-message", next(iter(call.things.linked("campaign", campaign.id, "campaign-messages")))
    )


def get_campaigns(call: Call) -> Reply:
    """GET /api/campaigns: of the channel asked for; archived ones only when they are asked for (concluded)."""
    channels = [value for field, _, value in call.filters if field == "messages.channel"]
    archived = any(field == "archived" for field, _, _ in call.filters)
    found = call.things.all("campaign")
    for channel in channels:
        found = found.narrowed("messages.channel", "hidden.channel", [channel])
    return Reply(200, things=found if archived else found.narrowed("archived", "attributes.archived", [0]))


def create_campaign(call: Call) -> Reply:
    """POST /api/campaigns: 201, a draft with one message."""
    attributes = call.attributes
    check(list(campaign_shape(call.revision, new=True)(attributes, "/data/attributes")))
    _check_audiences(call, attributes["audiences"])
    first = attributes["campaign-messages"]["data"][0]["attributes"]
    definition = definition_of(first, first.get("channel", "email"))
    audiences = attributes["audiences"]
    by_mail = definition["channel"] == "email"
    tracking = _EMAIL_TRACKING if by_mail else _TRACKING
    smart = {**_SMART, UNSUBSCRIBES: False} if by_mail else _SMART
    kept = {
        "name": attributes["name"],
        "status": DRAFT,
        "archived": False,
        "audiences": {"included": list(audiences.get("included", [])), "excluded": list(audiences.get("excluded", []))},
        "send_options": {**smart, **attributes.get("send_options", {})},
        "tracking_options": {**tracking, **attributes.get("tracking_options", {})},
        "send_strategy": newer_strategy(attributes.get("send_strategy", {"method": "immediate"})),
        "created_at": call.stamp,
        "scheduled_at": None,
        "updated_at": call.stamp,
        "send_time": None,
    }
    definition.setdefault("label", attributes["name"])
    return Reply(201, _keep(call, kept, definition, template=None))


def _keep(call: Call, attributes: dict[str, Any], definition: dict[str, Any], template: str | None) -> Thing:
    campaign = Thing("campaign", call.new_id("campaign"), attributes, hidden={"channel": definition["channel"]})
    message = Thing(
        "campaign-message",
        call.new_id("campaign-message"),
        {"definition": definition, "send_times": [], "created_at": call.stamp, "updated_at": call.stamp},
        {"campaign": campaign.id, "template": template, "image": None},
    )
    call.things.put_all([campaign, message])
    call.things.link("campaign", campaign.id, "campaign-messages", {message.id: call.stamp})
    return campaign


def _check_audiences(call: Call, audiences: dict[str, Any]) -> None:
    """Ids of lists and segments of this account. A list that is not there: 400, concluded."""
    for part in ("included", "excluded"):
        for index, one in enumerate(audiences.get(part, [])):
            if call.things.get("list", one) is None and call.things.get("segment", one) is None:
                pointer = f"/data/attributes/audiences/{part}/{index}"
                check([Wrong(pointer, f"A list or segment with id {one} does not exist.")])


def update_campaign(call: Call) -> Reply:
    """PATCH /api/campaigns/{id}: 200. Only drafts; null leaves a part as it is."""
    campaign = needed(call, "campaign", call.path["id"])
    attributes = {name: value for name, value in call.attributes.items() if value is not None}
    check(list(campaign_shape(call.revision, new=False)(attributes, "/data/attributes")))
    if status_now(call, campaign) != DRAFT:
        raise conflict(f"The campaign is {status_now(call, campaign)}; only a Draft can be changed.")
    if "send_strategy" in attributes:
        attributes["send_strategy"] = newer_strategy(attributes["send_strategy"])
    if "audiences" in attributes:
        _check_audiences(call, attributes["audiences"])
        attributes["audiences"] = {**campaign.attributes["audiences"], **attributes["audiences"]}
    for name in ("send_options", "tracking_options"):
        if name in attributes:
            attributes[name] = {**campaign.attributes[name], **attributes[name]}
    campaign.attributes = {**campaign.attributes, **attributes, "updated_at": call.stamp}
    call.things.put(campaign)
    return Reply(200, campaign)


def delete_campaign(call: Call) -> Reply:
    """DELETE /api/campaigns/{id}: 204. One that is being sent: 409, concluded."""
    campaign = needed(call, "campaign", call.path["id"])
    status = status_now(call, campaign)
    if status not in (DRAFT, "Scheduled", "Unknown") and not is_over(status):
        raise conflict(f"The campaign is {status} and cannot be deleted now.")
    message = message_of(call, campaign)
    if message.relationships.get("template"):
        call.things.drop("template", str(message.relationships["template"]))
    call.things.drop("campaign-message", message.id)
    call.things.drop("campaign", campaign.id)
    return Reply(204)


def create_campaign_clone(call: Call) -> Reply:
    """POST /api/campaign-clone: 201, a draft with the same content; new_name optional."""
    original = needed(call, "campaign", str(call.data["id"]))
    message = message_of(call, original)
    attributes = copy.deepcopy(original.attributes)
    attributes |= {
        "name": call.attributes.get("new_name") or f"Clone of {original.attributes['name']}",
        "status": DRAFT,
        "archived": False,
        "created_at": call.stamp,
        "updated_at": call.stamp,
        "scheduled_at": None,
        "send_time": None,
    }
    definition = copy.deepcopy(message.attributes["definition"])
    template = _copied_template(call, message)
    return Reply(201, _keep(call, attributes, definition, template))


def _copied_template(call: Call, message: Thing) -> str | None:
    found = call.things.get("template", str(message.relationships.get("template")))
    if found is None:
        return None
    twin = Thing("template", call.new_id("template"), dict(found.attributes), {}, dict(found.hidden))
    call.things.put(twin)
    return twin.id
