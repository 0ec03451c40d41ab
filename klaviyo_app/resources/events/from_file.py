"""The rows of a file as events: which column means what, and what is wrong with a row. Pure."""

from __future__ import annotations

import math
import re
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import orjson
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone
from django.utils.translation import gettext as _

from klaviyo_app.pages.phone import as_e164
from klaviyo_app.resources.events.forms import LONGEST_METRIC
from klaviyo_app.resources.events.services import event_attributes, person_of

# What a column may be called, without case, spaces and signs. Every other column is a property.
NAMES: Mapping[str, str] = {
    **dict.fromkeys(("metric", "metricname", "event", "eventname"), "metric"),
    **dict.fromkeys(("email", "emailaddress", "mail"), "email"),
    **dict.fromkeys(("phone", "phonenumber", "mobile"), "phone_number"),
    **dict.fromkeys(("externalid", "customerid", "userid"), "external_id"),
    **dict.fromkeys(("time", "timestamp", "datetime", "date", "when"), "time"),
    **dict.fromkeys(("value", "amount", "total", "revenue"), "value"),
    **dict.fromkeys(("currency", "valuecurrency"), "currency"),
    **dict.fromkeys(("uniqueid", "eventid"), "unique_id"),
}


@dataclass(frozen=True, slots=True)
class Wrong:
    """A row that cannot be an event: its number in the file (the first is 1), and why."""

    number: int
    why: str


@dataclass(frozen=True, slots=True)
class Found:
    """The events of a file as job rows (who it is about, the event's body), and the rows that are none."""

    good: list[tuple[str, dict[str, Any]]]
    wrong: list[Wrong]


def meaning(column: str) -> str:
    """What a column is, such as "email"; "" for a property."""
    return NAMES.get(re.sub(r"[^a-z]", "", column.casefold()), "")


def events_of(rows: Iterable[Mapping[str, Any]], *, metric: str, now: datetime) -> Found:
    """Every row becomes one event or one complaint. Each gets its unique id here, before anything is sent."""
    good: list[tuple[str, dict[str, Any]]] = []
    wrong: list[Wrong] = []
    known: set[tuple[str, str, str]] = set()
    for number, row in enumerate(rows, 1):
        try:
            values = _values(row, metric, now)
            _once(values, known)
        except ValidationError as error:
            wrong.append(Wrong(number, " ".join(error.messages)))
            continue
        person = person_of(values)
        who = next(iter(person["attributes"].values()))
        good.append((who, {"person": person, "event": event_attributes(values)}))
    return Found(good, wrong)


def _values(row: Mapping[str, Any], metric: str, now: datetime) -> dict[str, Any]:
    """What event_attributes and person_of take. Raises ValidationError."""
    known: dict[str, Any] = {}
    properties: dict[str, Any] = {}
    for column, cell in row.items():
        if name := meaning(column):
            known.setdefault(name, cell)
        elif column.casefold() == "properties" and isinstance(cell, dict):
            properties |= cell
        elif cell not in ("", None):
            properties[column] = cell
    text = {name: str(cell).strip() for name, cell in known.items() if cell is not None}
    found = {
        "metric": text.get("metric") or metric,
        "email": text.get("email", "").lower(),
        "phone_number": as_e164(text.get("phone_number", "")),
        "external_id": text.get("external_id", ""),
        "time": _time(text.get("time", ""), now),
        "value": _value(text.get("value", "")),
        "currency": text.get("currency", "").upper(),
        "unique_id": text.get("unique_id") or uuid.uuid4().hex,
        "properties": properties,
    }
    _check(found)
    return found


def _once(values: Mapping[str, Any], known: set[tuple[str, str, str]]) -> None:
    """Klaviyo counts a unique id once for a person and metric: a second row with it would be lost without a word."""
    person = values["email"] or values["phone_number"] or values["external_id"]
    mark = (values["unique_id"], person, values["metric"])
    if mark in known:
        raise ValidationError(_("Another row has the same unique id, person and metric."))
    known.add(mark)


def _check(found: Mapping[str, Any]) -> None:
    if not found["metric"]:
        raise ValidationError(_("It names no metric."))
    if len(found["metric"]) > LONGEST_METRIC:
        raise ValidationError(_("The metric's name is too long."))
    if found["email"]:
        validate_email(found["email"])
    if not (found["email"] or found["phone_number"] or found["external_id"]):
        raise ValidationError(_("It names nobody: no e-mail address, phone number or external id."))
    if found["currency"] and not re.fullmatch("[A-Z]{3}", found["currency"]):
        raise ValidationError(_("“%(currency)s” is no currency.") % {"currency": found["currency"]})
    text = orjson.dumps({name: found[name] for name in ("properties", "unique_id", "metric", "external_id")})
    if len(text) > 100_000:
        raise ValidationError(_("Its properties are too large."))
    if b"\\u0000" in text:
        raise ValidationError(_("It holds a character (NUL) that cannot be kept."))


def _time(text: str, now: datetime) -> datetime:
    """ISO 8601, or seconds since 1970; without a zone in the reader's. Nothing: now."""
    if not text:
        return now
    try:
        if re.fullmatch(r"\d{9,11}", text):
            return datetime.fromtimestamp(int(text), UTC)
        found = datetime.fromisoformat(text)
        return found if found.tzinfo else timezone.make_aware(found)
    except (ValueError, OverflowError):
        words = _("“%(time)s” is no time; write it as 2026-08-01 14:30.") % {"time": text[:40]}
        raise ValidationError(words) from None


_GROUPED = re.compile(r"[+-]?\d{1,3}([.,])\d{3}")


def _value(text: str) -> Decimal | None:
    """A number with a point, or with one comma. What may as well mean thousands is refused: it is money."""
    if not text:
        return None
    if _GROUPED.fullmatch(text):
        raise ValidationError(_("“%(value)s” may mean two things; write it as 1234 or 1.2340.") % {"value": text[:40]})
    try:
        found = Decimal(text.replace(",", ".") if text.count(",") == 1 and "." not in text else text)
    except InvalidOperation:
        found = Decimal("NaN")
    if not math.isfinite(float(found)):
        raise ValidationError(_("“%(value)s” is no number.") % {"value": text[:40]})
    return found
