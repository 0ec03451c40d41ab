"""A quick look at a template that is not saved yet: Klaviyo renders only what it has stored.

A tiny interpreter of our own: names, dots, `default`, `lookup`, `upper`, `lower`, `title`, if/else, and the tags that
print a link. No attributes, no calls, no loops; steps and size are limited. Anything it does not know is left in place,
so that it is seen. The text never reaches Django's or Jinja's engine.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from html import escape
from typing import Any

MAX_BYTES = 2_000_000
MAX_TAGS = 20_000
_TAG = re.compile(r"\{\{(.{0,2000}?)\}\}|\{%(.{0,2000}?)%\}", re.DOTALL)
_NAME = re.compile(r"[A-Za-z_][\w$-]*(?:\.[\w$-]+)*\Z")
_STRING = re.compile(r"""(?:'([^']*)'|"([^"]*)")\Z""")
# Tags that print a link in the real mail; here they print something to look at.
_LINKS = {
    "unsubscribe": "Unsubscribe",
    "manage_preferences": "Manage preferences",
    "web_view": "View in browser",
}
_PLACES = {"unsubscribe_link", "manage_preferences_link", "web_view_link"}


class TooLarge(ValueError):
    """The draft is larger than this preview draws."""


def render(source: str, context: Mapping[str, Any], *, today: date) -> str:
    """The draft with its tags filled in from `context`. Raises TooLarge."""
    if len(source) > MAX_BYTES:
        raise TooLarge
    out: list[str] = []
    shown = [True]  # one entry an open {% if %}
    position = 0
    for count, match in enumerate(_TAG.finditer(source)):
        if count > MAX_TAGS:
            raise TooLarge
        if all(shown):
            out.append(source[position : match.start()])
        position = match.end()
        expression, tag = match.group(1), match.group(2)
        if expression is None and _branch(tag.strip(), context, shown):
            continue
        if all(shown):
            printed = _tag(tag.strip(), today) if expression is None else _value(expression.strip(), context)
            out.append(match.group(0) if printed is None else printed)
    if all(shown):
        out.append(source[position:])
    return "".join(out)


def _branch(tag: str, context: Mapping[str, Any], shown: list[bool]) -> bool:
    """Keep account of if, else and endif; True where the tag was one of them."""
    word, _, rest = tag.partition(" ")
    if word == "if":
        shown.append(_truth(rest.strip(), context))
    elif word == "else" and len(shown) > 1:
        shown[-1] = not shown[-1]
    elif word == "endif" and len(shown) > 1:
        shown.pop()
    else:
        return False
    return True


def _truth(condition: str, context: Mapping[str, Any]) -> bool:
    if condition.startswith("not "):
        return not _truth(condition[4:].strip(), context)
    for operator, same in ((" == ", True), (" != ", False)):
        left, found, right = condition.partition(operator)
        if found:
            return (str(_read(left.strip(), context)) == str(_read(right.strip(), context))) is same
    return bool(_read(condition, context))


def _tag(tag: str, today: date) -> str | None:
    word, _, rest = tag.partition(" ")
    words = _STRING.match(rest.strip())
    if word in _LINKS:
        label = (words.group(1) or words.group(2) or "") if words else _LINKS[word]
        return f'<a href="#">{escape(label)}</a>'
    if word in _PLACES:
        return "#"
    if word in {"today", "current_year"}:
        return str(today.year) if word == "current_year" else today.isoformat()
    if word == "coupon_code" and words:
        return "EXAMPLE-CODE"
    return None


def _read(term: str, context: Mapping[str, Any]) -> Any:
    """The value of a quoted text or of a dotted name; None where there is none."""
    if quoted := _STRING.match(term):
        return quoted.group(1) if quoted.group(1) is not None else quoted.group(2)
    if not _NAME.match(term):
        return None
    found: Any = context
    for part in term.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def _value(expression: str, context: Mapping[str, Any]) -> str | None:
    """The printed value of an expression with its filters, escaped; None where it is not understood."""
    first, *filters = (part.strip() for part in expression.split("|"))
    if not _NAME.match(first) and not _STRING.match(first):
        return None
    value = _read(first, context)
    for part in filters:
        name, _, argument = part.partition(":")
        apply = FILTERS.get(name.strip())
        if apply is None:
            return None
        value = apply(value, _read(argument.strip(), context))
    return "" if value is None or value is False or isinstance(value, Mapping) else escape(str(value))


FILTERS: dict[str, Callable[[Any, Any], Any]] = {
    "default": lambda value, other: value or other,
    "lookup": lambda value, key: value.get(key) if isinstance(value, Mapping) else None,
    "upper": lambda value, _: str(value or "").upper(),
    "lower": lambda value, _: str(value or "").lower(),
    "title": lambda value, _: str(value or "").title(),
}
