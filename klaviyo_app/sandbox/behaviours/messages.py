"""Campaign messages: change the content, assign a template.

Source: Klaviyo's API descriptions. That PATCH replaces the whole content object, that assigning makes a private copy
which PATCH on templates refuses, that assigning the same copy again changes nothing, and that the answer to
assign-template has the old flat shape: recorded answers.
"""

from __future__ import annotations

from typing import Any

from klaviyo_app.sandbox.behaviours.call import Call, Reply, Thing, conflict, invalid, needed
from klaviyo_app.sandbox.behaviours.campaign_shapes import definition_of, flat_message, is_nested, message_shape
from klaviyo_app.sandbox.behaviours.campaign_states import DRAFT
from klaviyo_app.sandbox.behaviours.campaigns import check, status_now


def present_message(call: Call, message: Thing) -> dict[str, Any]:
    """The attributes in the served revision's shape."""
    return dict(message.attributes) if is_nested(call.revision) else flat_message(message.attributes)


def _of_a_draft(call: Call, message: Thing) -> None:
    campaign = needed(call, "campaign", str(message.relationships["campaign"]))
    if status_now(call, campaign) != DRAFT:
        raise conflict(f"The campaign is {status_now(call, campaign)}; only a Draft's message can be changed.")


def update_campaign_message(call: Call) -> Reply:
    """PATCH /api/campaign-messages/{id}: 200. What content leaves out is lost, from_email included."""
    message = needed(call, "campaign-message", call.path["id"])
    attributes = call.attributes
    check(list(message_shape(call.revision, channel=False)(attributes, "/data/attributes")))
    _of_a_draft(call, message)
    kept = message.attributes["definition"]
    changed = definition_of(attributes, kept["channel"])
    if changed["channel"] != kept["channel"]:
        raise invalid("A message's channel cannot be changed.", "/data/attributes/definition/channel")
    if kept["channel"] == "email" and "render_options" in changed:
        raise invalid("'render_options' is not valid for an email message.", "/data/attributes/render_options")
    message.attributes = {**message.attributes, "definition": {**kept, **changed}, "updated_at": call.stamp}
    call.things.put(message)
    return Reply(200, message)


def assign_template_to_campaign_message(call: Call) -> Reply:
    """POST /api/campaign-message-assign-template: 200; the message gets a copy named "Clone of <id>"."""
    message = needed(call, "campaign-message", str(call.data["id"]))
    wanted = str(call.data["relationships"]["template"]["data"]["id"])
    template = needed(call, "template", wanted)
    _of_a_draft(call, message)
    if message.attributes["definition"]["channel"] != "email":
        raise invalid("Templates can only be assigned to email messages.", "/data/relationships/template")
    if template.id != message.relationships.get("template"):
        template = _private_copy(call, template)
        old = message.relationships.get("template")
        if old:
            call.things.drop("template", old)
        message.relationships = {**message.relationships, "template": template.id}
        message.attributes = {**message.attributes, "updated_at": call.stamp}
        call.things.put(message)
    return Reply(200, message, included=(template,), flat=True)


def _private_copy(call: Call, template: Thing) -> Thing:
    attributes = {**template.attributes, "name": f"Clone of {template.id}"}
    attributes |= {"created": call.second, "updated": call.second}
    twin = Thing("template", call.new_id("template"), attributes, {}, {"private": True})
    call.things.put(twin)
    return twin
