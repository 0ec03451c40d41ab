"""The trigram indexes behind the search by part of a name (klaviyo_app.pages.searching asks them).

PostgreSQL: a GIN index of pg_trgm. SQLite: an FTS5 table over the mirrored one (it keeps no second copy of the names),
followed by three triggers. A migration calls `install`; so must every later one that alters a mirrored table on SQLite,
since Django rebuilds the table there and its triggers go. Until it does, search is right and slower.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import structlog
from django.db import DatabaseError, transaction
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from klaviyo_app.mirror.models import Mirrored
from klaviyo_app.mirror.sync import mirrored
from klaviyo_app.pages.searching import TRIGGERS, forget, index_name

log = structlog.get_logger("mirror")


def install(schema_editor: BaseDatabaseSchemaEditor, models: Iterable[type[Mirrored]] | None = None) -> None:
    """Make the index of each mirrored kind whose table is there, anew where it is; other databases have none."""
    connection = schema_editor.connection
    there = set(connection.introspection.table_names())
    for model in models or mirrored().values():
        if model._meta.db_table not in there:
            continue
        for column in model.searched:
            if connection.vendor == "sqlite":
                for statement in _sqlite(schema_editor, model, column):
                    schema_editor.execute(statement, params=None)
            elif connection.vendor == "postgresql":
                _postgresql(schema_editor, model, column)
    forget()


def uninstall(schema_editor: BaseDatabaseSchemaEditor, models: Iterable[type[Mirrored]] | None = None) -> None:
    """Take the indexes away."""
    quote = schema_editor.connection.ops.quote_name
    indexes = [index_name(model, column) for model in models or mirrored().values() for column in model.searched]
    for index in indexes:
        if schema_editor.connection.vendor == "sqlite":
            for statement in _drop(schema_editor, index):
                schema_editor.execute(statement, params=None)
        elif schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(f"DROP INDEX IF EXISTS {quote(index)}", params=None)
    forget()


def _drop(schema_editor: BaseDatabaseSchemaEditor, index: str) -> Iterator[str]:
    quote = schema_editor.connection.ops.quote_name
    for event in TRIGGERS:
        yield f"DROP TRIGGER IF EXISTS {quote(f'{index}_{event}')}"
    yield f"DROP TABLE IF EXISTS {quote(index)}"


def _sqlite(schema_editor: BaseDatabaseSchemaEditor, model: type[Mirrored], field: str) -> Iterator[str]:
    """The statements; names are ours, none comes from outside."""
    quote = schema_editor.connection.ops.quote_name
    name = index_name(model, field)
    index, table, column = quote(name), quote(model._meta.db_table), quote(field)
    key = quote(model._meta.pk.column or "id")
    add = f"INSERT INTO {index} (rowid, {column}) VALUES (new.{key}, new.{column});"  # noqa: S608
    drop = f"INSERT INTO {index} ({index}, rowid, {column}) VALUES ('delete', old.{key}, old.{column});"  # noqa: S608
    yield from _drop(schema_editor, name)
    yield (
        f"CREATE VIRTUAL TABLE {index} USING fts5({column}, content={table}, content_rowid={key}, tokenize='trigram')"
    )
    yield f"INSERT INTO {index} ({index}) VALUES ('rebuild')"  # noqa: S608
    bodies = {
        "insert": f"AFTER INSERT ON {table} BEGIN {add} END",
        "delete": f"AFTER DELETE ON {table} BEGIN {drop} END",
        # Most updates leave the name alone and cost nothing here.
        "update": f"AFTER UPDATE OF {column} ON {table} WHEN old.{column} <> new.{column} BEGIN {drop} {add} END",
    }
    for event in TRIGGERS:
        yield f"CREATE TRIGGER {quote(f'{name}_{event}')} {bodies[event]}"


def _postgresql(schema_editor: BaseDatabaseSchemaEditor, model: type[Mirrored], field: str) -> None:
    quote = schema_editor.connection.ops.quote_name
    index, table = quote(index_name(model, field)), quote(model._meta.db_table)
    # What Django compares: LIKE on a ..._key, which is in lower case already, and UPPER(...) LIKE on others.
    column = quote(field) if field.endswith("_key") else f"UPPER({quote(field)}::text)"
    try:
        with transaction.atomic(using=schema_editor.connection.alias):
            schema_editor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm", params=None)
            schema_editor.execute(
                f"CREATE INDEX IF NOT EXISTS {index} ON {table} USING gin (({column}) gin_trgm_ops)", params=None
            )
    except DatabaseError as error:  # the extension is not installed, or this login may not create it
        log.warning("no trigram index", table=model._meta.db_table, error=type(error).__name__)
