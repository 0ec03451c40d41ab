"""What can be done with events: they are recorded, and never changed or taken back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dashboard import audit
from dashboard.teams.models import User
from klaviyo_app.accounts.models import Account
from klaviyo_app.gateway.client import Client

PERSON = ("email", "phone_number", "external_id")
LONGEST_METRIC = 127  # Klaviyo's description


def event_attributes(values: Mapping[str, Any]) -> dict[str, Any]:
    """The attributes of an event, without its profile.

    `values`: metric (name), time (aware datetime), value and currency where there are any, properties, unique_id.
    """
    found: dict[str, Any] = {
        "metric": {"data": {"type": "metric", "attributes": {"name": values["metric"]}}},
        "properties": values.get("properties") or {},
        "unique_id": values["unique_id"],
        "time": values["time"].isoformat(),
    }
    if values.get("value") is not None:
        found["value"] = float(values["value"])
    if values.get("value") is not None and values.get("currency"):
        found["value_currency"] = values["currency"]
    return found


def person_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """Whose event it is: by whatever of address, number and shop's id is known; Klaviyo makes a stranger's profile."""
    return {"type": "profile", "attributes": {name: values[name] for name in PERSON if values.get(name)}}


def create_event(account: Account, *, client: Client, by: User, values: Mapping[str, Any]) -> None:
    """Record one event. The same unique_id counts once, so a repeat does no harm. Raises GatewayError."""
    attributes = {**event_attributes(values), "profile": {"data": person_of(values)}}
    client.call("create_event", body={"data": {"type": "event", "attributes": attributes}})
    audit.record(
        team=account.team,
        actor=by,
        action="event.created",
        target=values["metric"],
        account_id=account.pk,
        after={"unique_id": values["unique_id"]},
    )
