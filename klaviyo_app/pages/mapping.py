"""What each column of a file is: guessed by its name, settled by hand, and a row read by it.

A column is one of the kind's own targets ("email"), a property of a name and a type, or left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from klaviyo_app.pages import cells
from klaviyo_app.pages.cells import Calendar
from klaviyo_app.pages.uploads import Sheet

SKIP = "skip"
PROPERTY = "property-"
TYPES = {
    "property-text": gettext_lazy("Property: text"),
    "property-number": gettext_lazy("Property: number"),
    "property-date": gettext_lazy("Property: date"),
    "property-yes": gettext_lazy("Property: yes or no"),
}
LONGEST_NAME = 255
SAMPLE = 3  # cells of a column that are shown


@dataclass(frozen=True, slots=True)
class Target:
    """What a column may be. `aliases`: what such a column may be called, in small letters and digits alone."""

    name: str
    label: str | Promise
    aliases: tuple[str, ...] = ()
    date: bool = False


@dataclass(frozen=True, slots=True)
class Meaning:
    """A column that is read: `target` is a Target's name or one of TYPES, `name` then what the property is called."""

    column: str
    target: str
    name: str = ""


def bare(name: str) -> str:
    """A column's name without case, spaces and signs, as aliases are written."""
    return re.sub(r"[\W_]", "", name.casefold())


def guess(sheet: Sheet, targets: Iterable[Target]) -> dict[str, str]:
    """Column -> a target's name, a type of property, or SKIP where all its cells are empty.

    Each target once, for the first column that is called so.
    """
    aliases = {alias: one.name for one in targets for alias in (bare(one.name), *one.aliases)}
    found: dict[str, str] = {}
    for column in sheet.columns:
        named = aliases.get(bare(column))
        if named is None or named in found.values():
            named = _guessed_type([row[column] for row in sheet.rows if row.get(column) not in ("", None)])
        found[column] = named
    return found


def _guessed_type(filled: Sequence[Any]) -> str:
    if not filled:
        return SKIP
    numbers = all(isinstance(one, str) and cells.is_plainly_a_number(one) for one in filled)
    return "property-number" if numbers else "property-text"


def _texts(sheet: Sheet, column: str) -> Iterator[str]:
    for row in sheet.rows:
        value = row.get(column)
        if isinstance(value, str):
            yield value


def by_guess(sheet: Sheet, targets: Iterable[Target]) -> list[Meaning]:
    """The meanings where nobody has changed the guess."""
    return [Meaning(column, target, column) for column, target in guess(sheet, targets).items() if target != SKIP]


def read(
    row: Mapping[str, Any], meanings: Iterable[Meaning], calendar: Calendar
) -> tuple[dict[str, Any], dict[str, Any]]:
    """(target -> cell, property -> value) of a row, without empty cells.

    Values that are no text, of JSON lines, stay what they are. Raises ValidationError that names the column.
    """
    known: dict[str, Any] = {}
    properties: dict[str, Any] = {}
    for one in meanings:
        cell = row.get(one.column)
        if isinstance(cell, str):
            cell = cell.strip()
        if cell in ("", None):
            continue
        if not one.target.startswith(PROPERTY):
            known[one.target] = cell
        elif isinstance(cell, dict) and one.name.casefold() == "properties":
            properties |= cell
        else:
            properties[one.name] = _typed(cell, one, calendar)
    return known, properties


def _typed(cell: Any, one: Meaning, calendar: Calendar) -> Any:
    if not isinstance(cell, str) or one.target == "property-text":
        return cell
    try:
        if one.target == "property-number":
            found = cells.number(cell)
            return int(found) if found == found.to_integral_value() and abs(found) < 2**53 else float(found)
        if one.target == "property-yes":
            return cells.yes_or_no(cell)
        when, timed = cells.moment(cell, calendar)
        return when.isoformat() if timed else when.date().isoformat()
    except ValidationError as error:
        raise ValidationError([f"{one.column}: {words}" for words in error.messages]) from error


