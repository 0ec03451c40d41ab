"""What a profile's body may hold, and how a change is laid over what is there.

Source: Klaviyo's API descriptions; null clears; data.meta.patch_properties appends, unappends and unsets.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from klaviyo_app.sandbox.behaviours.bodies import Shape, Wrong, anything, either, nullable, obj, real, text

IDENTIFIERS = ("email", "phone_number", "external_id")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_PHONE = re.compile(r"\+[1-9]\d{6,14}")
_PLACE = ("address1", "address2", "city", "country", "region", "zip", "timezone", "ip")
NO_MORE_ANONYMOUS = "2025-10-15"


def _email(value: Any, pointer: str) -> Iterator[Wrong]:
    if not isinstance(value, str) or not _EMAIL.fullmatch(value):
        yield Wrong(pointer, "Invalid email address.")


def _phone(value: Any, pointer: str) -> Iterator[Wrong]:
    if not isinstance(value, str) or not _PHONE.fullmatch(value):
        yield Wrong(pointer, "Invalid phone number format. Example of a valid format: +12345678901")


def attributes_shape(revision: str) -> Shape:
    """A profile's attributes at a revision. Custom properties are open."""
    words = ("external_id", "first_name", "last_name", "organization", "locale", "title", "image", "_kx")
    place: dict[str, Shape] = {name: nullable(text()) for name in _PLACE}
    place |= {name: nullable(either(text(), real)) for name in ("latitude", "longitude")}
    members: dict[str, Shape] = {name: nullable(text()) for name in words}
    members |= {
        "email": nullable(_email),
        "phone_number": nullable(_phone),
        "location": nullable(obj({}, place)),
        "properties": anything,
    }
    if revision < NO_MORE_ANONYMOUS:
        members["anonymous_id"] = nullable(text())
    return obj({}, members)


def blank(stamp: str) -> dict[str, Any]:
    """The attributes of a profile that nothing is known of."""
    names = (
        "email",
        "phone_number",
        "external_id",
        "first_name",
        "last_name",
        "organization",
        "locale",
        "title",
        "image",
    )
    location = dict.fromkeys((*_PLACE, "latitude", "longitude"))
    times = {"created": stamp, "updated": stamp, "last_event_date": None}
    return {**dict.fromkeys(names), **times, "location": location, "properties": {}}


def laid_over(kept: Mapping[str, Any], changes: Mapping[str, Any], meta: Mapping[str, Any]) -> dict[str, Any]:
    """The attributes after a change; places and properties are merged."""
    plain = {
        name: one for name, one in changes.items() if name not in ("location", "properties", "_kx", "anonymous_id")
    }
    merged = {**kept, **plain}
    merged["location"] = {**(kept.get("location") or {}), **(changes.get("location") or {})}
    merged["properties"] = _patched({**(kept.get("properties") or {}), **(changes.get("properties") or {})}, meta)
    if merged.get("email"):
        merged["email"] = merged["email"].strip().lower()
    return merged


def _patched(properties: dict[str, Any], meta: Mapping[str, Any]) -> dict[str, Any]:
    patch = (meta or {}).get("patch_properties") or {}
    for name, value in (patch.get("append") or {}).items():
        properties[name] = [*_listed(properties.get(name)), *_listed(value)]
    for name, value in (patch.get("unappend") or {}).items():
        properties[name] = [one for one in _listed(properties.get(name)) if one not in _listed(value)]
    for name in _listed(patch.get("unset")):
        properties.pop(name, None)
    return properties


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def unasked() -> dict[str, Any]:
    """The subscriptions of somebody who was never asked."""
    email = {
        "can_receive_email_marketing": True,
        "consent": "NEVER_SUBSCRIBED",
        "consent_timestamp": None,
        "last_updated": None,
        "method": None,
        "method_detail": "",
        "custom_method_detail": None,
        "double_optin": None,
        "suppression": [],
        "list_suppressions": [],
    }
    sms = {
        "consent": "NEVER_SUBSCRIBED",
        "consent_timestamp": None,
        "method": None,
        "method_detail": "",
        "last_updated": None,
    }
    return {
        "email": {"marketing": email},
        "sms": {
            "marketing": {"can_receive_sms_marketing": False, **sms},
            "transactional": {"can_receive_sms_transactional": False, **sms},
        },
        "mobile_push": None,
    }
