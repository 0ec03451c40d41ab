"""The rows of a file as events: what its columns may be, and what is wrong with a row. Pure."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from klaviyo_app.pages import cells
from klaviyo_app.pages.cells import Calendar
from klaviyo_app.pages.from_file import Found, Wrong
from klaviyo_app.pages.mapping import Meaning, Target, read
from klaviyo_app.pages.phone import as_e164
from klaviyo_app.resources.events.services import LONGEST_METRIC, event_attributes, person_of

TARGETS = (
    Target("metric", gettext_lazy("Metric"), ("metricname", "event", "eventname")),
    Target("email", gettext_lazy("E-mail address"), ("emailaddress", "mail")),
    Target("phone_number", gettext_lazy("Phone number"), ("phone", "mobile")),
    Target("external_id", gettext_lazy("External id"), ("customerid", "userid")),
    Target("time", gettext_lazy("When"), ("timestamp", "datetime", "date", "when"), date=True),
    Target("value", gettext_lazy("Value"), ("amount", "total", "revenue")),
    Target("currency", gettext_lazy("Currency"), ("valuecurrency",)),
    Target("unique_id", gettext_lazy("Unique id"), ("eventid",)),
)


def events_of(
    rows: Iterable[Mapping[str, Any]], meanings: Sequence[Meaning], *, metric: str, now: datetime, calendar: Calendar
) -> Found:
    """Every row becomes one event or one complaint. Each gets its unique id here, before anything is sent."""
    good: list[tuple[str, dict[str, Any]]] = []
    wrong: list[Wrong] = []
    known: set[tuple[str, str, str]] = set()
    for number, row in enumerate(rows, 1):
        try:
            values = _values(row, meanings, metric, now, calendar)
            _once(values, known)
        except ValidationError as error:
            wrong.append(Wrong(number, " ".join(error.messages)))
            continue
        person = person_of(values)
        who = next(iter(person["attributes"].values()))
        good.append((who, {"person": person, "event": event_attributes(values), "row": number}))
    return Found(good, wrong)


def _values(
    row: Mapping[str, Any], meanings: Sequence[Meaning], metric: str, now: datetime, calendar: Calendar
) -> dict[str, Any]:
    """What event_attributes and person_of take. Raises ValidationError."""
    known, properties = read(row, meanings, calendar)
    text = {name: str(cell).strip() for name, cell in known.items()}
    found = {
        "metric": text.get("metric") or metric,
        "email": text.get("email", "").lower(),
        "phone_number": as_e164(text.get("phone_number", "")),
        "external_id": text.get("external_id", ""),
        "time": cells.moment(text["time"], calendar)[0] if text.get("time") else now,
        "value": cells.number(text["value"]) if text.get("value") else None,
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
