"""The filters inside a segment's conditions, in words. Pure; an operator that is new to us raises KeyError.

Source of the shapes: Klaviyo's description, the filter schemas of a segment definition.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from django.utils import formats
from django.utils.dates import MONTHS
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

Filter = Mapping[str, Any]

AMOUNTS: dict[str, Promise] = {
    "equals": gettext_lazy("exactly %(value)s"),
    "not-equals": gettext_lazy("other than %(value)s"),
    "greater-than": gettext_lazy("more than %(value)s"),
    "greater-than-or-equal": gettext_lazy("at least %(value)s"),
    "less-than": gettext_lazy("less than %(value)s"),
    "less-than-or-equal": gettext_lazy("at most %(value)s"),
}
TEXTS: dict[str, Promise] = {
    "equals": gettext_lazy("is %(value)s"),
    "not-equals": gettext_lazy("is not %(value)s"),
    "contains": gettext_lazy("contains %(value)s"),
    "not-contains": gettext_lazy("does not contain %(value)s"),
    "starts-with": gettext_lazy("starts with %(value)s"),
    "not-starts-with": gettext_lazy("does not start with %(value)s"),
    "ends-with": gettext_lazy("ends with %(value)s"),
    "not-ends-with": gettext_lazy("does not end with %(value)s"),
    "regex": gettext_lazy("matches the pattern %(value)s"),
    "nregex": gettext_lazy("does not match the pattern %(value)s"),
    "in": gettext_lazy("is one of %(value)s"),
    "not-in": gettext_lazy("is none of %(value)s"),
    "contains-any": gettext_lazy("contains any of %(value)s"),
    "not-contains-any": gettext_lazy("contains none of %(value)s"),
    "contains-all": gettext_lazy("contains all of %(value)s"),
    "not-contains-all": gettext_lazy("does not contain all of %(value)s"),
    "contains-substring": gettext_lazy("has an entry with %(value)s in it"),
    "not-contains-substring": gettext_lazy("has no entry with %(value)s in it"),
    "phone-country-code-in": gettext_lazy("has the country code %(value)s"),
    "phone-country-code-not-in": gettext_lazy("has another country code than %(value)s"),
    "is-set": gettext_lazy("is set"),
    "not-set": gettext_lazy("is not set"),
}


def predicate(one: Filter) -> str:
    """What a filter says of a value: "is more than 500", "contains “camping”", "is in the last 30 days"."""
    kind, operator = one.get("type"), str(one["operator"])
    if kind == "date":
        return _("is %(when)s") % {"when": when(one)} if operator != "alltime" else _("is at any time")
    if kind == "numeric":
        return f"{_('is')} {amount(one)}"
    if kind == "boolean":
        return _("is true") if one["value"] else _("is false")
    if operator.startswith("length-"):
        how = amount({"operator": operator.removeprefix("length-"), "value": one["value"]})
        return ngettext("has %(how)s entry", "has %(how)s entries", int(one["value"])) % {"how": how}
    return str(TEXTS[operator]) % {"value": _shown(one.get("value"))}


def amount(one: Filter) -> str:
    """A number's filter: "at least 3"."""
    return str(AMOUNTS[one["operator"]]) % {"value": number(one["value"])}


def number(value: Any) -> str:
    """12345.0 -> "12,345", 0.8 -> "0.8"."""
    known = float(value)
    return formats.number_format(int(known) if known.is_integer() else known, use_l10n=True, force_grouping=True)


def when(one: Filter | None) -> str:
    """A span of time: "in the last 30 days"; empty for all time."""
    if not one or one["operator"] == "alltime":
        return ""
    return WHEN[one["operator"]](one)


def span(quantity: Any, unit: Any) -> str:
    """So many hours, days or weeks."""
    count = int(quantity)
    texts = {
        "hour": ngettext("%(num)s hour", "%(num)s hours", count),
        "day": ngettext("%(num)s day", "%(num)s days", count),
        "week": ngettext("%(num)s week", "%(num)s weeks", count),
    }
    return texts[str(unit)] % {"num": number(count)}


def _spanned(text: str | Promise) -> Callable[[Filter], str]:
    return lambda one: str(text) % {"span": span(one["quantity"], one["unit"])}


def _dated(text: str | Promise) -> Callable[[Filter], str]:
    return lambda one: str(text) % {"date": _day(one["date"])}


def _between(one: Filter) -> str:
    words = {"start": number(one["start"]), "span": span(one["end"], one["unit"])}
    return _("between %(start)s and %(span)s ago") % words


def _between_days(one: Filter) -> str:
    return _("between %(start)s and %(end)s") % {"start": _day(one["start"]), "end": _day(one["end"])}


WHEN: dict[str, Callable[[Filter], str]] = {
    "in-the-last": _spanned(gettext_lazy("in the last %(span)s")),
    "in-the-next": _spanned(gettext_lazy("in the next %(span)s")),
    "at-least": _spanned(gettext_lazy("at least %(span)s ago")),
    "between": _between,
    "between-static": _between_days,
    "after": _dated(gettext_lazy("after %(date)s")),
    "before": _dated(gettext_lazy("before %(date)s")),
    "anniversary": lambda _one: _("on this day of any year"),
    "anniversary-month": lambda _one: _("in this month of any year"),
    "anniversary-last": _spanned(gettext_lazy("in the last %(span)s of any year")),
    "anniversary-next": _spanned(gettext_lazy("in the next %(span)s of any year")),
    "calendar-month": lambda one: _("in %(month)s") % {"month": MONTHS[int(one["value"])]},
    "flow-start": lambda _one: _("since the flow began"),
}


def _day(text: Any) -> str:
    """2026-03-01T00:00:00Z -> "1 Mar 2026"; what is no date stays as it is."""
    try:
        known: date = datetime.fromisoformat(str(text))
    except ValueError:
        return str(text)
    return formats.date_format(known, "j M Y")


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_shown(one) for one in value)
    if isinstance(value, str):
        return f"“{value}”"
    return "–" if value is None else number(value)
