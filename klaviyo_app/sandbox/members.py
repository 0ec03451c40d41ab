"""The members of a group, read no further than needed: a page is one statement on the links."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from klaviyo_app.sandbox.behaviours.call import Thing

_SIGNS = {"greater-than": ">", "greater-or-equal": ">=", "less-than": "<", "less-or-equal": "<="}
JOINED = "joined_group_at"


class Members:
    """What a thing is linked to by a relation, in the order of joining.

    `shown`: (id, when) -> how it is shown; `whole`: those of a page as such, read at once.
    """

    kind = "member"
    done: frozenset[str] = frozenset()

    def __init__(
        self,
        connect: Callable[[], sqlite3.Connection],
        group: tuple[int, str, str, str],
        shown: Callable[[str, str], Thing],
        whole: Callable[[Sequence[Thing]], list[Thing]],
    ) -> None:
        self._connect = connect
        self._group = group
        self._shown = shown
        self._whole = whole

    def __iter__(self) -> Iterator[Thing]:
        return iter(self.page((), "", None, 0)[0])

    @staticmethod
    def knows(comparison: tuple[str, str, Any]) -> bool:
        """Whether SQLite can do this comparison."""
        return comparison[0] == JOINED and comparison[1] in _SIGNS

    def page(
        self, comparisons: Sequence[tuple[str, str, Any]], sort: str, after: tuple[Any, int] | None, size: int
    ) -> tuple[list[Thing], tuple[Any, int] | None]:
        """A page and what comes after it or None. `after`: time and place of the last one. `size` 0: all."""
        conditions, values = ["scope = ? AND kind = ? AND id = ? AND relation = ?"], list[Any](self._group)
        for _, operator, value in comparisons:
            conditions.append(f"at {_SIGNS[operator]} ?")
            values.append(value.astimezone(dt.UTC).isoformat() if isinstance(value, dt.datetime) else value)
        backwards = sort.startswith("-")
        if after is not None:
            conditions.append(f"(at, position) {'<' if backwards else '>'} (?, ?)")
            values += after
        order = "at DESC, position DESC" if backwards else "at, position"
        limit = f" LIMIT {size + 1}" if size else ""
        sql = f"SELECT at, position, other FROM links WHERE {' AND '.join(conditions)} ORDER BY {order}{limit}"  # noqa: S608 - our own names, values are bound
        rows = self._connect().execute(sql, values).fetchall()
        cut = rows[:size] if size else rows
        found = [self._shown(other, at) for at, _, other in cut]
        return self._whole(found) if size else found, (cut[-1][0], cut[-1][1]) if len(rows) > len(cut) else None
