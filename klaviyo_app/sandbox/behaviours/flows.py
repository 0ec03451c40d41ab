"""Flows: their definitions, and what those are read as: actions and messages.

Source: Klaviyo's API descriptions: a definition has triggers, actions that are chained by links, and the action that it
begins with; new actions carry a temporary_id; a status is set for the flow and all its actions; before 2025-10-15
actions and messages are told in a flat shape. That a new flow is a draft, and the texts of the errors: concluded.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Any

from klaviyo_app.sandbox.behaviours.bodies import anything, choice, items, nullable, obj, text
from klaviyo_app.sandbox.behaviours.call import Call, Reply, Thing, conflict, invalid, needed
from klaviyo_app.sandbox.behaviours.campaigns import check

FLAT_BEFORE = "2025-10-15"
# What a message says of itself where nothing was said.
MAIL: Mapping[str, Any] = {
    **dict.fromkeys(("from_email", "from_label", "reply_to_email", "cc_email", "bcc_email", "subject_line")),
    **dict.fromkeys(("preview_text", "template_id", "custom_tracking_params", "additional_filters")),
    "smart_sending_enabled": True,
    "transactional": False,
    "add_tracking_params": False,
}
STATUSES = ("draft", "manual", "live")
CHANNELS: Mapping[str, str] = {
    "send-email": "Email",
    "send-sms": "SMS",
    "send-push-notification": "Mobile Push",
    "send-whatsapp": "WhatsApp",
    "send-webhook": "Webhook",
    "send-internal-alert": "Internal Alert",
}
TRIGGERS: Mapping[str, str] = {
    "list": "Added to List",
    "segment": "Added to List",
    "metric": "Metric",
    "date": "Date Based",
    "price-drop": "Price Drop",
    "low-inventory": "Low Inventory",
}
_DEFINITION = obj(
    {
        "triggers": items(anything, most=1),
        "actions": items(anything, least=1),
        "entry_action_id": nullable(text()),
    },
    {"profile_filter": anything, "reentry_criteria": anything},
)
_CREATED = obj({"name": text(least=1), "definition": _DEFINITION})
_UPDATED = obj({"status": choice(*STATUSES)})
_AT = "/data/attributes/definition"


def parts(flow: Thing, definition: Mapping[str, Any], stamp: str) -> Iterator[Thing]:
    """The actions and messages of a definition whose ids are real."""
    for action in definition["actions"]:
        times = {"created": stamp, "updated": stamp}
        yield Thing("flow-action", action["id"], {**times, "definition": action}, {"flow": flow.id})
        if channel := CHANNELS.get(action["type"]):
            message = (action.get("data") or {}).get("message") or {}
            known = {"name": message.get("name"), "channel": channel, **times, "definition": message}
            links = {"flow-action": action["id"], "template": message.get("template_id"), "flow": flow.id}
            yield Thing("flow-message", message["id"], known, links)


def links(definition: Mapping[str, Any], flow_id: str, stamp: str) -> Iterator[tuple[str, str, str, dict[str, str]]]:
    """The links between a flow, its actions and their messages, and what starts it."""
    for trigger in definition["triggers"]:
        if trigger.get("type") in ("list", "segment", "metric") and trigger.get("id"):
            yield trigger["type"], trigger["id"], "flow-triggers", {flow_id: stamp}
    yield "flow", flow_id, "flow-actions", {one["id"]: stamp for one in definition["actions"]}
    for action in definition["actions"]:
        if action["type"] in CHANNELS:
            yield "flow-action", action["id"], "flow-messages", {action["data"]["message"]["id"]: stamp}


def keep(call: Call, flow: Thing) -> None:
    """Put a flow with all its parts."""
    definition = flow.hidden["definition"]
    call.things.put_all([flow, *parts(flow, definition, call.second)])
    for kind, id_, relation, others in links(definition, flow.id, call.stamp):
        call.things.link(kind, id_, relation, others)


def create_flow(call: Call) -> Reply:
    """POST /api/flows: 201, a draft."""
    check(list(_CREATED(call.attributes, "/data/attributes")))
    definition = _with_ids(call, copy.deepcopy(call.attributes["definition"]))
    kind = (definition["triggers"] or [{}])[0].get("type", "")
    attributes = {
        "name": call.attributes["name"],
        "status": "draft",
        "archived": False,
        "created": call.second,
        "updated": call.second,
        "trigger_type": TRIGGERS.get(kind, "Unconfigured"),
    }
    flow = Thing("flow", call.new_id("flow"), attributes, hidden={"definition": definition})
    keep(call, flow)
    return Reply(201, flow)


def _with_ids(call: Call, definition: dict[str, Any]) -> dict[str, Any]:
    """The definition with real ids for its temporary ones. Raises Refused (400) for one that hangs together badly."""
    highest = max((int(one.id) for one in call.things.all("flow-action") if one.id.isdigit()), default=100_000)
    real: dict[str, str] = {}
    for number, action in enumerate(definition["actions"]):
        pointer = f"{_AT}/actions/{number}"
        if not isinstance(action, dict) or not isinstance(action.get("type"), str):
            raise invalid("Each action needs a type.", f"{pointer}/type")
        temporary = action.pop("temporary_id", None)
        if not temporary or action.get("id"):
            raise invalid("A new action needs a temporary_id and no id.", f"{pointer}/temporary_id")
        if temporary in real:
            raise invalid(f"The temporary_id '{temporary}' is used twice.", f"{pointer}/temporary_id")
        real[temporary] = str(highest + number + 1)
        _message(call, action, pointer)
    for number, action in enumerate(definition["actions"]):
        action["links"] = {
            name: _real(real, other, f"{_AT}/actions/{number}/links/{name}")
            for name, other in (action.get("links") or {}).items()
        }
    for temporary, action in zip(real, definition["actions"], strict=True):
        action["id"] = real[temporary]
    definition["entry_action_id"] = _real(real, definition["entry_action_id"], f"{_AT}/entry_action_id")
    return definition


def _real(real: Mapping[str, str], other: Any, pointer: str) -> str | None:
    if other is None:
        return None
    if other not in real:
        raise invalid(f"There is no action '{other}'.", pointer)
    return real[other]


def _message(call: Call, action: dict[str, Any], pointer: str) -> None:
    if action["type"] not in CHANNELS:
        return
    data = action.setdefault("data", {})
    if not isinstance(data.get("message"), dict):
        raise invalid("A sending action needs a message.", f"{pointer}/data/message")
    template = data["message"].get("template_id")
    if template and call.things.get("template", template) is None:
        raise invalid(f"The template '{template}' does not exist.", f"{pointer}/data/message/template_id")
    known = MAIL if action["type"] == "send-email" else {}
    data["message"] = {**known, **data["message"], "id": call.new_id("flow")}
    data["status"] = "draft"


def update_flow(call: Call) -> Reply:
    """PATCH /api/flows/{id}: 200; the status of the flow and of all its actions."""
    flow = needed(call, "flow", call.path["id"])
    check(list(_UPDATED(call.attributes, "/data/attributes")))
    status = call.attributes["status"]
    if flow.attributes["trigger_type"] == "Unconfigured" and status != "draft":
        raise conflict("A flow without a trigger cannot be turned on.", "/data/attributes/status")
    flow.attributes = {**flow.attributes, "status": status, "updated": call.second}
    if definition := copy.deepcopy(flow.hidden.get("definition")):
        for action in definition["actions"]:
            if action["type"] in CHANNELS:
                action["data"]["status"] = status
        flow.hidden = {**flow.hidden, "definition": definition}
        keep(call, flow)
    else:
        call.things.put(flow)
    return Reply(200, flow)


def delete_flow(call: Call) -> Reply:
    """DELETE /api/flows/{id}: 204; its actions and messages go with it."""
    flow = needed(call, "flow", call.path["id"])
    for action in list(call.things.linked("flow", flow.id, "flow-actions")):
        for message in list(call.things.linked("flow-action", action, "flow-messages")):
            call.things.drop("flow-message", message)
        call.things.drop("flow-action", action)
    call.things.drop("flow", flow.id)
    return Reply(204)


def get_template_for_flow_message(call: Call) -> Reply:
    """GET /api/flow-messages/{id}/template; null where the message has none."""
    message = needed(call, "flow-message", call.path["id"])
    template = message.relationships.get("template")
    return Reply(200, call.things.get("template", template) if template else None)


def present_flow(call: Call, thing: Thing) -> dict[str, Any]:
    """The definition only where it is asked for."""
    if "definition" not in call.additional.get("flow", frozenset()):
        return thing.attributes
    empty: dict[str, Any] = {"triggers": [], "actions": [], "entry_action_id": None}
    return {**thing.attributes, "definition": thing.hidden.get("definition", empty)}


def present_action(call: Call, thing: Thing) -> dict[str, Any]:
    """Before 2025-10-15 without the definition."""
    if call.revision >= FLAT_BEFORE:
        return thing.attributes
    known = thing.attributes["definition"]
    data = known.get("data") or {}
    told = {"action_type": known["type"].upper().replace("-", "_"), "status": data.get("status", "live")}
    times = {name: thing.attributes[name] for name in ("created", "updated")}
    settings = {name: one for name, one in data.items() if name not in ("message", "status")}
    return {
        **told,
        **times,
        "settings": settings,
        **dict.fromkeys(("tracking_options", "send_options", "render_options")),
    }


def present_message(call: Call, thing: Thing) -> dict[str, Any]:
    """Before 2025-10-15 with its content beside it."""
    known = thing.attributes
    if call.revision >= FLAT_BEFORE:
        return {name: one for name, one in known.items() if name != "name"}
    message = known["definition"]
    if known["channel"] == "Email":
        names = ("preview_text", "from_email", "from_label", "reply_to_email", "cc_email", "bcc_email")
        content = {"subject": message.get("subject_line") or "", **{name: message.get(name) for name in names}}
        content |= {name: content[name] or "" for name in names[:3]}
    else:
        content = {"body": message.get("body") or "", "media_url": None}
    times = {name: known[name] for name in ("created", "updated")}
    return {"name": known["name"] or "", "channel": known["channel"], "content": content, **times}
