"""The cursors in our addresses."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import orjson
import pytest
from django.db.models import CharField, DateTimeField, IntegerField

from klaviyo_app.pages.cursors import BadCursor, Cursor, read

TEXT, TIME, NUMBER, MAYBE = CharField(), DateTimeField(), IntegerField(), DateTimeField(null=True)


def packed(*parts: object) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(parts)).decode().rstrip("=")


@pytest.mark.parametrize(
    ("value", "field"),
    [
        ("spring é 🌱", TEXT),
        ("", TEXT),
        (datetime(2026, 8, 1, 9, 30, 1, 5, tzinfo=UTC), TIME),
        (7, NUMBER),
        (None, MAYBE),
    ],
)
def test_a_cursor_comes_back_as_it_went(value, field) -> None:
    cursor = Cursor("-x", value, 12, backwards=True)
    assert read(cursor.text(), "-x", field) == cursor


def test_a_cursor_of_another_order_is_the_first_page() -> None:
    assert read(Cursor("name", "a", 1).text(), "-name", TEXT) is None


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("!!!", TEXT),
        ("é", TEXT),
        ("e30", TEXT),
        (packed("x", "a"), TEXT),
        (packed("x", "a", "b", 0), TEXT),
        (packed("x", "a", 0, 0), TEXT),
        (packed("x", "a", 2**63, 0), TEXT),
        (packed("x", ["a"], 1, 0), TEXT),
        (packed("x", {"at": 1}, 1, 0), TIME),
        (packed("x", "a\x00b", 1, 0), TEXT),
        (packed("x", None, 1, 0), TEXT),
        (packed("x", "yesterday", 1, 0), TIME),
        (packed("x", "2026-08-01T09:30:00", 1, 0), TIME),
        (packed("x", "9" * 30, 1, 0), NUMBER),
        (packed("x", "many", 1, 0), NUMBER),
        ("A" * 100_000, TEXT),
    ],
)
def test_a_made_up_cursor_is_refused_before_the_database(text: str, field) -> None:
    with pytest.raises(BadCursor):
        read(text, "x", field)
