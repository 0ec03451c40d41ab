"""Tags of the template language that print one thing: links for unsubscribing, dates, prices, coupon codes.

Source: Klaviyo's help article 4408802648731. The links point nowhere: a preview does not unsubscribe anybody.
"""

from __future__ import annotations

import datetime as dt
import html
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from klaviyo_app.sandbox.behaviours.template_filters import Markup, date, number, text

LINKS = "https://manage.kmail-lists.example"
SIGNS: Mapping[str, str] = {"EUR": "€", "USD": "$", "GBP": "£", "CAD": "$", "AUD": "$", "JPY": "¥", "CHF": "CHF "}


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a template sees besides its context. `coupon_code`: the name of a coupon to a code for the reader."""

    now: dt.datetime
    currency: str = "USD"
    coupon_code: Callable[[str], str] = str.upper


Tag = Callable[[list[Any], Mapping[str, Any], Surroundings], Any]


def _link(path: str, words: str) -> Tag:
    def tag(values: list[Any], _context: Mapping[str, Any], _around: Surroundings) -> Markup:
        shown = html.escape(text(values[0]) if values else words)
        return Markup(f'<a href="{LINKS}/{path}">{shown}</a>')

    return tag


def _address(path: str) -> Tag:
    return lambda _values, _context, _around: Markup(f"{LINKS}/{path}")


def _today(values: list[Any], _context: Mapping[str, Any], around: Surroundings) -> str:
    pattern = text(values[0]) if values else "%Y-%m-%d"
    if "%" in pattern:
        return around.now.strftime(pattern)
    return text(date(around.now, pattern))


def _currency_format(values: list[Any], _context: Mapping[str, Any], around: Surroundings) -> str:
    found = number(values[0]) if values else None
    currency = text(values[1]) if len(values) > 1 else around.currency
    return "" if found is None else f"{SIGNS.get(currency, currency + ' ')}{found:,.2f}"


def _coupon_code(values: list[Any], _context: Mapping[str, Any], around: Surroundings) -> str:
    return around.coupon_code(text(values[0])) if values else ""


def _render_variable(values: list[Any], context: Mapping[str, Any], _around: Surroundings) -> str:
    return text(values[0]) if values and values[0] is not None else text(context.get("preview_text"))


TAGS: Mapping[str, Tag] = {
    "unsubscribe": _link("unsubscribe", "Unsubscribe"),
    "unsubscribe_link": _address("unsubscribe"),
    "manage_preferences": _link("preferences", "Manage Preferences"),
    "manage_preferences_link": _address("preferences"),
    "web_view": _link("view", "View in browser"),
    "web_view_link": _address("view"),
    "today": _today,
    "current_timestamp": lambda _values, _context, around: around.now.isoformat(timespec="seconds"),
    "current_year": lambda _values, _context, around: str(around.now.year),
    "currency_format": _currency_format,
    "coupon_code": _coupon_code,
    "render_variable": _render_variable,
}
