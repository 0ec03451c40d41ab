"""The filter grammar, read: `and(equals(name,"A"),any(id,["x","y"]))`, or conditions with commas between them.

Source: Klaviyo's page on filtering: strings in single or double quotes with backslash escapes, times, numbers, true,
false and null bare, lists in brackets; commas at the top mean and; there is no or, and no not.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from klaviyo_app.sandbox.behaviours.call import Refused
from klaviyo_app.sandbox.problems import bad_parameter

_NAME = re.compile(r"[A-Za-z_$][\w.$-]*")
_BARE = re.compile(r"[^,()\[\]\"'\s]+")
_NUMBER = re.compile(r"-?\d+(\.\d+)?\Z")
_SPACE = re.compile(r"\s*")
_TIME = re.compile(r"\d{4}-\d\d-\d\d([T ].*)?\Z")
ORDERED = ("greater-than", "greater-or-equal", "less-than", "less-or-equal")


class Condition(NamedTuple):
    """One comparison. `value`: text, number, boolean, None, an aware datetime, or a list of those."""

    field: str
    operator: str
    value: Any


class _Reader:
    """A place in the text of a filter."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def fail(self, words: str) -> Refused:
        return bad_parameter(f"Invalid filter provided: {words} at position {self.at}.", "filter")

    def skip(self) -> None:
        found = _SPACE.match(self.text, self.at)
        self.at = found.end() if found else self.at

    def peek(self) -> str:
        self.skip()
        return self.text[self.at : self.at + 1]

    def take(self, mark: str) -> None:
        if self.peek() != mark:
            raise self.fail(f"'{mark}' expected")
        self.at += 1

    def name(self) -> str:
        self.skip()
        found = _NAME.match(self.text, self.at)
        if found is None:
            raise self.fail("a name expected")
        self.at = found.end()
        return found.group()

    def quoted(self) -> str:
        mark = self.peek()
        self.at += 1
        letters: list[str] = []
        while self.at < len(self.text):
            letter = self.text[self.at]
            self.at += 1
            if letter == mark:
                return "".join(letters)
            if letter == "\\" and self.at < len(self.text):
                letter = self.text[self.at]
                self.at += 1
            letters.append(letter)
        raise self.fail("the end of a string expected")

    def value(self) -> Any:
        mark = self.peek()
        if mark in ("'", '"'):
            return self.quoted()
        if mark == "[":
            return self.values()
        found = _BARE.match(self.text, self.at)
        if found is None:
            raise self.fail("a value expected")
        value = self.bare(found.group())
        self.at = found.end()
        return value

    def bare(self, text: str) -> Any:
        constants = {"true": True, "false": False, "null": None}
        if text in constants:
            return constants[text]
        if _NUMBER.match(text):
            return float(text) if "." in text else int(text)
        if _TIME.match(text):
            try:
                found = dt.datetime.fromisoformat(text)
            except ValueError:
                raise self.fail(f"'{text}' is no time") from None
            return found.astimezone(dt.UTC) if found.tzinfo else found.replace(tzinfo=dt.UTC)
        raise self.fail(f"'{text}' is no value; strings need quotes")

    def values(self) -> list[Any]:
        self.take("[")
        found: list[Any] = []
        while self.peek() != "]":
            if found:
                self.take(",")
            found.append(self.value())
        self.take("]")
        return found


def parse(text: str) -> list[Condition]:
    """All conditions of a filter; they must all hold. Raises Refused (400)."""
    reader = _Reader(text)
    found = _several(reader, "")
    if reader.peek():
        raise reader.fail("the end expected")
    return found


def _several(reader: _Reader, end: str) -> list[Condition]:
    found: list[Condition] = []
    while True:
        operator = reader.name()
        reader.take("(")
        if operator == "and":
            found += _several(reader, ")")
        elif operator in ("or", "not"):
            raise reader.fail(f"'{operator}' is not supported")
        else:
            found.append(_one(reader, operator))
        reader.take(")")
        if reader.peek() in ("", end):
            return found
        reader.take(",")


def _one(reader: _Reader, operator: str) -> Condition:
    field = reader.name()
    if operator == "has":
        return Condition(field, operator, True)
    reader.take(",")
    return Condition(field, operator, reader.value())


def check(conditions: list[Condition], allowed: Mapping[str, tuple[str, ...]]) -> None:
    """Raise Refused (400) for a field, operator or value that this operation does not know."""
    for one in conditions:
        if one.field not in allowed:
            raise bad_parameter(f"'{one.field}' is not a filterable field for this resource.", "filter")
        if one.operator not in allowed[one.field]:
            words = ", ".join(allowed[one.field])
            raise bad_parameter(
                f"'{one.operator}' is not an allowed filter operator for {one.field}.  Allowed operators are {words}",
                "filter",
            )
        is_list = isinstance(one.value, list)
        if is_list != (one.operator in ("any", "contains-any", "contains-all")):
            raise bad_parameter(
                f"'{one.operator}' of '{one.field}' needs {'one value' if is_list else 'a list'}.", "filter"
            )


def holds(one: Condition, found: Any) -> bool:
    """Whether a value fulfils a condition. A missing one (None) fulfils only `equals(...,null)`."""
    if one.operator == "any":
        return any(_plain(value) == _like(found, value) for value in one.value)
    if one.operator == "equals":
        return bool(_plain(one.value) == _like(found, one.value))
    if found is None:
        return False
    if one.operator in ORDERED:
        return _ordered(one, found)
    return _within(one, found)


def _ordered(one: Condition, found: Any) -> bool:
    left, right = _like(found, one.value), _plain(one.value)
    if isinstance(left, str) is not isinstance(right, str):
        return False
    if one.operator == "greater-than":
        return bool(left > right)
    if one.operator == "greater-or-equal":
        return bool(left >= right)
    return bool(left < right) if one.operator == "less-than" else bool(left <= right)


def _within(one: Condition, found: Any) -> bool:
    match one.operator:
        case "contains":
            return one.value in found if isinstance(found, list) else str(one.value).lower() in str(found).lower()
        case "contains-any":
            return any(value in found for value in one.value)
        case "contains-all":
            return all(value in found for value in one.value)
        case "starts-with":
            return str(found).lower().startswith(str(one.value).lower())
        case "ends-with":
            return str(found).lower().endswith(str(one.value).lower())
        case _:
            return bool(found)  # has


def _plain(value: Any) -> Any:
    return value.timestamp() if isinstance(value, dt.datetime) else value


def _like(found: Any, asked: Any) -> Any:
    """A stored value in the kind of the one asked for: times as seconds."""
    if isinstance(asked, dt.datetime) and isinstance(found, str):
        try:
            moment = dt.datetime.fromisoformat(found)
        except ValueError:
            return found
        return (moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)).timestamp()
    return found
