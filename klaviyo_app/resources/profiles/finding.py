"""What was typed into the search, as a filter that Klaviyo has. Pure."""

from __future__ import annotations

import re

from klaviyo_app.gateway.query import Filter, equals

_ID = re.compile(r"[0-9A-HJKMNP-TV-Z]{26}")
_PHONE = re.compile(r"\+[1-9][0-9 ()./-]{5,24}")


def wanted(typed: str) -> Filter | None:
    """An e-mail address, a phone number with its country code, Klaviyo's id, else the shop's own (external) id."""
    text = typed.strip()
    if not text or not text.isprintable():
        return None
    if "@" in text:
        return equals("email", text.lower())
    if _PHONE.fullmatch(text):
        return equals("phone_number", "+" + re.sub(r"\D", "", text))
    if _ID.fullmatch(text):
        return equals("id", text)
    return equals("external_id", text)
