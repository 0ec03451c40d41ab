"""Templates: write, clone, render, delete.

Source: Klaviyo's API descriptions (at most 1,000 for create and clone); html normalised to a whole document, 200 for
delete, render and clone, 409 for one that a flow uses, and copies of campaigns that refuse PATCH: recorded answers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from klaviyo_app.sandbox.behaviours.bodies import choice, nullable, obj, text
from klaviyo_app.sandbox.behaviours.call import Call, Reply, Thing, conflict, invalid, needed
from klaviyo_app.sandbox.behaviours.campaigns import check
from klaviyo_app.sandbox.behaviours.template_language import render
from klaviyo_app.sandbox.behaviours.template_tags import Surroundings
from klaviyo_app.sandbox.behaviours.template_values import TemplateError

MOST = 1000
AMP_SINCE = "2025-01-15"


def whole_document(html: str) -> str:
    """The html as Klaviyo gives it back: a fragment wrapped into a document, and a document given its head."""
    if not re.search(r"<body[\s>]|<html[\s>]", html, re.IGNORECASE):
        html = f"<body>{html}</body>"
    if not re.search(r"<html[\s>]", html, re.IGNORECASE):
        html = f"<html>{html}</html>"
    if re.search(r"<head[\s>]", html, re.IGNORECASE):
        return html
    return re.sub(r"<html(\s[^>]*)?>", r"\g<0><head></head>", html, count=1, flags=re.IGNORECASE)


def present_template(call: Call, template: Thing) -> dict[str, Any]:
    """The attributes; amp since 2025-01-15."""
    shown = dict(template.attributes)
    if call.revision < AMP_SINCE:
        shown.pop("amp", None)
    return shown


def _members(call: Call) -> dict[str, Any]:
    members = {"html": nullable(text()), "text": nullable(text())}
    return members | ({"amp": nullable(text())} if call.revision >= AMP_SINCE else {})


def get_templates(call: Call) -> Reply:
    """GET /api/templates: the library, without the copies inside campaigns (concluded)."""
    return Reply(200, things=call.things.all("template").narrowed("", "hidden.private", [None]))


def create_template(call: Call) -> Reply:
    """POST /api/templates: 201. Drag-and-drop ones (SYSTEM_DRAGGABLE) cannot be written here."""
    attributes = call.attributes
    required = {"name": text(least=1), "editor_type": choice("CODE", "USER_DRAGGABLE")}
    check(list(obj(required, _members(call))(attributes, "/data/attributes")))
    _room(call)
    kept = {
        "name": attributes["name"],
        "editor_type": attributes["editor_type"],
        "html": whole_document(attributes.get("html") or ""),
        "text": attributes.get("text") or "",
        "amp": attributes.get("amp"),
        "created": call.second,
        "updated": call.second,
    }
    template = Thing("template", call.new_id("template"), kept)
    call.things.put(template)
    return Reply(201, template)


def _room(call: Call) -> None:
    if call.things.count("template") >= MOST and len(list(get_templates(call).things or ())) >= MOST:
        raise invalid(f"The account has {MOST} templates; no more can be created through the API.")


def update_template(call: Call) -> Reply:
    """PATCH /api/templates/{id}: 200. A campaign's copy refuses; null leaves a part as it is."""
    template = needed(call, "template", call.path["id"])
    attributes = call.attributes
    check(list(obj({}, {"name": nullable(text(least=1)), **_members(call)})(attributes, "/data/attributes")))
    if template.hidden.get("private"):
        raise invalid("This template belongs to a campaign message and cannot be updated.")
    if template.attributes["editor_type"] == "SYSTEM_DRAGGABLE" and {"html", "text"} & attributes.keys():
        raise invalid("A drag-and-drop template's html and text cannot be updated.", "/data/attributes/html")
    changed = {name: value for name, value in attributes.items() if value is not None}
    if "html" in changed:
        changed["html"] = whole_document(changed["html"])
    template.attributes = {**template.attributes, **changed, "updated": call.second}
    call.things.put(template)
    return Reply(200, template)


def delete_template(call: Call) -> Reply:
    """DELETE /api/templates/{id}: 200. 409 while a flow message uses it."""
    template = needed(call, "template", call.path["id"])
    if template.hidden.get("flow"):
        raise conflict(f"Cannot delete template {template.id} while it is attached to a message of a flow", "/data")
    call.things.drop("template", template.id)
    return Reply(200)


def clone_template(call: Call) -> Reply:
    """POST /api/template-clone: 200. Without a name: "Clone of ..."."""
    original = needed(call, "template", str(call.data["id"]))
    check(list(obj({}, {"name": nullable(text())})(call.attributes, "/data/attributes")))
    _room(call)
    name = call.attributes.get("name") or f"Clone of {original.attributes['name']}"
    attributes = {**original.attributes, "name": name, "created": call.second, "updated": call.second}
    twin = Thing("template", call.new_id("template"), attributes)
    call.things.put(twin)
    return Reply(200, twin)


def render_template(call: Call) -> Reply:
    """POST /api/template-render: 200 with html and text printed. A template that cannot be read: 400 (concluded)."""
    template = needed(call, "template", str(call.data["id"]))
    context = call.attributes.get("context")
    if not isinstance(context, Mapping):
        raise invalid("'context' must be an object.", "/data/attributes/context")
    shop = call.account.attributes["contact_information"]
    organization = {"name": shop["organization_name"], "url": shop["website_url"], **shop["street_address"]}
    around = Surroundings(
        now=call.now,
        currency=call.account.attributes["preferred_currency"],
        coupon_code=lambda name: f"{name}-PREVIEW",
    )
    shown = {"organization": organization, **context}
    try:
        printed = {
            "html": render(template.attributes["html"], shown, around),
            "text": render(template.attributes["text"] or "", shown, around, escaping=False),
        }
    except TemplateError as error:
        raise invalid(f"The template could not be rendered: {error}") from error
    return Reply(200, Thing("template", template.id, {**template.attributes, **printed}))


def get_template_for_campaign_message(call: Call) -> Reply:
    """GET /api/campaign-messages/{id}/template: the private copy, or null data (recorded for empty relations)."""
    message = needed(call, "campaign-message", call.path["id"])
    wanted = message.relationships.get("template")
    return Reply(200, call.things.get("template", wanted) if wanted else None)
