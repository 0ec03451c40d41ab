"""Search by part of a name, over an index of trigrams where the database has one.

PostgreSQL uses a GIN index of pg_trgm for LIKE by itself. SQLite's is a table of its own (FTS5), which triggers keep; a
change of the indexed table drops the triggers, so the query looks first whether they are there and does without if not.
The indexes are made by klaviyo_app.mirror.search.
"""

from __future__ import annotations

from typing import Any

from django.db import connections
from django.db.models import Model, Q, QuerySet
from django.db.models.expressions import RawSQL

SHORTEST = 3  # a trigram has three letters; less is looked for row by row
TRIGGERS = ("insert", "update", "delete")
# (database file, index) -> whether it can be used; asked once a process.
_known: dict[tuple[str, str], bool] = {}


def index_name(model: type[Model], column: str) -> str:
    """What the index of a model's column is called."""
    return f"{model._meta.db_table}_{column}_trigrams"


def part_of(queryset: QuerySet[Any], column: str, needle: str) -> Q:
    """Rows whose column holds `needle`, in lower case, somewhere. A column called ..._key is in lower case already."""
    lowered = column.endswith("_key")
    connection = connections[queryset.db]
    index = index_name(queryset.model, column)
    if connection.vendor == "sqlite" and len(needle) >= SHORTEST and _usable(queryset.db, index):
        quoted = connection.ops.quote_name(index)
        phrase = '"{}"'.format(needle.replace('"', '""'))
        # The name is ours (of the model), the needle a parameter.
        return Q(pk__in=RawSQL(f"SELECT rowid FROM {quoted} WHERE {quoted} MATCH %s", (phrase,)))  # noqa: S608, S611
    return Q(**{f"{column}__{'contains' if lowered else 'icontains'}": needle})


def _usable(alias: str, index: str) -> bool:
    connection = connections[alias]
    key = (str(connection.settings_dict["NAME"]), index)
    if key not in _known:
        names = [index, *(f"{index}_{event}" for event in TRIGGERS)]
        marks = ", ".join(["%s"] * len(names))
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM sqlite_master WHERE name IN ({marks})", names)  # noqa: S608
            _known[key] = cursor.fetchone()[0] == len(names)
    return _known[key]


def forget() -> None:
    """Look again: indexes were made or dropped."""
    _known.clear()
