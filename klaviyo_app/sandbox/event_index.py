"""The events of a large account apart from its people, so that a page of them is one statement.

The people keep their events all the same; what is written to a person is written here too.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import orjson

TABLES = """
CREATE TABLE IF NOT EXISTS indexed (scope INTEGER PRIMARY KEY);
CREATE TABLE IF NOT EXISTS events (
  scope INTEGER NOT NULL, at INTEGER NOT NULL, id TEXT NOT NULL, profile TEXT NOT NULL, metric TEXT NOT NULL,
  value REAL NOT NULL, properties TEXT, PRIMARY KEY (scope, at, id)) WITHOUT ROWID;
"""
INDEXES = {
    "events_by_metric": "events (scope, metric, at, id)",
    "events_by_profile": "events (scope, profile, at, id)",
}
_PUT = "INSERT OR REPLACE INTO events VALUES (?, ?, ?, ?, ?, ?, ?)"
_SIGNS = {"greater-than": ">", "greater-or-equal": ">=", "less-than": "<", "less-or-equal": "<="}
Kept = tuple[int, str, str, str, float, str | None]  # at, id, profile, metric, value, properties


def rows_of(scope: int, profile: str, activity: dict[str, list[list[Any]]]) -> Iterator[tuple[Any, ...]]:
    """The rows of one person."""
    for metric, events in activity.items():
        for number, one in enumerate(events):
            properties = orjson.dumps(one[2]).decode() if len(one) > 2 else None
            yield scope, int(one[0]), f"{profile}-{metric}-{number}", profile, metric, one[1], properties


def keep(connection: sqlite3.Connection, rows: Iterable[tuple[Any, ...]]) -> None:
    """Keep rows of rows_of()."""
    connection.executemany(_PUT, rows)


class EventIndex:
    """The events of one scope."""

    def __init__(self, connect: Callable[[], sqlite3.Connection], scope: int) -> None:
        self._connect = connect
        self._scope = scope

    def select(
        self,
        wanted: dict[str, set[str]],
        limits: Sequence[tuple[str, float]],
        *,
        backwards: bool = False,
        after: tuple[int, str] | None = None,
        size: int = 0,
        ordered: bool = True,
        told: bool = False,
    ) -> Iterator[Kept]:
        """In the order of time, or as they come.

        `wanted`: profile_id, metric_id; `limits`: operators and seconds; `size` 0: all; `told`: only those with
        properties of their own.
        """
        conditions, values = ["scope = ?"], list[Any]([self._scope])
        if told:
            conditions.append("properties IS NOT NULL")
        for field, ids in wanted.items():
            name = field.removesuffix("_id")
            conditions.append(f"{name} IN ({','.join('?' * len(ids))})" if len(ids) != 1 else f"{name} = ?")
            values += ids
        for operator, seconds in limits:
            conditions.append(f"at {_SIGNS[operator]} ?")
            values.append(seconds)
        if after is not None:
            conditions.append(f"(at, id) {'<' if backwards else '>'} (?, ?)")
            values += after
        order = " ORDER BY at DESC, id DESC" if backwards else " ORDER BY at, id"
        columns = "at, id, profile, metric, value, properties"
        limit = f" LIMIT {size}" if size else ""
        # Told which index: without figures of the table SQLite would look through it in the order of time.
        name = next((one for one in ("profile", "metric") if f"{one}_id" in wanted), "")
        index = f"INDEXED BY events_by_{name} " if name else ""
        sql = f"SELECT {columns} FROM events {index}WHERE {' AND '.join(conditions)}{order if ordered else ''}{limit}"  # noqa: S608 - our own names, values are bound
        return iter(self._connect().execute(sql, values))
