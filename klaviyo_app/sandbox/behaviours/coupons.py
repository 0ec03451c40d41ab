"""Coupons: the id is the external_id.

Source: Klaviyo's API descriptions; a malformed id is 400, not 404: recorded answers. An external_id that is taken: 409,
concluded.
"""

from __future__ import annotations

import re
from typing import Any

from klaviyo_app.sandbox.behaviours.bodies import Shape, nullable, obj, text, whole
from klaviyo_app.sandbox.behaviours.call import Call, Reply, Thing, conflict, invalid, needed
from klaviyo_app.sandbox.behaviours.campaigns import check

EXTERNAL_ID = re.compile(r"[0-9A-z_]+")  # A-z as Klaviyo's own pattern has it
MONITOR_SINCE = "2025-07-15"


def needed_coupon(call: Call, id: str) -> Thing:  # noqa: A002 - Klaviyo's word
    """The coupon, 404, or 400 for an id that none can have."""
    if not EXTERNAL_ID.fullmatch(id):
        raise invalid(f"'{id}' is not a valid coupon id.")
    return needed(call, "coupon", id)


def present_coupon(call: Call, coupon: Thing) -> dict[str, Any]:
    """The attributes; monitoring since 2025-07-15, its number as text (recorded)."""
    shown = dict(coupon.attributes)
    if monitor := shown.get("monitor_configuration"):
        shown["monitor_configuration"] = {name: str(one) for name, one in monitor.items()}
    if call.revision < MONITOR_SINCE:
        shown.pop("monitor_configuration", None)
    return shown


def _optional(call: Call) -> dict[str, Shape]:
    members: dict[str, Shape] = {"description": nullable(text(most=1000))}
    if call.revision >= MONITOR_SINCE:
        members["monitor_configuration"] = nullable(obj({}, {"low_balance_threshold": whole}))
    return members


def _check_monitor(call: Call) -> None:
    threshold = (call.attributes.get("monitor_configuration") or {}).get("low_balance_threshold")
    if threshold is not None and threshold < 100:
        pointer = "/data/attributes/monitor_configuration/low_balance_threshold"
        raise invalid("'low_balance_threshold' must be at least 100.", pointer)


def create_coupon(call: Call) -> Reply:
    """POST /api/coupons: 201."""
    attributes = call.attributes
    check(list(obj({"external_id": text(least=1, most=255)}, _optional(call))(attributes, "/data/attributes")))
    _check_monitor(call)
    external_id = attributes["external_id"]
    if not EXTERNAL_ID.fullmatch(external_id):
        raise invalid("'external_id' may hold letters, digits and underscores.", "/data/attributes/external_id")
    if call.things.get("coupon", external_id) is not None:
        raise conflict(f"A coupon with external_id {external_id} exists already.", "/data/attributes/external_id")
    coupon = Thing("coupon", external_id, {"description": None, "monitor_configuration": None, **attributes})
    call.things.put(coupon)
    return Reply(201, coupon)


def get_coupon(call: Call) -> Reply:
    """GET /api/coupons/{id}."""
    return Reply(200, needed_coupon(call, call.path["id"]))


def update_coupon(call: Call) -> Reply:
    """PATCH /api/coupons/{id}: 200."""
    coupon = needed_coupon(call, call.path["id"])
    check(list(obj({}, _optional(call))(call.attributes, "/data/attributes")))
    _check_monitor(call)
    coupon.attributes = {**coupon.attributes, **call.attributes}
    call.things.put(coupon)
    return Reply(200, coupon)


def delete_coupon(call: Call) -> Reply:
    """DELETE /api/coupons/{id}: 204, with its codes."""
    coupon = needed_coupon(call, call.path["id"])
    codes = call.things.all("coupon-code").narrowed("coupon.id", "relationships.coupon", [coupon.id])
    for one in list(codes):
        call.things.drop("coupon-code", one.id)
    call.things.drop("coupon", coupon.id)
    return Reply(204)
