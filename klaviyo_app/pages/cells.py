"""Cells of a file as numbers, moments, yes and no. What may mean two things is refused, never guessed. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from decimal import Decimal, InvalidOperation

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

_GROUPED = re.compile(r"[+-]?\d{1,3}([.,])\d{3}")
_PLAIN = re.compile(r"-?(0|[1-9]\d{0,14})(\.\d{0,5}[1-9])?")
_CLOCK = r"(?:,?[ T]+(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?(?: ?(?P<half>[AaPp])\.?[Mm]\.?)?)?"
_TWO_WAYS = re.compile(rf"(?P<one>\d{{1,2}})([./-])(?P<two>\d{{1,2}})\2(?P<year>\d{{4}}){_CLOCK}")
_YEAR_FIRST = re.compile(rf"(?P<year>\d{{4}})([./])(?P<month>\d{{1,2}})\2(?P<day>\d{{1,2}}){_CLOCK}")
_DAY_MONTH = re.compile(rf"(?P<day>\d{{1,2}})[. -]+(?P<name>[A-Za-z]{{3,9}})\.?[, -]+(?P<year>\d{{4}}){_CLOCK}")
_MONTH_DAY = re.compile(rf"(?P<name>[A-Za-z]{{3,9}})\.? (?P<day>\d{{1,2}}),? (?P<year>\d{{4}}){_CLOCK}")
_MONTHS = (
    "january february march april may june july august september october november december".split()  # noqa: SIM905
)
_YES, _NO = frozenset({"true", "yes", "y", "1"}), frozenset({"false", "no", "n", "0"})
_LONGEST = 40  # of what a complaint repeats of a cell


@dataclass(frozen=True, slots=True)
class Calendar:
    """How dates are read: in which zone where they name none, and whether 3/4/2026 begins with the day.

    `day_first` is None where nobody has said it: then such a date is read only if it can be read one way.
    """

    zone: tzinfo = UTC
    day_first: bool | None = None


def number(text: str) -> Decimal:
    """A number with a point, or with one comma. What may as well mean thousands is refused. Raises ValidationError."""
    if _GROUPED.fullmatch(text):
        shown = {"value": text[:_LONGEST]}
        raise ValidationError(_("“%(value)s” may mean two things; write it as 1234 or 1.2340.") % shown)
    try:
        found = Decimal(text.replace(",", ".") if text.count(",") == 1 and "." not in text else text)
    except InvalidOperation:
        found = Decimal("NaN")
    if not found.is_finite() or not math.isfinite(float(found)):
        raise ValidationError(_("“%(value)s” is no number.") % {"value": text[:_LONGEST]})
    return found


def is_plainly_a_number(text: str) -> bool:
    """Whether it is written as JSON would write it again: no zeros in front, nothing lost."""
    return bool(_PLAIN.fullmatch(text)) and text != "-0" and sum(map(str.isdigit, text)) <= 15


def yes_or_no(text: str) -> bool:
    """True, yes, y and 1, or false, no, n and 0, and the words of the reader's language. Raises ValidationError."""
    word = text.casefold()
    if word in _YES | {pgettext("in a file", "yes").casefold()}:
        return True
    if word in _NO | {pgettext("in a file", "no").casefold()}:
        return False
    raise ValidationError(_("“%(value)s” is neither yes nor no.") % {"value": text[:_LONGEST]})


def orders(texts: Iterable[str]) -> frozenset[bool]:
    """Of dates as 3/4/2026: the ways to read all of them, True for the day first; both where there are none."""
    ways = {True, False}
    for text in texts:
        if found := _TWO_WAYS.fullmatch(text):
            one, two = int(found["one"]), int(found["two"])
            if one != two:
                ways -= {True} if two > 12 else set()
                ways -= {False} if one > 12 else set()
    return frozenset(ways)


def has_two_ways(texts: Iterable[str]) -> bool:
    """Whether there is a date as 3/4/2026 among them, which another order makes another day or none."""
    found = map(_TWO_WAYS.fullmatch, texts)
    return any(one is not None and int(one["one"]) != int(one["two"]) for one in found)


def moment(text: str, calendar: Calendar) -> tuple[datetime, bool]:
    """ISO 8601, seconds or milliseconds since 1970, 3/4/2026, 3.4.2026, 2026/4/3 or 3 Apr 2026, with a time or without.

    Returns it with its zone, and whether it names a time of day. Raises ValidationError.
    """
    try:
        if re.fullmatch(r"\d{9,11}|\d{13}", text):
            return datetime.fromtimestamp(int(text) / (1000 if len(text) == 13 else 1), UTC), True
        found = _parts(text, calendar) or (datetime.fromisoformat(text), len(text) > 10)
    except (ValueError, OverflowError, OSError):
        words = _("“%(time)s” is no time; write it as 2026-08-01 14:30.") % {"time": text[:_LONGEST]}
        raise ValidationError(words) from None
    when, timed = found
    return when if when.tzinfo else when.replace(tzinfo=calendar.zone), timed


def _parts(text: str, calendar: Calendar) -> tuple[datetime, bool] | None:
    """A date in another writing than ISO's, without a zone; None where it is none. Raises ValueError."""
    if two_ways := _TWO_WAYS.fullmatch(text):
        one, two = int(two_ways["one"]), int(two_ways["two"])
        day, month = (one, two) if _day_first(text, one, two, calendar.day_first) else (two, one)
        return _built(two_ways, month, day)
    if found := _YEAR_FIRST.fullmatch(text):
        return _built(found, int(found["month"]), int(found["day"]))
    if found := _DAY_MONTH.fullmatch(text) or _MONTH_DAY.fullmatch(text):
        name = found["name"].lower()
        months = [number for number, one in enumerate(_MONTHS, 1) if name in (one, one[:3], one[:4])]
        return _built(found, months[0] if months else 0, int(found["day"]))
    return None


def _day_first(text: str, one: int, two: int, said: bool | None) -> bool:
    if said is not None:
        return said
    if one <= 12 and two <= 12 and one != two:
        words = _("“%(time)s” can be read two ways; say whether the day or the month comes first.")
        raise ValidationError(words % {"time": text[:_LONGEST]})
    return one > 12 or one == two


def _built(found: re.Match[str], month: int, day: int) -> tuple[datetime, bool]:
    hour = int(found["hour"] or 0)
    if found["half"]:
        if not 1 <= hour <= 12:
            raise ValueError(hour)
        hour = hour % 12 + (12 if found["half"] in "Pp" else 0)
    minute, second = int(found["minute"] or 0), int(found["second"] or 0)
    return datetime(int(found["year"]), month, day, hour, minute, second), bool(found["hour"])  # noqa: DTZ001
