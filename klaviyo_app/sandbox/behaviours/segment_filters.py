"""The filters inside a segment's conditions: text, number, boolean, date, list, existence. Pure."""

from __future__ import annotations

import datetime as dt
import operator
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "equals": operator.eq,
    "not-equals": operator.ne,
    "greater-than": operator.gt,
    "greater-than-or-equal": operator.ge,
    "less-than": operator.lt,
    "less-than-or-equal": operator.le,
}
_TEXTS: Mapping[str, Callable[[str, str], bool]] = {
    "contains": lambda found, asked: asked in found,
    "equals": operator.eq,
    "starts-with": str.startswith,
    "ends-with": str.endswith,
}
_UNITS = {"hour": 3600, "day": 86400, "week": 604800}


@lru_cache(maxsize=8192)
def _seconds(value: str) -> float | None:
    try:
        found = dt.datetime.fromisoformat(value)
    except ValueError:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=dt.UTC)).timestamp()


def holds(asked: Mapping[str, Any], value: Any, now: dt.datetime) -> bool:
    """Whether a value satisfies a filter of any type."""
    kind = asked["type"]
    if kind == "existence":
        return (value not in (None, "", [])) is (asked["operator"] == "is-set")
    if kind == "string":
        return _text(asked, value)
    if kind == "numeric":
        return numeric(asked, value)
    if kind == "boolean":
        return value is asked["value"]
    if kind == "date":
        return value is not None and dated(asked, value, now)
    return _listed(asked, value)


def numeric(asked: Mapping[str, Any], value: Any) -> bool:
    """A number against a numeric filter; what is no number satisfies none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return _COMPARE[asked["operator"]](value, asked["value"])


def _text(asked: Mapping[str, Any], value: Any) -> bool:
    name, wanted = asked["operator"], asked["value"]
    found = "" if value is None else str(value)
    if name in ("in", "not-in"):
        return (found in wanted) is (name == "in")
    if name.startswith("phone-country-code"):
        return found.startswith(tuple(f"+{one.lstrip('+')}" for one in wanted)) is not name.endswith("not-in")
    test = _TEXTS.get(name.removeprefix("not-"))
    return test is not None and test(found, wanted or "") is not name.startswith("not-")


def _listed(asked: Mapping[str, Any], value: Any) -> bool:
    name, wanted = asked["operator"], asked.get("value")
    found = value if isinstance(value, list) else []
    if name.startswith("length-"):
        return _COMPARE[name.removeprefix("length-")](len(found), wanted)
    return (wanted in found) is not name.startswith("not-")


def dated(asked: Mapping[str, Any], value: Any, now: dt.datetime) -> bool:
    """A time (ISO text or seconds since 1970) against a date filter."""
    if asked["operator"] == "alltime":
        return True
    seconds = float(value) if isinstance(value, int | float) else _seconds(str(value))
    if seconds is None:
        return False
    test = _DATES.get(asked["operator"])
    if test is not None:
        return test(asked, now.timestamp() - seconds, seconds)
    return _yearly(asked, dt.datetime.fromtimestamp(seconds, dt.UTC), now)


def _unit(asked: Mapping[str, Any]) -> int:
    return _UNITS[asked["unit"]]


_DATES: Mapping[str, Callable[[Mapping[str, Any], float, float], bool]] = {
    "after": lambda asked, _age, at: at > (_seconds(asked["date"]) or 0),
    "before": lambda asked, _age, at: at < (_seconds(asked["date"]) or 0),
    "between-static": lambda asked, _age, at: (_seconds(asked["start"]) or 0) <= at <= (_seconds(asked["end"]) or 0),
    "in-the-last": lambda asked, age, _at: 0 <= age <= asked["quantity"] * _unit(asked),
    "in-the-next": lambda asked, age, _at: 0 <= -age <= asked["quantity"] * _unit(asked),
    "at-least": lambda asked, age, _at: age >= asked["quantity"] * _unit(asked),
    "between": lambda asked, age, _at: asked["start"] * _unit(asked) <= age <= asked["end"] * _unit(asked),
}


def _yearly(asked: Mapping[str, Any], found: dt.datetime, now: dt.datetime) -> bool:
    name = asked["operator"]
    if name == "calendar-month":
        return bool(found.month == asked["value"])
    if name == "anniversary-month":
        return found.month == now.month
    if name == "anniversary":
        return (found.month, found.day) == (now.month, now.day)
    reach = asked["quantity"] * _unit(asked) / 86400
    today = now.timetuple().tm_yday
    ahead = (found.timetuple().tm_yday - today) % 365
    return bool(ahead <= reach) if name == "anniversary-next" else bool((365 - ahead) % 365 <= reach)
