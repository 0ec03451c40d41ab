"""The account's UTM tracking settings. Source: Klaviyo's API descriptions: one a account, which PATCH changes in part.

That its id is the account's is our conclusion.
"""

from __future__ import annotations

from typing import Any

from klaviyo_app.sandbox.behaviours.bodies import Shape, anything, by, flag, items, nullable, obj, resource, text
from klaviyo_app.sandbox.behaviours.call import Call, Reply, Thing, missing
from klaviyo_app.sandbox.behaviours.campaigns import check

KIND = "tracking-setting"
PARAMETERS = ("utm_source", "utm_medium", "utm_campaign", "utm_id", "utm_term")


def _static(value: str) -> dict[str, str]:
    return {"type": "static", "value": value}


def _dynamic(value: str) -> dict[str, str]:
    return {"type": "dynamic", "value": value}


FIRST: dict[str, Any] = {
    "auto_add_parameters": False,
    "utm_source": {"flow": _dynamic("message_name"), "campaign": _static("Klaviyo")},
    "utm_medium": {"flow": _dynamic("message_type"), "campaign": _dynamic("message_type")},
    "utm_campaign": {"flow": _dynamic("flow_name"), "campaign": _dynamic("campaign_name")},
    "utm_id": None,
    "utm_term": None,
    "custom_parameters": [],
}
_VALUE = {"type": anything, "value": text(least=1)}
_SIDE: Shape = nullable(by("type", {"static": obj(_VALUE), "dynamic": obj(_VALUE)}))
_SIDES = {"flow": _SIDE, "campaign": _SIDE}
_BODY = resource(
    KIND,
    obj(
        {},
        {
            "auto_add_parameters": nullable(flag),
            **{name: nullable(obj({}, _SIDES)) for name in PARAMETERS},
            "custom_parameters": nullable(items(obj({"name": text(least=1)}, _SIDES))),
        },
    ),
    with_id=True,
)


def _settings(call: Call) -> Thing:
    return call.things.get(KIND, call.account.id) or Thing(KIND, call.account.id, dict(FIRST))


def _own(call: Call) -> Thing:
    if call.path["id"] != call.account.id:
        raise missing(KIND, call.path["id"])
    return _settings(call)


def get_tracking_settings(call: Call) -> Reply:
    """GET /api/tracking-settings: a collection of one."""
    return Reply(200, things=[_settings(call)])


def get_tracking_setting(call: Call) -> Reply:
    """GET /api/tracking-settings/{id}."""
    return Reply(200, _own(call))


def update_tracking_setting(call: Call) -> Reply:
    """PATCH /api/tracking-settings/{id}: 200; what is left out stays."""
    thing = _own(call)
    check(list(_BODY(call.data, "/data")))
    thing.attributes = {**thing.attributes, **call.attributes}
    call.things.put(thing)
    return Reply(200, thing)
