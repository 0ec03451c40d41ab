"""What can be done with a profile: at Klaviyo, then in the audit log, which keeps no personal data but the id."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from dashboard import audit
from dashboard.teams.models import User
from klaviyo_app.accounts.models import Account
from klaviyo_app.gateway.client import Client
from klaviyo_app.gateway.query import Query
from klaviyo_app.mirror.fingerprint import fingerprint
from klaviyo_app.pages.changed import ChangedMeanwhile

# What a person may change, beside the properties: attributes of the profile and of its location.
PLAIN = ("email", "phone_number", "external_id", "first_name", "last_name", "organization", "title")
PLACE = ("address1", "address2", "city", "region", "zip", "country", "timezone")
WITH_CONSENT = Query(additional_fields={"profile": ("subscriptions",)})


def _record(account: Account, by: User, action: str, profile_id: str, **change: Any) -> None:
    audit.record(team=account.team, actor=by, action=action, target=profile_id, account_id=account.pk, **change)


def read_profile(client: Client, profile_id: str) -> dict[str, Any]:
    """The profile with its subscriptions. Raises GatewayError."""
    found: dict[str, Any] = client.call("get_profile", path={"id": profile_id}, query=WITH_CONSENT).data
    return found


def mark_of(attributes: Mapping[str, Any]) -> str:
    """What two states of a profile are compared by: what the form can change."""
    place = attributes.get("location") or {}
    plain = {name: attributes.get(name) or None for name in PLAIN} | {name: place.get(name) or None for name in PLACE}
    return fingerprint({**plain, "properties": attributes.get("properties") or {}})


def _attributes(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **{name: values[name] or None for name in PLAIN},
        "location": {name: values[name] or None for name in PLACE},
    }


def create_profile(account: Account, *, client: Client, by: User, values: Mapping[str, Any]) -> str:
    """Make a profile; returns its id. Raises GatewayError, Conflict where somebody has this address already."""
    attributes = {name: value for name, value in _attributes(values).items() if value and name != "location"}
    place = {name: values[name] for name in PLACE if values[name]}
    attributes |= {"location": place} if place else {}
    body = {"type": "profile", "attributes": {**attributes, "properties": values["properties"]}}
    made = client.call("create_profile", body={"data": body}).data
    _record(account, by, "profile.created", made["id"])
    return str(made["id"])


def edit_profile(
    account: Account, profile_id: str, *, client: Client, by: User, seen: str, values: Mapping[str, Any]
) -> str:
    """Change what the form shows; a property that was taken out is unset. Raises ChangedMeanwhile, GatewayError."""
    live = read_profile(client, profile_id)
    now = mark_of(live["attributes"])
    if seen != now:
        raise ChangedMeanwhile(live, now)
    had = live["attributes"].get("properties") or {}
    kept = {name: value for name, value in values["properties"].items() if name not in had or _differ(had[name], value)}
    gone = sorted(set(had) - set(values["properties"]))
    body: dict[str, Any] = {
        "type": "profile",
        "id": profile_id,
        "attributes": {**_attributes(values), **({"properties": kept} if kept else {})},
    }
    if gone:
        body["meta"] = {"patch_properties": {"unset": gone}}
    client.call("update_profile", path={"id": profile_id}, body={"data": body})
    names = sorted(name for name in (*PLAIN, *PLACE) if _value(live["attributes"], name) != (values[name] or None))
    _record(account, by, "profile.changed", profile_id, after={"fields": [*names, *sorted(kept), *gone]})
    return profile_id


def _differ(one: Any, other: Any) -> bool:
    """As JSON: to Python 1, 1.0 and true are equal."""
    return orjson.dumps(one, option=orjson.OPT_SORT_KEYS) != orjson.dumps(other, option=orjson.OPT_SORT_KEYS)


def _value(attributes: Mapping[str, Any], name: str) -> Any:
    source = (attributes.get("location") or {}) if name in PLACE else attributes
    return source.get(name) or None
