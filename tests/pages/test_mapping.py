"""Columns of a file: guessed, settled by hand, read so that every value survives; dates where they say one thing."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as some

from klaviyo_app.pages import cells
from klaviyo_app.pages.cells import Calendar
from klaviyo_app.pages.mapping import MappingForm, Meaning, Target, by_guess, guess, read
from klaviyo_app.pages.uploads import Sheet, sheet_of

TARGETS = (Target("email", "E-mail", ("mail",)), Target("born", "Born", date=True))
BERLIN = ZoneInfo("Europe/Berlin")


def sheet(**columns: list[Any]) -> Sheet:
    rows = [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]
    return Sheet(list(columns), rows)


def form_of(table: Sheet, **changes: str) -> MappingForm:
    shown = MappingForm(sheet=table, targets=TARGETS)
    posted = {name: shown.get_initial_for_field(field, name) or "" for name, field in shown.fields.items()}
    return MappingForm({**posted, **changes}, sheet=table, targets=TARGETS)


def test_a_column_is_guessed_by_its_name_once_and_a_property_s_type_by_all_its_cells() -> None:
    table = sheet(**{"E-Mail": ["a"], "mail": ["b"], "Size": ["7"], "Zip": ["07001"], "Price": ["1.50"], "Empty": [""]})
    assert guess(table, TARGETS) == {
        "E-Mail": "email",
        "mail": "property-text",
        "Size": "property-number",
        "Zip": "property-text",
        "Price": "property-text",
        "Empty": "skip",
    }


LETTERS = some.text(some.characters(exclude_categories=["Cs"], exclude_characters="\0\ufeff"), max_size=30)


@given(
    some.lists(some.tuples(LETTERS, LETTERS, LETTERS), min_size=1, max_size=10),
    some.sampled_from(",;\t|"),
    some.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_any_value_survives_the_file_and_the_guess(rows: list[tuple[str, ...]], separator: str, encoding: str) -> None:
    written = io.StringIO()
    csv.writer(written, delimiter=separator, quoting=csv.QUOTE_ALL).writerows([("email", "One", "Two"), *rows])
    found = sheet_of(SimpleUploadedFile("x.csv", written.getvalue().encode(encoding))) if _filled(rows) else None
    kept = [[cell.strip() for cell in row] for row in rows if any(cell.strip() for cell in row)]
    meanings = by_guess(found, TARGETS) if found else []
    for row, cells_ in zip(found.rows if found else [], kept, strict=True):
        known, properties = read(row, meanings, Calendar())
        assert str(known.get("email", "")) == cells_[0]
        assert [str(properties.get(name, "")) for name in ("One", "Two")] == cells_[1:]


def _filled(rows: list[tuple[str, ...]]) -> bool:
    return any(cell.strip() for row in rows for cell in row)


@pytest.mark.parametrize(
    ("target", "cell", "value"),
    [
        ("property-text", "007", "007"),
        ("property-number", "7", 7),
        ("property-number", "1,5", 1.5),
        ("property-number", 7.5, 7.5),
        ("property-yes", "Yes", True),
        ("property-yes", "0", False),
        ("property-date", "31.12.2026", "2026-12-31"),
        ("property-date", "2026-07-01 10:00", "2026-07-01T10:00:00+02:00"),
        ("property-text", ["a"], ["a"]),
    ],
)
def test_a_property_has_the_type_that_was_chosen(target: str, cell: Any, value: Any) -> None:
    _known, properties = read({"x": cell}, [Meaning("x", target, "X")], Calendar(BERLIN))
    assert properties == {"X": value}


@pytest.mark.parametrize(
    ("target", "cell"),
    [("property-number", "many"), ("property-number", "1.000"), ("property-yes", "perhaps"), ("property-date", "soon")],
)
def test_a_cell_that_is_not_of_the_chosen_type_is_named_with_its_column(target: str, cell: str) -> None:
    with pytest.raises(ValidationError, match="Size: "):
        read({"Size": cell}, [Meaning("Size", target, "Size")], Calendar())


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"column-1": "email"}, "Another column is this already"),
        ({"name-1": ""}, "Give the property a name"),
        ({"column-2": "property-text", "name-2": "Colour"}, "Another property is called so"),
        ({"name-1": "$consent"}, "Names that begin with $"),
        ({"column-1": "no-such-thing"}, "Select a valid choice"),
    ],
)
def test_a_mapping_that_cannot_be_is_said_at_its_column(changes: dict[str, str], words: str) -> None:
    form = form_of(sheet(email=["a"], Colour=["red"], born=["2026-01-01"]), **changes)
    assert not form.is_valid()
    assert words in str(form.errors)


@pytest.mark.parametrize(
    ("text", "day_first", "found"),
    [
        ("2026-08-01", None, "2026-08-01T00:00:00+02:00"),
        ("2026-08-01T14:30:00Z", None, "2026-08-01T14:30:00+00:00"),
        ("1785587400", None, "2026-08-01T12:30:00+00:00"),
        ("1785587400000", None, "2026-08-01T12:30:00+00:00"),
        ("31/12/2026", None, "2026-12-31T00:00:00+01:00"),
        ("12/31/2026 2:05 PM", None, "2026-12-31T14:05:00+01:00"),
        ("12/31/2026 12:05 am", None, "2026-12-31T00:05:00+01:00"),
        ("5.5.2026 9:07:08", None, "2026-05-05T09:07:08+02:00"),
        ("2026/4/3", None, "2026-04-03T00:00:00+02:00"),
        ("3 Apr 2026", None, "2026-04-03T00:00:00+02:00"),
        ("September 3, 2026 10:00", None, "2026-09-03T10:00:00+02:00"),
        ("3/4/2026", True, "2026-04-03T00:00:00+02:00"),
        ("3/4/2026", False, "2026-03-04T00:00:00+01:00"),
    ],
)
def test_a_date_is_read_in_the_ways_people_write_it(text: str, day_first: bool | None, found: str) -> None:
    assert cells.moment(text, Calendar(BERLIN, day_first))[0].isoformat() == found


@pytest.mark.parametrize(
    "text", ["3/4/2026", "3.4.26", "31/31/2026", "13/13/2026", "29/2/2026", "1/1/2026 13:00 pm", "3 Foo 2026", "45000"]
)
def test_a_date_that_says_two_things_or_nothing_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        cells.moment(text, Calendar(BERLIN))


@given(some.dates(date(1000, 1, 1), date(9999, 12, 31)), some.booleans(), some.sampled_from("./-"))
def test_whoever_says_the_order_gets_the_day_that_was_written(when: date, day_first: bool, sign: str) -> None:
    one, two = (when.day, when.month) if day_first else (when.month, when.day)
    text = f"{one}{sign}{two}{sign}{when.year:04}"
    assert cells.moment(text, Calendar(UTC, day_first))[0].date() == when


@pytest.mark.parametrize(
    ("dates", "asked"),
    [
        (["3/4/2026", "13/4/2026"], False),
        (["3/4/2026", "5/6/2026"], True),
        (["13/4/2026", "4/13/2026"], True),
        (["4/4/2026"], None),
        (["2026-01-01"], None),
    ],
)
def test_the_order_is_asked_for_where_the_dates_of_a_column_leave_two(dates: list[str], asked: bool | None) -> None:
    form = form_of(sheet(email=["a"] * len(dates), born=dates))
    assert ("day_first" in form.fields) is (asked is not None)
    assert form.is_valid() is not bool(asked)
    if asked is False:
        assert form.calendar_of(Calendar()).day_first is True


def test_dates_in_a_column_that_is_no_date_raise_no_question() -> None:
    assert form_of(sheet(email=["a"], born=["2026-01-01"], Note=["3/4/2026"])).is_valid()
