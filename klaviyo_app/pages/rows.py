"""Where a table's rows come from: our mirror (keyset pages, capped count) or Klaviyo itself (its cursor)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import F, Q, QuerySet

from klaviyo_app.gateway.catalogue import OPERATIONS
from klaviyo_app.gateway.client import Client
from klaviyo_app.gateway.errors import GatewayError, Invalid
from klaviyo_app.gateway.query import Query
from klaviyo_app.pages import cursors
from klaviyo_app.pages.columns import Table
from klaviyo_app.pages.cursors import Cursor
from klaviyo_app.pages.searching import part_of

PAGE_SIZE = 100
# Counting a million rows costs a second; nobody needs to know more than "over ten thousand".
COUNT_CAP = 10_000


@dataclass(frozen=True, slots=True)
class Page:
    """One page. `count` is None where nobody knows it; `more_than_counted` says that it is only a floor."""

    rows: Sequence[Mapping[str, Any]]
    sort: str
    next: str = ""
    previous: str = ""
    count: int | None = None
    more_than_counted: bool = False
    note: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MirrorRows:
    """Rows of a query set, read as values. `search`: the fields that ?q= looks into; a mirrored kind names its own."""

    queryset: QuerySet[Any]
    values: tuple[str, ...]
    search: tuple[str, ...] = ()
    size: int = PAGE_SIZE
    finish: Callable[[list[dict[str, Any]]], None] | None = None

    def narrowed(self, q: str) -> QuerySet[Any]:
        """The rows that match a search."""
        needle = q.replace("\x00", "").casefold()
        if not needle:
            return self.queryset
        wanted = Q()
        for name in self.search or self.queryset.model.searched:
            wanted |= part_of(self.queryset, name, needle)
        return self.queryset.filter(wanted)

    def page(self, *, table: Table, sort: str, cursor: str, q: str) -> Page:
        """One page in the wished order, after or before a cursor."""
        name, column, descending = table.ordering(sort)
        wish = f"-{name}" if descending else name
        note = ""
        try:
            place = cursors.read(cursor, wish, self.queryset.model._meta.get_field(column))
        except cursors.BadCursor:
            place, note = None, "cursor"
        found = self.narrowed(q)
        rows = _slice(found, column, descending, place, self.size, self.values)
        backwards = bool(place and place.backwards)
        more = len(rows) > self.size
        rows = rows[: self.size]
        if backwards:
            rows.reverse()
        count = found.order_by()[: COUNT_CAP + 1].count()
        has_next, has_previous = (True, more) if backwards else (more, place is not None)
        page = Page(
            rows=rows,
            sort=wish,
            next=Cursor(wish, rows[-1][column], rows[-1]["pk"]).text() if rows and has_next else "",
            previous=Cursor(wish, rows[0][column], rows[0]["pk"], backwards=True).text()
            if rows and has_previous
            else "",
            count=min(count, COUNT_CAP),
            more_than_counted=count > COUNT_CAP,
            note=note,
        )
        if self.finish:
            self.finish(rows)
        return page


def _slice(
    found: QuerySet[Any], column: str, descending: bool, place: Cursor | None, size: int, values: tuple[str, ...]
) -> list[dict[str, Any]]:
    """One row more than a page, in the order of reading (reversed when going back)."""
    back = bool(place and place.backwards)
    falling = descending != back
    if place is not None:
        found = found.filter(_beyond(column, place, falling=falling, back=back))
    if found.model._meta.get_field(column).null:
        if back:
            order = F(column).desc(nulls_first=True) if falling else F(column).asc(nulls_first=True)
        else:
            order = F(column).desc(nulls_last=True) if falling else F(column).asc(nulls_last=True)
        ordered = found.order_by(order, "-pk" if falling else "pk")
    else:
        ordered = found.order_by(f"-{column}" if falling else column, "-pk" if falling else "pk")
    return list(ordered.values("pk", column, *values)[: size + 1])


def _beyond(column: str, place: Cursor, *, falling: bool, back: bool) -> Q:
    """Rows further on than a place; empty values stand last in either order."""
    side = "lt" if falling else "gt"
    if place.value is None:
        same = Q(**{f"{column}__isnull": True, f"pk__{side}": place.key})
        return same | Q(**{f"{column}__isnull": False}) if back else same
    # The first bound says nothing new; it is what an index can begin at.
    bound = Q(**{f"{column}__{side}e": place.value})
    further = bound & (Q(**{f"{column}__{side}": place.value}) | Q(**{f"pk__{side}": place.key}))
    return further if back else further | Q(**{f"{column}__isnull": True})


@dataclass(frozen=True, slots=True)
class LiveRows:
    """Rows asked of Klaviyo page by page. Its sorts and sizes are the operation's; raises GatewayError.

    A table with a column to sort by orders the query; without one the query's own order stands.
    Where the query includes something, `row_of` finds it in the resource's "included", by (type, id). `finish`: what
    must be asked about all rows of a page at once; may raise GatewayError.
    """

    client: Client
    operation: str
    row_of: Callable[[Mapping[str, Any]], dict[str, Any]]
    path: Mapping[str, str] = field(default_factory=dict)
    query: Query = field(default_factory=Query)
    size: int | None = None  # rows a page, where the operation lets one choose at the revision served
    finish: Callable[[list[dict[str, Any]]], None] | None = None

    def page(self, *, table: Table, sort: str, cursor: str, q: str) -> Page:
        """One page from Klaviyo's cursor on. There is no way back but the browser's."""
        note = ""
        first = self._sized()
        if table.sortable:
            name, column, descending = table.ordering(sort)
            sign = "-" if descending else ""
            sort, first = f"{sign}{name}", replace(first, sort=f"{sign}{column}")
        asked = first.after(cursor) if cursor else first
        try:
            answer = self.client.call(self.operation, path=self.path, query=asked)
        except Invalid:
            if not cursor:
                raise
            note = "cursor"
            answer = self.client.call(self.operation, path=self.path, query=first)
        found = answer.data or []
        if self.query.include:
            included = {(one["type"], one["id"]): one for one in answer.included}
            found = [{**one, "included": included} for one in found]
        rows = [self.row_of(one) for one in found]
        if self.finish is not None:
            self.finish(rows)
        return Page(rows=rows, sort=sort, next=self.client.next_cursor(answer, self.operation) or "", note=note)

    def _sized(self) -> Query:
        rule = OPERATIONS[self.operation].page_at(self.client.served_revision)
        if self.size is None or rule is None or rule.fixed:
            return self.query
        return replace(self.query, page_size=min(self.size, rule.maximum))


@dataclass(frozen=True, slots=True)
class GivenRows:
    """Rows that are at hand already, all of them."""

    rows: Sequence[Mapping[str, Any]] = ()

    def page(self, *, table: Table, sort: str, cursor: str, q: str) -> Page:
        """All rows, in the order in which they were given."""
        return Page(rows=self.rows, sort=sort, count=len(self.rows))


@dataclass(frozen=True, slots=True)
class NoRows:
    """No rows, since Klaviyo cannot be asked."""

    error: GatewayError

    def page(self, *, table: Table, sort: str, cursor: str, q: str) -> Page:
        """Raises the error."""
        raise self.error


Rows = MirrorRows | LiveRows | GivenRows | NoRows
