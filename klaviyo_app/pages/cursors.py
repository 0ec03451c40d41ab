"""Cursors of our own tables: the sort value and the key of the row at a page's edge, in an address.

They are not signed, since they open nothing: the query set is narrowed to the account first. They are validated, so
that an address which somebody shortened or made up leads to the first page and never into the database.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.core.exceptions import ValidationError
from django.db.models import Field
from django.utils import timezone

LARGEST = 2**63 - 1
LONGEST = 2000


class BadCursor(ValueError):
    """An address that somebody shortened or made up."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """The place before or after a row. `sort` is the wish that it was made under."""

    sort: str
    value: Any
    key: int
    backwards: bool = False

    def text(self) -> str:
        """As it stands in the address."""
        packed = orjson.dumps([self.sort, self.value, self.key, int(self.backwards)], default=str)
        return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def read(text: str, sort: str, field: Field[Any, Any]) -> Cursor | None:
    """The cursor of an address; None without one, or where it belongs to another order.

    `field` is the sorted column's: its value must be one of that field's. Raises BadCursor.
    """
    if not text:
        return None
    try:
        made_under, value, key, backwards = orjson.loads(
            base64.urlsafe_b64decode(text[:LONGEST] + "=" * (-len(text) % 4))
        )
        cursor = Cursor(str(made_under), _value(value, field), int(key), bool(backwards))
    except (ValueError, TypeError, OverflowError, ValidationError, binascii.Error, orjson.JSONDecodeError) as error:
        raise BadCursor from error
    if not 0 < cursor.key <= LARGEST:
        raise BadCursor
    return cursor if cursor.sort == sort else None


def _value(value: Any, field: Field[Any, Any]) -> Any:
    """The value as the field's own type; a list, a NUL or a number that no column holds is refused."""
    if value is None:
        if field.null:
            return None
        raise BadCursor
    if isinstance(value, (list, dict)) or "\x00" in str(value):
        raise BadCursor
    known = field.to_python(value)
    if isinstance(known, datetime) and timezone.is_naive(known):
        raise BadCursor
    if isinstance(known, int) and abs(known) > LARGEST:
        raise BadCursor
    return known
