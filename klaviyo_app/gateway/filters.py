"""Klaviyo's filter grammar as values: `and_(equals("name", "VIP"), greater_than("updated", moment)).text()`.

The grammar knows only "and"; the one "or" is `any_of`, and there is no "not". Source: Klaviyo's filtering guide.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

Scalar = str | bool | int | float | Decimal | dt.datetime | dt.date | None

_FIELD = re.compile(r"[A-Za-z_$][A-Za-z0-9_.$-]*")


class NotAllowed(ValueError):
    """We asked for something that the operation does not offer: our fault, found before a call was spent."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One condition: operator, field, and a value (None for `has`)."""

    operator: str
    field: str
    value: Scalar | tuple[Scalar, ...] = None

    def __post_init__(self) -> None:
        if not _FIELD.fullmatch(self.field):
            raise NotAllowed(f"{self.field!r} is no field name")

    def comparisons(self) -> Iterator[Comparison]:
        """This one condition."""
        yield self

    def text(self) -> str:
        """As it stands in the filter parameter, not yet percent-encoded."""
        if self.operator == "has":
            return f"has({self.field})"
        return f"{self.operator}({self.field},{literal(self.value)})"


@dataclass(frozen=True, slots=True)
class And:
    """All of these conditions."""

    parts: tuple[Comparison, ...]

    def comparisons(self) -> Iterator[Comparison]:
        """The conditions, in order."""
        yield from self.parts

    def text(self) -> str:
        """As it stands in the filter parameter, not yet percent-encoded."""
        return f"and({','.join(part.text() for part in self.parts)})"


Filter = Comparison | And


def literal(value: Scalar | tuple[Scalar, ...]) -> str:
    """A value in the grammar: strings quoted and escaped, times as RFC 3339 in UTC, lists in brackets.

    Numbers stand without an exponent, days as YYYY-MM-DD.
    """
    if isinstance(value, tuple):
        return f"[{','.join(literal(item) for item in value)}]"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, dt.datetime):
        return _moment(value)
    return value.isoformat() if isinstance(value, dt.date) else _number(value)


def _number(value: float | Decimal) -> str:
    exact = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    if not exact.is_finite():
        raise NotAllowed("not a finite number")
    return format(exact, "f")


def _quoted(text: str) -> str:
    if any(ord(letter) < 0x20 or letter == "\x7f" for letter in text):
        raise NotAllowed("control characters cannot be searched for")
    if any(0xD800 <= ord(letter) < 0xE000 for letter in text):
        raise NotAllowed("half a character cannot be searched for")
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _moment(value: dt.datetime) -> str:
    if value.tzinfo is None:
        raise NotAllowed("a time without its zone")
    return value.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")


def equals(field: str, value: Scalar) -> Comparison:
    """Exactly this value (case counts)."""
    return Comparison("equals", field, value)


def any_of(field: str, values: Iterable[Scalar]) -> Comparison:
    """One of these values; at least one must be given."""
    return Comparison("any", field, _some("any", field, values))


def contains_any(field: str, values: Iterable[Scalar]) -> Comparison:
    """The list has one of these."""
    return Comparison("contains-any", field, _some("contains-any", field, values))


def contains_all(field: str, values: Iterable[Scalar]) -> Comparison:
    """The list has all of these."""
    return Comparison("contains-all", field, _some("contains-all", field, values))


def _some(operator: str, field: str, values: Iterable[Scalar]) -> tuple[Scalar, ...]:
    found = tuple(values)
    if not found:
        raise NotAllowed(f"{operator}({field}) needs at least one value")
    return found


def contains(field: str, value: str) -> Comparison:
    """The text contains this."""
    return Comparison("contains", field, value)


def starts_with(field: str, value: str) -> Comparison:
    """The text begins so."""
    return Comparison("starts-with", field, value)


def ends_with(field: str, value: str) -> Comparison:
    """The text ends so."""
    return Comparison("ends-with", field, value)


def greater_than(field: str, value: Scalar) -> Comparison:
    """Above this number, or after this time."""
    return Comparison("greater-than", field, value)


def greater_or_equal(field: str, value: Scalar) -> Comparison:
    """This number or above, this time or after."""
    return Comparison("greater-or-equal", field, value)


def less_than(field: str, value: Scalar) -> Comparison:
    """Below this number, or before this time."""
    return Comparison("less-than", field, value)


def less_or_equal(field: str, value: Scalar) -> Comparison:
    """This number or below, this time or before."""
    return Comparison("less-or-equal", field, value)


def has(field: str) -> Comparison:
    """The relation is there."""
    return Comparison("has", field)


def and_(*parts: Filter) -> Filter:
    """All of these; one alone stays itself."""
    flat = tuple(comparison for part in parts for comparison in part.comparisons())
    if not flat:
        raise NotAllowed("and() of nothing")
    return flat[0] if len(flat) == 1 else And(flat)
