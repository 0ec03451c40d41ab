"""Tables as values: what a column is called, what it shows and what it sorts by."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from dashboard.access import Right

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Column:
    """A column. `name`: the row's key; `cell`: a macro of templates/pages/_cells.html.

    `sort`: a model field, or what Klaviyo calls it where the rows are read live.
    """

    name: str
    label: str | Promise
    cell: str = "text"
    sort: str = ""
    align: str = "start"
    narrow: bool = False  # left out at phone width


@dataclass(frozen=True, slots=True)
class Table:
    """Columns, the order without a wish, and where a row leads. The first column carries the link."""

    columns: tuple[Column, ...]
    default_sort: str
    row_url: Callable[[Row], str] | None = None
    key: str = "id"

    def looks(self, before: int = 0) -> str:
        """The table's CSS classes, each a look and the number of its column, with `before` columns in front of ours.

        Said once on the table instead of on every cell: a fifth of the page's bytes.
        """
        said = ["ticks"] if before else []
        for number, column in enumerate(self.columns, before + 1):
            looks = (
                ("end", column.align == "end"),
                ("narrow", column.narrow),
                ("when", column.cell in {"when", "planned"}),
            )
            said += [f"{name}-{number}" for name, on in looks if on]
        return " ".join(said)

    @property
    def sortable(self) -> bool:
        """Whether any column can be sorted by."""
        return any(column.sort for column in self.columns)

    @property
    def sorts_unseen(self) -> bool:
        """Whether a column to sort by is left out at phone width, and its heading with it."""
        return any(column.sort and column.narrow for column in self.columns)

    def ordering(self, asked: str) -> tuple[str, str, bool]:
        """(column name, model field, descending) for a wish such as "-updated"; only declared sorts get through."""
        for wish in (asked, self.default_sort):
            name = wish.removeprefix("-")
            for column in self.columns:
                if column.sort and column.name == name:
                    return name, column.sort, wish.startswith("-")
        raise ValueError(f"{self.default_sort} is no sort of this table")


@dataclass(frozen=True, slots=True)
class Verb:
    """Something done with many rows: `label` is the plain word ("Delete"), `url` where it is asked about."""

    name: str
    label: str | Promise
    right: Right
    url: str
    icon: str = "trash"
