"""What came of each row of an import: Klaviyo's errors put back onto the rows that they are about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from klaviyo_app.jobs import batches, work
from klaviyo_app.jobs.models import JobRow, RowState
from klaviyo_app.resources.profiles.from_file import PERSON


def settle(rows: Sequence[JobRow], attributes: Mapping[str, Any], errors: Sequence[Mapping[str, Any]]) -> None:
    """The result of an ended import's rows. `attributes`: of Klaviyo's job; `errors`: its import errors."""
    failed, unplaced = _placed(rows, errors)
    work.settle_each([(row, RowState.REFUSED, failed[row.pk]) for row in rows if row.pk in failed])
    others = [row for row in rows if row.pk not in failed]
    completed, count = int(attributes.get("completed_count") or 0), int(attributes.get("failed_count") or 0)
    untold = max(count - len(failed), len(unplaced))
    if attributes.get("status") == "cancelled":
        words = _("Klaviyo cancelled the import after %(done)s of %(total)s.")
        state = RowState.UNKNOWN if completed else RowState.REFUSED
        work.settle(others, state, words % {"done": completed, "total": len(rows)})
    elif untold > 0 and untold >= len(others):
        work.settle(others, RowState.REFUSED, "; ".join(unplaced)[:500] or _("Klaviyo did not say why."))
    elif untold > 0:
        words = ngettext(
            "Klaviyo failed on %(num)s row of this import without saying which. %(why)s",
            "Klaviyo failed on %(num)s rows of this import without saying which. %(why)s",
            untold,
        )
        work.settle(others, RowState.UNKNOWN, words % {"num": untold, "why": "; ".join(unplaced[:3])})
    else:
        work.settle(others, RowState.DONE)


def _placed(rows: Sequence[JobRow], errors: Sequence[Mapping[str, Any]]) -> tuple[dict[int, str], list[str]]:
    """Row -> Klaviyo's words, and the words of errors that are about no row of ours."""
    by_person = {mark: row for row in rows for mark in marks_of(row.payload["attributes"])}
    failed: dict[int, str] = {}
    unplaced: list[str] = []
    for error in errors:
        own = error.get("attributes") or {}
        words = str(own.get("detail") or own.get("title") or own.get("code") or "")
        row = _row_of(own, rows, by_person)
        if row is None:
            unplaced.append(words)
        else:
            failed[row.pk] = f"{failed[row.pk]} {words}" if row.pk in failed else words
    return failed, unplaced


def _row_of(
    error: Mapping[str, Any], rows: Sequence[JobRow], by_person: Mapping[tuple[str, str], JobRow]
) -> JobRow | None:
    """By whom the original payload names; else by the place in the pointer, which is that of the row in its batch."""
    payload = error.get("original_payload") or {}
    for mark in marks_of(payload.get("attributes") or payload):
        if mark in by_person:
            return by_person[mark]
    places = batches.numbers(str((error.get("source") or {}).get("pointer") or ""))
    return rows[places[0]] if places and places[0] < len(rows) else None


def marks_of(attributes: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What tells a person: (name, value) of address, number and external id, without case."""
    return [(name, str(attributes[name]).casefold()) for name in PERSON if attributes.get(name)]
