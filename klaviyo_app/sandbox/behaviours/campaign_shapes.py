"""Shapes of campaigns and messages, before and since 2025-01-15, and the way from one to the other.

Kept is the newer shape. Source: Klaviyo's API descriptions 2024-10-15, 2025-01-15 and 2026-07-15; the need for
utm_source and utm_medium, and that render_options on an e-mail is refused: recorded answers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from klaviyo_app.sandbox.behaviours.bodies import (
    Shape,
    Wrong,
    anything,
    by,
    choice,
    either,
    flag,
    items,
    moment,
    nullable,
    obj,
    text,
)

NESTED_SINCE = "2025-01-15"
MOST_AUDIENCES = 15  # of each, included and excluded; Klaviyo's help centre
SLOW, THROTTLES = (1, 2, 5), (10, 11, 13, 14, 17, 20, 25, 33, 50)

_IDS = items(text(least=1), most=MOST_AUDIENCES)
_LOCAL = by(
    "is_local",
    {
        True: obj({"is_local": flag}, {"send_past_recipients_immediately": flag}),
        False: obj({"is_local": flag}),
    },
)
_METHOD = {"method": anything}
_OLD_STATIC = obj(
    {"datetime": moment}, {"is_local": nullable(flag), "send_past_recipients_immediately": nullable(flag)}
)
_EMAIL_CONTENT = obj(
    {},
    {
        name: nullable(text())
        for name in (
            "subject",
            "preview_text",
            "from_email",
            "from_label",
            "reply_to_email",
            "cc_email",
            "bcc_email",
        )
    },
)
_SMS_CONTENT = obj({}, {"body": nullable(text()), "media_url": nullable(text())})
_RENDER = obj(
    {},
    dict.fromkeys(("shorten_links", "add_org_prefix", "add_info_link", "add_opt_out_language"), nullable(flag)),
)
_PARAMETER = by(
    "type",
    {
        "static": obj({"type": anything, "name": text(least=1), "value": text()}),
        "dynamic": obj({"type": anything, "name": text(least=1), "value": text(least=1)}),
    },
)


def is_nested(revision: str) -> bool:
    """Whether messages have a definition at a revision."""
    return revision >= NESTED_SINCE


def _parameters(value: Any, pointer: str) -> Iterator[Wrong]:
    yield from items(_PARAMETER)(value, pointer)
    names = {one.get("name") for one in value if isinstance(one, Mapping)} if isinstance(value, list) else set()
    if names and not {"utm_source", "utm_medium"} <= names:
        yield Wrong(pointer, "Custom tracking parameters must include utm_source and utm_medium.")


def strategy_shape(revision: str) -> Shape:
    """send_strategy at a revision."""
    allowed = (*SLOW, *THROTTLES) if revision >= "2026-07-15" else THROTTLES
    throttle = {"datetime": moment, "throttle_percentage": choice(*allowed)}
    if not is_nested(revision):
        return by(
            "method",
            {
                "immediate": obj(_METHOD),
                "static": obj({**_METHOD, "options_static": _OLD_STATIC}),
                "throttled": obj({**_METHOD, "options_throttled": obj(throttle)}),
                "smart_send_time": obj({**_METHOD, "options_sto": obj({"date": moment})}),
            },
        )
    return by(
        "method",
        {
            "immediate": obj(_METHOD),
            "static": obj({**_METHOD, "datetime": moment}, {"options": _LOCAL}),
            "throttled": obj({**_METHOD, **throttle}),
            "smart_send_time": obj({**_METHOD, "date": moment}),
        },
    )


def message_shape(revision: str, *, channel: bool) -> Shape:
    """A message's attributes. `channel`: it must be named (always since 2025-01-15)."""
    parts = {"label": nullable(text()), "content": _EMAIL_CONTENT}
    email = obj({"channel": anything}, parts, of="EmailMessageDefinition")
    sms = obj({"channel": anything}, {"content": _SMS_CONTENT, "render_options": nullable(_RENDER)})
    push = obj(
        {"channel": anything},
        dict.fromkeys(("label", "content", "kv_pairs", "options", "notification_type"), anything),
    )
    if is_nested(revision):
        return obj({"definition": by("channel", {"email": email, "sms": sms, "mobile_push": push})})
    if channel:
        old_sms = obj(
            {"channel": anything}, {"label": nullable(text()), "content": _SMS_CONTENT, "render_options": _RENDER}
        )
        return by("channel", {"email": email, "sms": old_sms})
    content = either(_SMS_CONTENT, _EMAIL_CONTENT)
    return obj({}, {"label": nullable(text()), "content": content, "render_options": nullable(_RENDER)})


def campaign_shape(revision: str, *, new: bool) -> Shape:
    """A campaign's attributes, for POST (`new`) or PATCH."""
    included = {"included": items(text(least=1), least=1, most=MOST_AUDIENCES)}
    nested = is_nested(revision)
    audiences = obj(included, {"excluded": _IDS}) if new and nested else obj({}, {"included": _IDS, "excluded": _IDS})
    parts: dict[str, Shape] = {
        "send_strategy": strategy_shape(revision),
        "send_options": obj({}, {"use_smart_sending": nullable(flag)}),
        "tracking_options": obj(
            {},
            {
                "add_tracking_params": nullable(flag),
                "custom_tracking_params": _parameters,
                "is_tracking_clicks": nullable(flag),
                "is_tracking_opens": nullable(flag),
            },
        ),
    }
    if not new:
        return obj({}, {"name": nullable(text(least=1)), "audiences": audiences, **parts})
    message = obj(
        {"type": choice("campaign-message"), "attributes": message_shape(revision, channel=True)},
        {"relationships": anything},
    )
    messages = obj({"data": items(message, least=1, most=1)})
    return obj({"name": text(least=1), "audiences": audiences, "campaign-messages": messages}, parts)


def newer_strategy(strategy: Mapping[str, Any]) -> dict[str, Any]:
    """A valid strategy of either shape in the newer one."""
    method = str(strategy["method"])
    options = dict(strategy.get(f"options_{'sto' if method == 'smart_send_time' else method}") or {})
    local = {name: options.pop(name) for name in ("is_local", "send_past_recipients_immediately") if name in options}
    if not local.get("is_local"):
        local.pop("send_past_recipients_immediately", None)
    kept = {name: value for name, value in strategy.items() if not name.startswith("options_")}
    return {**kept, **options, **({"options": local} if local else {})}


def older_strategy(strategy: Mapping[str, Any]) -> dict[str, Any]:
    """A kept strategy in the shape before 2025-01-15."""
    method = strategy["method"]
    rest = {name: value for name, value in strategy.items() if name not in ("method", "options")}
    rest |= strategy.get("options") or {}
    name = {"static": "options_static", "throttled": "options_throttled", "smart_send_time": "options_sto"}.get(method)
    return {"method": method, **({name: rest} if name else {})}


def definition_of(attributes: Mapping[str, Any], channel: str) -> dict[str, Any]:
    """The definition in a valid message body of either shape."""
    if "definition" in attributes:
        return dict(attributes["definition"])
    return {"channel": channel, **attributes}


def flat_message(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """A message's kept attributes in the shape before 2025-01-15."""
    definition = attributes["definition"]
    rest = {name: value for name, value in attributes.items() if name != "definition"}
    shown = {"label": definition.get("label") or "", "channel": definition["channel"]}
    shown |= {"content": definition.get("content") or {}}
    if definition.get("render_options") is not None:
        shown["render_options"] = definition["render_options"]
    return {**shown, **rest}
