"""Filters of the template language, by name: each takes a value and an argument (None: without) and never raises.

Source: Klaviyo's help article 4408802648731; the filters there are Django's. Written anew.
"""

from __future__ import annotations

import datetime as dt
import html
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

Filter = Callable[[Any, Any], Any]


class Markup(str):
    """Text that is already HTML and is printed as it is."""

    __slots__ = ()


def text(value: Any) -> str:
    """A value as it is printed: nothing for None, whole numbers without a point."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def number(value: Any) -> float | None:
    """A value as a number, or None."""
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def moment(value: Any) -> dt.datetime | None:
    """A value as a time, from an ISO text, a date or seconds since 1970; or None."""
    if isinstance(value, dt.datetime):
        return value
    try:
        if isinstance(value, int | float):
            return dt.datetime.fromtimestamp(value, dt.UTC)
        return dt.datetime.fromisoformat(str(value))
    except (ValueError, OverflowError, OSError):
        return None


_DATE_LETTERS: Mapping[str, Callable[[dt.datetime], str]] = {
    "d": lambda at: f"{at.day:02}",
    "j": lambda at: str(at.day),
    "D": lambda at: at.strftime("%a"),
    "l": lambda at: at.strftime("%A"),
    "m": lambda at: f"{at.month:02}",
    "n": lambda at: str(at.month),
    "M": lambda at: at.strftime("%b"),
    "F": lambda at: at.strftime("%B"),
    "N": lambda at: at.strftime("%b."),
    "Y": lambda at: str(at.year),
    "y": lambda at: f"{at.year % 100:02}",
    "H": lambda at: f"{at.hour:02}",
    "G": lambda at: str(at.hour),
    "g": lambda at: str(at.hour % 12 or 12),
    "i": lambda at: f"{at.minute:02}",
    "s": lambda at: f"{at.second:02}",
    "A": lambda at: "AM" if at.hour < 12 else "PM",
}


def date(value: Any, pattern: Any = None) -> Any:
    """A time in Django's date letters."""
    found = moment(value)
    if found is None:
        return ""
    return "".join(_DATE_LETTERS[one](found) if one in _DATE_LETTERS else one for one in text(pattern or "N j, Y"))


def _length(value: Any, _argument: Any) -> int:
    return len(value) if isinstance(value, str | Sequence | Mapping) else 0


def _end(value: Any, last: bool) -> Any:
    return value[-1 if last else 0] if isinstance(value, Sequence) and value else None


def _join(value: Any, argument: Any) -> str:
    return text(argument).join(text(one) for one in value) if isinstance(value, list | tuple) else text(value)


def _floatformat(value: Any, argument: Any) -> str:
    found = number(value)
    places = number(argument)
    if found is None:
        return ""
    if places is None:
        return f"{found:.1f}".removesuffix(".0")
    return f"{found:.{min(int(abs(places)), 12)}f}"


def _add(value: Any, argument: Any) -> Any:
    left, right = number(value), number(argument)
    if left is not None and right is not None:
        return left + right
    return text(value) + text(argument)


def _slice(value: Any, argument: Any) -> Any:
    if not isinstance(value, str | list | tuple):
        return value
    bounds = [int(one) if re.fullmatch(r"-?\d+", one) else None for one in text(argument).split(":")[:2]]
    return value[slice(*bounds)] if len(bounds) == 2 else value[slice(bounds[0])]


def _yesno(value: Any, argument: Any) -> str:
    words = text(argument or "yes,no").split(",")
    return words[0] if value else words[1] if len(words) > 1 else ""


def _truncate(value: Any, argument: Any) -> str:
    whole, size = text(value), int(number(argument) or 0)
    return whole if len(whole) <= size else whole[: max(size - 1, 0)] + "…"


def _truncate_words(value: Any, argument: Any) -> str:
    words, size = text(value).split(), int(number(argument) or 0)
    return " ".join(words) if len(words) <= size else " ".join(words[:size]) + " …"


def _pluralize(value: Any, argument: Any) -> str:
    words = text(argument or "s").split(",")
    single, plural = (words[0], words[1]) if len(words) > 1 else ("", words[0])
    return single if number(value) == 1 else plural


def _replace(value: Any, argument: Any) -> str:
    """`|replace:"old|new"`."""
    old, _, new = text(argument).partition("|")
    return text(value).replace(old, new) if old else text(value)


def _divisible(value: Any, argument: Any) -> bool:
    left, right = number(value), number(argument)
    return bool(right) and left is not None and right is not None and left % right == 0


FILTERS: Mapping[str, Filter] = {
    "add": _add,
    "capfirst": lambda value, _: text(value)[:1].upper() + text(value)[1:],
    "date": date,
    "default": lambda value, argument: value or argument,
    "default_if_none": lambda value, argument: argument if value is None else value,
    "divisibleby": _divisible,
    "escape": lambda value, _: Markup(html.escape(text(value))),
    "first": lambda value, _: _end(value, last=False),
    "floatformat": _floatformat,
    "join": _join,
    "last": lambda value, _: _end(value, last=True),
    "length": _length,
    "lookup": lambda value, argument: value.get(text(argument)) if isinstance(value, Mapping) else None,
    "lower": lambda value, _: text(value).lower(),
    "pluralize": _pluralize,
    "replace": _replace,
    "safe": lambda value, _: Markup(text(value)),
    "slice": _slice,
    "striptags": lambda value, _: re.sub(r"<[^>]*>", "", text(value)),
    "title": lambda value, _: text(value).title(),
    "trim": lambda value, _: text(value).strip(),
    "truncatechars": _truncate,
    "truncatewords": _truncate_words,
    "upper": lambda value, _: text(value).upper(),
    "urlencode": lambda value, _: quote(text(value)),
    "yesno": _yesno,
}
