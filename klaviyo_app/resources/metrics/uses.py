"""What hangs on a metric: the flows that it starts, the segments that speak of it, what its events carry."""

from __future__ import annotations

from typing import Any

import orjson

from klaviyo_app.accounts.models import Account
from klaviyo_app.gateway.client import Client
from klaviyo_app.gateway.errors import NotOffered
from klaviyo_app.gateway.query import Query
from klaviyo_app.mirror.sync import mirrored


def segments(account: Account, metric_id: str) -> list[dict[str, str]]:
    """Segments whose definition names the metric, from the mirror."""
    needle = orjson.dumps(metric_id)
    model = mirrored()["segment"]  # segments look at metrics, so not the other way round
    rows = model.objects.filter(account=account, gone_at=None).order_by("name_key")
    named = rows.values_list("klaviyo_id", "name", "attributes__definition")
    return [{"id": key, "name": name} for key, name, definition in named if needle in orjson.dumps(definition)]


def flows(client: Client, metric_id: str) -> list[dict[str, Any]]:
    """Flows that an event of the metric starts. Raises GatewayError."""
    answer = client.call("get_metric", path={"id": metric_id}, query=Query(include=("flow-triggers",)))
    return [{"id": one["id"], **one["attributes"]} for one in answer.included if one["type"] == "flow"]


def properties(client: Client, metric_id: str) -> list[dict[str, Any]] | None:
    """Names, types and some values of what its events carry; None where the revision cannot tell."""
    samples = Query(additional_fields={"metric-property": ("sample_values",)})
    try:
        found = client.call("get_properties_for_metric", path={"id": metric_id}, query=samples).data or []
    except NotOffered:
        return None
    return sorted((one["attributes"] for one in found), key=lambda one: str(one.get("label", "")).casefold())
