"""The links between the things of one scope, in the order in which they were made."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from itertools import islice
from typing import Generic, Protocol, TypeVar

from klaviyo_app.sandbox.behaviours.call import Thing
from klaviyo_app.sandbox.kept import at
from klaviyo_app.sandbox.members import Members
from klaviyo_app.sandbox.memo import LINKS, Memo, Place, T

_LINKED = "scope = ? AND kind = ? AND id = ? AND relation = ?"
_AT_ONCE = 500  # placeholders in one statement


class Keeper(Protocol):
    """What links need of the store."""

    memo: Memo

    @property
    def connection(self) -> sqlite3.Connection:
        """This thread's."""

    def writing(self) -> AbstractContextManager[sqlite3.Connection]:
        """One transaction."""

    def touch(self, *places: Place) -> None:
        """Say what is changing."""


K = TypeVar("K", bound=Keeper)


def parts(ids: Collection[str]) -> Iterator[tuple[str, ...]]:
    """As many at once as a statement takes."""
    remaining = iter(ids)
    while part := tuple(islice(remaining, _AT_ONCE)):
        yield part


def _reaching(
    scope: int, included: Collection[str], excluded: Collection[str], place: str
) -> tuple[str, list[int | str]]:
    """What follows SELECT, and its values: the people of groups who have something at a place."""
    groups = "SELECT other FROM links WHERE scope = ? AND kind IN ('list', 'segment') AND id IN ({}) AND relation = ?"
    inside, outside = (groups.format(",".join("?" * len(ids))) for ids in (included, excluded))
    sql = f"FROM things WHERE scope = ? AND kind = 'profile' AND {at(place)} AND id IN ({inside} EXCEPT {outside})"
    return sql, [scope, scope, *included, "profiles", scope, *excluded, "profiles"]


class Links(Generic[K]):
    """Of one scope."""

    def __init__(self, store: K, number: int) -> None:
        self.store = store
        self.number = number

    def writing(self) -> AbstractContextManager[sqlite3.Connection]:
        """One transaction of the store."""
        return self.store.writing()

    def remembered(self, kind: str, name: Hashable, make: Callable[[], T]) -> T:
        """What make() works out of the things of a kind (memo.LINKS: out of links), once until they change."""
        if self.store.connection.in_transaction:
            return make()
        return self.store.memo.get((self.number, kind), name, make)

    def linked(self, kind: str, id: str, relation: str) -> Mapping[str, str]:  # noqa: A002 - Klaviyo's word
        """Ids of what it is linked to, with when (ISO 8601), in the order of linking."""
        sql = f"SELECT other, at FROM links WHERE {_LINKED} ORDER BY position"  # noqa: S608 - our own names
        return dict(self.store.connection.execute(sql, (self.number, kind, id, relation)).fetchall())

    def linked_of(self, kind: str, ids: Sequence[str], relation: str) -> dict[str, list[str]]:
        """The ids of what each of these is linked to, in the order of linking."""
        found: dict[str, list[str]] = {}
        for part in parts(ids):
            marks = ",".join("?" * len(part))
            sql = f"SELECT id, other FROM links WHERE scope = ? AND kind = ? AND id IN ({marks}) AND relation = ? "  # noqa: S608
            rows = self.store.connection.execute(f"{sql} ORDER BY position", (self.number, kind, *part, relation))
            for id_, other in rows:
                found.setdefault(id_, []).append(other)
        return found

    def linked_among(self, kind: str, id: str, relation: str, others: Collection[str]) -> Mapping[str, str]:  # noqa: A002
        """Those of some ids that it is linked to, with when."""
        found: dict[str, str] = {}
        for part in parts(others):
            marks = ",".join("?" * len(part))
            sql = f"SELECT other, at FROM links WHERE {_LINKED} AND other IN ({marks})"  # noqa: S608 - our own names
            found.update(self.store.connection.execute(sql, (self.number, kind, id, relation, *part)).fetchall())
        return found

    def members(
        self,
        kind: str,
        id: str,  # noqa: A002 - Klaviyo's word
        relation: str,
        shown: Callable[[str, str], Thing],
        whole: Callable[[Sequence[Thing]], list[Thing]],
    ) -> Members:
        """The same, page by page, in the order of time: shown(id, when); whole(those of a page)."""
        return Members(lambda: self.store.connection, (self.number, kind, id, relation), shown, whole)

    def count_linked(self, kind: str, id: str, relation: str) -> int:  # noqa: A002 - Klaviyo's word
        """How many it is linked to."""
        sql = f"SELECT count(*) FROM links WHERE {_LINKED}"  # noqa: S608 - our own names

        def counted() -> int:
            return int(self.store.connection.execute(sql, (self.number, kind, id, relation)).fetchone()[0])

        return self.remembered(LINKS, (kind, id, relation), counted)

    def reached(self, included: Collection[str], excluded: Collection[str], place: str) -> Iterator[str]:
        """Ids of the people in these lists and segments, and in none of those, who have something at a place."""
        sql, values = _reaching(self.number, included, excluded, place)
        return (str(id_) for (id_,) in self.store.connection.execute(f"SELECT id {sql}", values))

    def count_reached(self, included: Collection[str], excluded: Collection[str], place: str) -> int:
        """How many there are of them."""
        sql, values = _reaching(self.number, included, excluded, place)
        return int(self.store.connection.execute(f"SELECT count(*) {sql}", values).fetchone()[0])

    def holders(self, kind: str, relation: str, other: str) -> Mapping[str, str]:
        """Backwards: ids of the things of a kind that are linked to another one, with when."""
        sql = "SELECT id, at FROM links WHERE scope = ? AND other = ? AND relation = ? AND kind = ? ORDER BY position"
        return dict(self.store.connection.execute(sql, (self.number, other, relation, kind)).fetchall())

    def link(self, kind: str, id: str, relation: str, others: Mapping[str, str]) -> None:  # noqa: A002
        """Add links; those that are there keep their time."""
        sql = "INSERT OR IGNORE INTO links (scope, kind, id, relation, other, at) VALUES (?, ?, ?, ?, ?, ?)"
        rows = [(self.number, kind, id, relation, other, at) for other, at in others.items()]
        with self.store.writing() as connection:
            connection.executemany(sql, rows)
            self.store.touch((self.number, LINKS))

    def unlink(self, kind: str, id: str, relation: str, others: Collection[str] | None = None) -> None:  # noqa: A002
        """Take links away, all of them for None."""
        sql = f"DELETE FROM links WHERE {_LINKED}"  # noqa: S608 - our own names
        with self.store.writing() as connection:
            self.store.touch((self.number, LINKS))
            if others is None:
                connection.execute(sql, (self.number, kind, id, relation))
            else:
                rows = [(self.number, kind, id, relation, other) for other in others]
                connection.executemany(f"{sql} AND other = ?", rows)
