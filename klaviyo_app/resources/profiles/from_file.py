"""The rows of a file as profiles: what its columns may be, and what is wrong with a row. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from klaviyo_app.pages.cells import Calendar
from klaviyo_app.pages.from_file import Found, Wrong
from klaviyo_app.pages.mapping import Meaning, Target, read
from klaviyo_app.pages.phone import as_e164
from klaviyo_app.resources.profiles.services import PLACE, PLAIN

TARGETS = (
    Target("email", gettext_lazy("E-mail address"), ("emailaddress", "mail", "emailadresse")),
    Target("phone_number", gettext_lazy("Phone number"), ("phone", "mobile", "mobilephone", "telephone")),
    Target("external_id", gettext_lazy("External id"), ("customerid", "userid", "customernumber")),
    Target("first_name", gettext_lazy("First name"), ("first", "givenname", "forename")),
    Target("last_name", gettext_lazy("Last name"), ("last", "familyname", "surname")),
    Target("organization", gettext_lazy("Organization"), ("organisation", "company")),
    Target("title", gettext_lazy("Job title"), ("jobtitle",)),
    Target("locale", gettext_lazy("Language"), ("language",)),
    Target("address1", gettext_lazy("Address"), ("address", "street", "addressline1", "streetaddress")),
    Target("address2", gettext_lazy("Address, second line"), ("addressline2",)),
    Target("city", gettext_lazy("City"), ("town",)),
    Target("region", gettext_lazy("Region"), ("state", "province", "county")),
    Target("zip", gettext_lazy("Postal code"), ("zipcode", "postcode", "postalcode")),
    Target("country", gettext_lazy("Country")),
    Target("timezone", gettext_lazy("Time zone")),
)
WORDS = (*PLAIN, "locale")
PERSON: Mapping[str, Any] = {
    "email": gettext_lazy("e-mail address"),
    "phone_number": gettext_lazy("phone number"),
    "external_id": gettext_lazy("external id"),
}
LARGEST = 100_000  # bytes of a profile; Klaviyo's description
LONGEST_ID = 255


def profiles_of(rows: Iterable[Mapping[str, Any]], meanings: Sequence[Meaning], *, calendar: Calendar) -> Found:
    """Every row becomes one profile or one complaint; a payload is {"attributes": ..., "row": its number}."""
    good: list[tuple[str, dict[str, Any]]] = []
    wrong: list[Wrong] = []
    known: dict[tuple[str, str], int] = {}
    for number, row in enumerate(rows, 1):
        try:
            attributes = _attributes(row, meanings, calendar)
            _once(attributes, known, number)
        except ValidationError as error:
            wrong.append(Wrong(number, " ".join(error.messages)))
            continue
        key = next(attributes[name] for name in PERSON if attributes.get(name))
        good.append((key, {"attributes": attributes, "row": number}))
    return Found(good, wrong)


def _attributes(row: Mapping[str, Any], meanings: Sequence[Meaning], calendar: Calendar) -> dict[str, Any]:
    """What Klaviyo is told of a person; an empty cell is not told, so that it takes nothing away."""
    known, properties = read(row, meanings, calendar)
    text = {name: cell if isinstance(cell, str) else _written(cell) for name, cell in known.items()}
    found: dict[str, Any] = {name: text[name] for name in WORDS if name in text}
    if "email" in found:
        found["email"] = found["email"].lower()
    if "phone_number" in found:
        found["phone_number"] = as_e164(found["phone_number"])
    if place := {name: text[name] for name in PLACE if name in text}:
        found["location"] = place
    if properties:
        found["properties"] = properties
    _check(found)
    return found


def _written(cell: Any) -> str:
    """A value of JSON lines as text: 7 as "7"."""
    return str(cell) if isinstance(cell, int | float) else orjson.dumps(cell).decode()


def _check(found: Mapping[str, Any]) -> None:
    if any(name.startswith("$") for name in found.get("properties", {})):
        raise ValidationError(_("Names that begin with $ are Klaviyo's own."))
    if not any(found.get(name) for name in PERSON):
        raise ValidationError(_("It names nobody: no e-mail address, phone number or external id."))
    if "email" in found:
        validate_email(found["email"])
    if len(found.get("external_id", "")) > LONGEST_ID:
        raise ValidationError(_("The external id is too long."))
    text = orjson.dumps(found)
    if len(text) > LARGEST:
        raise ValidationError(_("It is too large: Klaviyo takes 100 kB for a profile."))
    if b"\\u0000" in text:
        raise ValidationError(_("It holds a character (NUL) that cannot be kept."))


def _once(attributes: Mapping[str, Any], known: dict[tuple[str, str], int], number: int) -> None:
    """Two rows of one person would overwrite each other in an order that nobody knows: the first one counts."""
    marks = [(name, attributes[name]) for name in PERSON if attributes.get(name)]
    for name, value in marks:
        if before := known.get((name, value)):
            words = _("Row %(number)s has the same %(what)s.")
            raise ValidationError(words % {"number": before, "what": PERSON[name]})
    known |= dict.fromkeys(marks, number)
