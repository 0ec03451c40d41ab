"""All things of a kind, read no further than needed: a page is one statement, filtered and sorted by SQLite."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from klaviyo_app.sandbox.behaviours.call import Thing
from klaviyo_app.sandbox.kept import COLUMNS, at, read

_SIGNS = {"greater-than": ">", "greater-or-equal": ">=", "less-than": "<", "less-or-equal": "<="}
_LIKE = {"contains": "%{}%", "starts-with": "{}%", "ends-with": "%{}"}
_CHUNK = 500
_LISTS = ("suppression", "list_suppressions")
# Filters on what is hidden, and where the first entry of a list has it.
DEEP = {
    f"subscriptions.email.marketing.{name}.{part}": f"hidden.subscriptions.email.marketing.{name}[0].{part}"
    for name in _LISTS
    for part in ("reason", "timestamp", "list_id")
}
# Kept as text, or not at all: a missing one sorts as "", which is what the indexes of store.py hold.
_TEXTS = frozenset({"created", "updated", "created_at", "updated_at", "scheduled_at", "send_time", "email", "name"})
Comparison = tuple[str, str, Any]  # field, operator, value
After = tuple[Any, int]  # the value sorted by, and the position


class Rows:
    """The things of a kind in a scope, in the order in which they were made."""

    def __init__(self, connect: Callable[[], sqlite3.Connection], scope: int, kind: str) -> None:
        self._connect = connect
        self._scope = scope
        self._where = f"scope = ? AND kind = '{kind}'"  # written out: SQLite uses an index of one kind for it
        self._values: list[Any] = [scope]
        self.kind = kind
        self.done: frozenset[str] = frozenset()

    def narrowed(self, field: str, place: str, values: Sequence[Any]) -> Rows:
        """Only those that have one of these values (None: nothing) at a place ("hidden.channel").

        `field`: the filter that is carried out by this, and needs nothing more.
        """
        rows = Rows(self._connect, self._scope, self.kind)
        kept = at(place)
        condition = f"{kept} IS NULL" if list(values) == [None] else f"{kept} IN ({','.join('?' * len(values))})"
        rows._where = f"{self._where} AND {condition}"
        rows._values = self._values + [one for one in values if one is not None]
        rows.done = self.done | {field}
        return rows

    def __iter__(self) -> Iterator[Thing]:
        last = 0
        sql = f"SELECT position, id, {COLUMNS} FROM things WHERE {self._where} AND position > ? ORDER BY position"  # noqa: S608 - our own names
        while True:
            rows = self._connect().execute(f"{sql} LIMIT {_CHUNK}", (*self._values, last)).fetchall()
            for row in rows:
                yield read(self.kind, *row[1:])
            if len(rows) < _CHUNK:
                return
            last = rows[-1][0]

    @staticmethod
    def knows(comparison: Comparison) -> bool:
        """Whether SQLite can do this comparison as filters.holds() does it."""
        field, operator, value = comparison
        if "." in field and field not in DEEP:
            return False
        if operator == "any":
            return all(isinstance(one, str | int | float) for one in value)
        return operator in ("equals", *_SIGNS) or (operator in _LIKE and isinstance(value, str))

    def page(
        self, comparisons: Sequence[Comparison], sort: str, after: After | None, size: int
    ) -> tuple[list[Thing], After | None]:
        """A page of things, and what comes after it or None. `size` 0: all."""
        # Where nothing else is asked for, in the order of the index that the filter uses.
        sort = sort or next((field for field, sign, _ in comparisons if field in _TEXTS and sign in _SIGNS), "")
        key = _key(sort.removeprefix("-")) if sort else "0"
        backwards = sort.startswith("-")
        conditions, values = [self._where], list(self._values)
        for one in comparisons:
            sql, more = _condition(*one)
            conditions.append(sql)
            values += more
        if after is not None:
            conditions.append(f"({key}, position) {'<' if backwards else '>'} (?, ?)" if sort else "position > ?")
            values += after if sort else after[1:]
        order = "key DESC, place DESC" if backwards else "key, place" if sort else "place"
        limit = f" LIMIT {size + 1}" if size else ""
        # The inner statement sorts without the texts, which are long.
        inner = f"SELECT {key} AS key, position AS place FROM things WHERE {' AND '.join(conditions)}"  # noqa: S608 - names of the catalogue, values are bound
        columns = f"key, position, id, {COLUMNS}"
        sql = f"SELECT {columns} FROM ({inner} ORDER BY {order}{limit}) JOIN things ON position = place"  # noqa: S608
        rows = self._connect().execute(f"{sql} ORDER BY {order}", values).fetchall()
        cut = rows[:size] if size else rows
        found: list[Thing] = [read(self.kind, *row[2:]) for row in cut]
        return found, (cut[-1][0], cut[-1][1]) if len(rows) > len(cut) else None


def _place(field: str) -> str:
    return "id" if field == "id" else at(DEEP.get(field) or f"attributes.{field}")


def _key(field: str) -> str:
    """What is sorted by; nothing is missing in it."""
    return "id" if field == "id" else f"coalesce({_place(field)}, '')"


def _condition(field: str, operator: str, value: Any) -> tuple[str, list[Any]]:
    place = _place(field)
    if operator == "any":
        return f"{place} IN ({','.join('?' * len(value))})", [_bound(one) for one in value]
    if operator == "equals":
        return f"{place} IS ?", [_bound(value)]
    if operator in _LIKE:
        plain = value.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        return f"{place} LIKE ? ESCAPE '\\'", [_LIKE[operator].format(plain)]
    if field in _TEXTS:
        return f"{_key(field)} {_SIGNS[operator]} ? AND {_key(field)} > ''", [_bound(value)]
    return f"{place} {_SIGNS[operator]} ?", [_bound(value)]


def _bound(value: Any) -> Any:
    """Times are kept as text with +00:00, so that text sorts as time does."""
    return value.astimezone(dt.UTC).isoformat() if isinstance(value, dt.datetime) else value