class MappingForm(forms.Form):
    """One choice for each column, the property's name beside it, and how dates are read where that is a question.

    A subclass adds what its kind asks for beside the columns, and names it in `own`.
    """

    own: tuple[str, ...] = ()  # names of the fields that a kind adds
    own_names = False  # whether a property may begin with $, which Klaviyo keeps for itself

    def __init__(self, *args: Any, sheet: Sheet, targets: Sequence[Target], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sheet, self.targets = sheet, targets
        guessed = guess(sheet, targets)
        choices = [
            (SKIP, _("Leave it out")),
            (_("Known to Klaviyo"), [(one.name, one.label) for one in targets]),
            (_("A property of your own"), list(TYPES.items())),
        ]
        for number, column in enumerate(sheet.columns):
            label = {"aria-label": _("What “%(column)s” is") % {"column": column}}
            self.fields[f"column-{number}"] = forms.ChoiceField(
                choices=choices, initial=guessed[column], widget=forms.Select(attrs=label)
            )
            label = {"aria-label": _("What the property of “%(column)s” is called") % {"column": column}}
            self.fields[f"name-{number}"] = forms.CharField(
                initial=column, required=False, max_length=LONGEST_NAME, widget=forms.TextInput(attrs=label)
            )
        if any(cells.has_two_ways(_texts(sheet, column)) for column in sheet.columns):
            self.fields["day_first"] = _day_first()

    def columns(self) -> Iterator[dict[str, Any]]:
        """What the page shows of each column: its name, some cells, both controls."""
        for number, column in enumerate(self.sheet.columns):
            filled = (row[column] for row in self.sheet.rows if row.get(column) not in ("", None))
            controls = {"choice": self[f"column-{number}"], "name": self[f"name-{number}"]}
            yield {"column": column, "cells": list(islice(filled, SAMPLE)), **controls}

    def beside(self) -> Iterator[Any]:
        """The fields that belong to no column."""
        names = (*self.own, *(("day_first",) if "day_first" in self.fields else ()))
        yield from (self[name] for name in names)

    def clean(self) -> dict[str, Any]:
        """Nothing is meant twice, every property has a name, and every date can be read."""
        cleaned = super().clean() or {}
        seen: set[str] = set()
        for number, column in enumerate(self.sheet.columns):
            target = cleaned.get(f"column-{number}", SKIP)
            if target == SKIP:
                continue
            name = cleaned.get(f"name-{number}", "")
            if target.startswith(PROPERTY):
                self._check_property(number, name, seen)
            elif target in seen:
                self.add_error(f"column-{number}", ValidationError(_("Another column is this already.")))
            seen.add(f"{PROPERTY}{name}" if target.startswith(PROPERTY) else target)
            if "day_first" in self.fields and self._is_date(target) and not cleaned.get("day_first"):
                self._check_order(column)
        return cleaned

    def _check_property(self, number: int, name: str, seen: set[str]) -> None:
        field = f"name-{number}"
        if field in self.errors:
            return
        if not name:
            self.add_error(field, ValidationError(_("Give the property a name.")))
        elif f"{PROPERTY}{name}" in seen:
            self.add_error(field, ValidationError(_("Another property is called so already.")))
        elif name.startswith("$") and not self.own_names:
            self.add_error(field, ValidationError(_("Names that begin with $ are Klaviyo's own.")))

    def _is_date(self, target: str) -> bool:
        return target == "property-date" or any(one.date for one in self.targets if one.name == target)

    def _check_order(self, column: str) -> None:
        texts = list(_texts(self.sheet, column))
        if cells.has_two_ways(texts) and len(cells.orders(texts)) != 1 and "day_first" not in self.errors:
            words = _("Dates in “%(column)s” can be read two ways: say which.")
            self.add_error("day_first", ValidationError(words % {"column": column}))

    def meanings(self) -> list[Meaning]:
        """What was chosen, of a valid form."""
        chosen = [
            Meaning(column, self.cleaned_data[f"column-{number}"], self.cleaned_data[f"name-{number}"])
            for number, column in enumerate(self.sheet.columns)
        ]
        return [one for one in chosen if one.target != SKIP]

    def calendar_of(self, calendar: Calendar) -> Calendar:
        """The calendar with the order that was chosen, or that the dates themselves leave."""
        said = self.cleaned_data.get("day_first")
        if said:
            return Calendar(calendar.zone, said == "day")
        dates = [one.column for one in self.meanings() if self._is_date(one.target)]
        ways = frozenset[bool]({True, False}).intersection(*(cells.orders(_texts(self.sheet, one)) for one in dates))
        return Calendar(calendar.zone, next(iter(ways)) if len(ways) == 1 else None)


def _day_first() -> forms.ChoiceField:
    return forms.ChoiceField(
        label=_("How dates are written"),
        required=False,
        choices=[("day", _("Day first: 31/12/2026")), ("month", _("Month first: 12/31/2026"))],
        widget=forms.RadioSelect,
        help_text=_("Your file has dates such as 3/4/2026, which can be read two ways."),
    )
