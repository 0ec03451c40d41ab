"""Metric properties: what the events of a metric carry, read off the newest of them.

Source: Klaviyo's API description for the shape. Its names of types beyond "List", how many samples it gives, and that
its own properties ($...) are among them: concluded. The id is of the form that its example has.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from itertools import islice
from typing import Any

from klaviyo_app.sandbox.behaviours.call import Call, Reply, Thing, missing, needed
from klaviyo_app.sandbox.behaviours.event_log import Teller, left

_LOOKED_AT = 500
_SAMPLES = 10
_TYPES = ((bool, "Boolean"), ((int, float), "Number"), (list, "List"), (dict, "Object"))


def _properties(call: Call, metric: Thing) -> Iterator[Thing]:
    teller = Teller(call)
    seen: dict[str, list[Any]] = {}
    for one in islice(left(call, [("metric_id", "equals", metric.id)]), _LOOKED_AT):
        for name, value in teller.properties(one).items():
            values = seen.setdefault(name, [])
            if value not in values and len(values) < _SAMPLES:
                values.append(value)
    for name, values in sorted(seen.items()):
        number = hashlib.md5(f"{metric.id}:{name}".encode(), usedforsecurity=False).hexdigest()
        kind = next((word for type_, word in _TYPES if values and isinstance(values[0], type_)), "String")
        attributes = {"label": name, "property": name, "inferred_type": kind, "sample_values": values}
        yield Thing("metric-property", number, attributes, {"metric": metric.id})


def get_properties_for_metric(call: Call) -> Reply:
    """GET /api/metrics/{id}/metric-properties, and the relationship of that name."""
    return Reply(200, things=list(_properties(call, needed(call, "metric", call.path["id"]))))


def get_metric_property(call: Call) -> Reply:
    """GET /api/metric-properties/{id}."""
    for metric in call.things.all("metric"):
        for one in _properties(call, metric):
            if one.id == call.path["id"]:
                return Reply(200, one)
    raise missing("metric-property", call.path["id"])


def present_property(call: Call, thing: Thing) -> dict[str, Any]:
    """Samples only where they are asked for: plain values, before 2026-07-15 as text."""
    shown = {name: value for name, value in thing.attributes.items() if name != "sample_values"}
    if "sample_values" in call.additional.get("metric-property", frozenset()):
        plain = [one for one in thing.attributes["sample_values"] if isinstance(one, str | int | float | bool)]
        shown["sample_values"] = plain if call.revision >= "2026-07-15" else [str(one) for one in plain]
    return shown
