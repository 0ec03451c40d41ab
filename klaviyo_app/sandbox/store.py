"""What the sandbox keeps: one SQLite file, things and links between them, in the order in which they were made.

Everything belongs to a scope: a Maton key and one of its Klaviyo accounts. Maton's own things (connections, the key's
settings) are kept in the key's scope with the account "". The file survives restarts and kill -9.

For the data sets: `store.open_account(key, Thing("account", id, attributes))` makes an account and gives its Things;
`put_all` and `link` inside one `with store.writing():` are quick (tens of thousands a second). For a million of them,
`with store.loading():` leaves the indexes until afterwards.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from klaviyo_app.sandbox import event_index
from klaviyo_app.sandbox.behaviours.call import Thing
from klaviyo_app.sandbox.behaviours.recipients import MAY_BE_MAILED, MAY_BE_TEXTED
from klaviyo_app.sandbox.event_index import EventIndex
from klaviyo_app.sandbox.kept import COLUMNS, PARTS, at, read, written
from klaviyo_app.sandbox.links import Links, parts
from klaviyo_app.sandbox.memo import LINKS, Memo, Place
from klaviyo_app.sandbox.rows import DEEP, Rows

_TABLES = """
CREATE TABLE IF NOT EXISTS scopes (
  number INTEGER PRIMARY KEY, key TEXT NOT NULL, account TEXT NOT NULL, UNIQUE (key, account));
CREATE TABLE IF NOT EXISTS things (
  position INTEGER PRIMARY KEY AUTOINCREMENT, scope INTEGER NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL,
  attributes TEXT NOT NULL, relationships TEXT NOT NULL, hidden TEXT NOT NULL, UNIQUE (scope, kind, id));
CREATE TABLE IF NOT EXISTS links (
  position INTEGER PRIMARY KEY AUTOINCREMENT, scope INTEGER NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL,
  relation TEXT NOT NULL, other TEXT NOT NULL, at TEXT NOT NULL, UNIQUE (scope, kind, id, relation, other));
"""


def _by(kind: str, *places: str) -> str:
    """An index of one kind by places in its things, and then in order. A missing attribute counts as ""."""
    columns = [f"coalesce({at(one)}, '')" if one.startswith("attributes.") else at(one) for one in places]
    return f"things (scope, {', '.join(columns)}, position) WHERE kind = '{kind}'"


_CHANNEL = "hidden.channel"
_INDEXES = {
    "things_in_order": "things (scope, kind, position)",
    "profiles_by_email": f"things (scope, {at('attributes.email')}) WHERE kind = 'profile'",
    "profiles_sorted_email": _by("profile", "attributes.email"),
    "profiles_sorted_created": _by("profile", "attributes.created"),
    "profiles_sorted_updated": _by("profile", "attributes.updated"),
    "profiles_suppressed": _by("profile", DEEP["subscriptions.email.marketing.suppression.reason"]),
    "profiles_suppressed_in_lists": _by("profile", DEEP["subscriptions.email.marketing.list_suppressions.reason"]),
    "profiles_mailed": f"things (scope, id, {at(MAY_BE_MAILED)}) WHERE kind = 'profile'",
    "profiles_texted": f"things (scope, id, {at(MAY_BE_TEXTED)}) WHERE kind = 'profile'",
    "campaigns_of_channel": _by("campaign", _CHANNEL),
    "campaigns_sorted_name": _by("campaign", _CHANNEL, "attributes.name"),
    "campaigns_sorted_created": _by("campaign", _CHANNEL, "attributes.created_at"),
    "campaigns_sorted_updated": _by("campaign", _CHANNEL, "attributes.updated_at"),
    "templates_public": _by("template", "hidden.private"),
    "codes_of_coupon": _by("coupon-code", "relationships.coupon"),
    "codes_of_profile": _by("coupon-code", "relationships.profile"),
    "links_back": "links (scope, other, relation)",
    "links_in_time": "links (scope, kind, id, relation, at, position, other)",
    **event_index.INDEXES,
}
_INSERT = f"INSERT INTO things (scope, kind, id, {COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)"  # noqa: S608 - our own names
_PUT = f"{_INSERT} ON CONFLICT (scope, kind, id) DO UPDATE SET {', '.join(f'{one} = excluded.{one}' for one in PARTS)}"


class Store:
    """One file. Each thread has its own connection; one thread writes at a time."""

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        self._local = threading.local()
        self._writer = threading.RLock()
        self._scopes: dict[tuple[str, str], int] = {}
        self._touched: set[Place] = set()
        self.memo = Memo()
        with self._writer:
            self._part()
            self.connection.executescript(_TABLES + event_index.TABLES)
            self._make_indexes()
            self.indexed = {number for (number,) in self.connection.execute("SELECT scope FROM indexed")}
            for number, key, account in self.connection.execute("SELECT number, key, account FROM scopes"):
                self._scopes[key, account] = number

    @property
    def connection(self) -> sqlite3.Connection:
        """This thread's connection."""
        found: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if found is None:
            found = sqlite3.connect(self.path, isolation_level=None, timeout=30, cached_statements=64)
            # The system keeps written pages over a kill -9; only a power cut could lose them.
            found.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; PRAGMA cache_size = -2000;")
            self._local.connection = found
        return found

    def _part(self) -> None:
        """Take a store over in which all of a thing was one text, as sandboxes kept theirs until November 2026."""
        columns = [name for _, name, *_ in self.connection.execute("PRAGMA table_info(things)")]
        if "body" not in columns:
            return
        texts = ", ".join(f"json_extract(body, '$.{one}')" for one in PARTS)
        self.connection.executescript(
            f"BEGIN; ALTER TABLE things RENAME TO whole; {_TABLES} "  # noqa: S608 - our own names
            f"INSERT INTO things SELECT position, scope, kind, id, {texts} FROM whole; DROP TABLE whole; COMMIT;"
        )

    def _make_indexes(self) -> None:
        for name, columns in _INDEXES.items():
            self.connection.execute(f"CREATE INDEX IF NOT EXISTS {name} ON {columns}")

    @contextmanager
    def loading(self) -> Iterator[None]:
        """A long load into a new store that nobody reads yet: no journal, and the indexes when it is over.

        What breaks off leaves a file that is good for nothing.
        """
        if self._scopes:  # somebody reads it
            yield
            return
        self.connection.executescript("PRAGMA journal_mode = OFF; PRAGMA cache_size = -200000;")
        for name in _INDEXES:
            self.connection.execute(f"DROP INDEX {name}")
        yield
        self._make_indexes()
        self.connection.executescript("PRAGMA journal_mode = WAL; PRAGMA cache_size = -2000;")

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction: all of it or nothing. May be nested; the outermost commits."""
        with self._writer:
            connection = self.connection
            if connection.in_transaction:
                yield connection
                return
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                self._touched.clear()
                raise
            connection.execute("COMMIT")
            self.memo.changed(self._touched)
            self._touched.clear()

    def touch(self, *places: Place) -> None:
        """Say within writing() what is changing."""
        self._touched.update(places)

    def things(self, key: str, account: str = "") -> AccountThings:
        """The things of a Klaviyo account, or of the key itself. Makes the scope where it is not there."""
        number = self._scopes.get((key, account))
        if number is None:
            with self.writing() as connection:
                row = ("INSERT INTO scopes (key, account) VALUES (?, ?) RETURNING number", (key, account))
                number = self._scopes[key, account] = int(connection.execute(*row).fetchone()[0])
        return AccountThings(self, number)

    def open_account(self, key: str, account: Thing) -> AccountThings:
        """A new Klaviyo account (kind "account") that the key's owner may connect to."""
        things = self.things(key, account.id)
        things.put(account)
        return things

    def accounts(self, key: str) -> list[Thing]:
        """The Klaviyo accounts that the key's owner may connect to, the oldest first."""
        names = [name for owner, name in self._scopes if owner == key and name]
        return [found for name in names if (found := self.things(key, name).get("account", name)) is not None]

    def every_key(self) -> list[str]:
        """All Maton keys."""
        return list(dict.fromkeys(owner for owner, _ in self._scopes))

    def owner_of(self, kind: str, id: str) -> str | None:  # noqa: A002 - Klaviyo's word
        """The key in whose scopes there is such a thing."""
        sql = "SELECT key FROM things JOIN scopes ON number = scope WHERE kind = ? AND id = ?"
        row = self.connection.execute(sql, (kind, id)).fetchone()
        return str(row[0]) if row else None

    def close(self) -> None:
        """Close this thread's connection."""
        self.connection.close()
        del self._local.connection


class AccountThings(Links[Store]):
    """The things of one scope; fits behaviours.call.Things. Reads see what the same thread wrote."""

    def get(self, kind: str, id: str) -> Thing | None:  # noqa: A002 - Klaviyo's word
        """One thing, or None."""
        sql = f"SELECT {COLUMNS} FROM things WHERE scope = ? AND kind = ? AND id = ?"  # noqa: S608 - our own names
        row = self.store.connection.execute(sql, (self.number, kind, id)).fetchone()
        return read(kind, id, *row) if row else None

    def some(self, kind: str, ids: Collection[str]) -> list[Thing]:
        """Those of these ids that are there, in the order of the ids."""
        wanted, found = list(ids), {}
        for part in parts(wanted):
            marks = ",".join("?" * len(part))
            sql = f"SELECT id, {COLUMNS} FROM things WHERE scope = ? AND kind = ? AND id IN ({marks})"  # noqa: S608
            for id_, *texts in self.store.connection.execute(sql, (self.number, kind, *part)):
                found[id_] = read(kind, id_, *texts)
        return [found[one] for one in wanted if one in found]

    def all(self, kind: str) -> Rows:
        """All of a kind, in the order in which they were made."""
        return Rows(lambda: self.store.connection, self.number, kind)

    @property
    def events(self) -> EventIndex | None:
        """The events apart from the people, in an account that is too large to look through."""
        return EventIndex(lambda: self.store.connection, self.number) if self.number in self.store.indexed else None

    def index_events(self) -> None:
        """From now on this account keeps its events apart as well."""
        with self.store.writing() as connection:
            connection.execute("INSERT OR IGNORE INTO indexed VALUES (?)", (self.number,))
            self.store.indexed.add(self.number)

    def find(self, kind: str, attribute: str, value: str) -> list[Thing]:
        """Those whose attribute has this value. Quick for a profile's email."""
        sql = (
            f"SELECT id, {COLUMNS} FROM things WHERE scope = ? AND kind = '{kind}' "  # noqa: S608 - our own names
            f"AND {at(f'attributes.{attribute}')} = ? ORDER BY position"
        )
        return [read(kind, *row) for row in self.store.connection.execute(sql, (self.number, value)).fetchall()]

    def count(self, kind: str) -> int:
        """How many there are of a kind."""
        sql = "SELECT count(*) FROM things WHERE scope = ? AND kind = ?"
        return int(self.store.connection.execute(sql, (self.number, kind)).fetchone()[0])

    def put(self, thing: Thing) -> None:
        """Keep it, new or changed."""
        self.put_all((thing,))

    def put_all(self, things: Iterable[Thing]) -> None:
        """Keep many at once."""
        with self.store.writing() as connection:
            if self.number in self.store.indexed:
                things = list(things)
                self._index(connection, things)
            connection.executemany(_PUT, self._rows(things))

    def _rows(self, things: Iterable[Thing]) -> Iterator[tuple[int | str, ...]]:
        for one in things:
            self.store.touch((self.number, one.kind))
            yield self.number, one.kind, one.id, *written(one)

    def _index(self, connection: sqlite3.Connection, things: Iterable[Thing]) -> None:
        for one in things:
            if one.kind == "profile":
                connection.execute("DELETE FROM events WHERE scope = ? AND profile = ?", (self.number, one.id))
                event_index.keep(connection, event_index.rows_of(self.number, one.id, one.hidden.get("activity") or {}))

    def put_written(self, rows: Iterable[tuple[str, ...]]) -> None:
        """Keep new things that are JSON already: kind, id, COLUMNS. For loads; forgets nothing and indexes nothing."""
        with self.store.writing() as connection:
            connection.executemany(_INSERT, ((self.number, *one) for one in rows))

    def link_written(self, rows: Iterable[tuple[str, str, str, str, str]]) -> None:
        """Add new links: kind, id, relation, other, at. For loads."""
        with self.store.writing() as connection:
            sql = "INSERT INTO links (scope, kind, id, relation, other, at) VALUES (?, ?, ?, ?, ?, ?)"
            connection.executemany(sql, ((self.number, *one) for one in rows))

    def put_events(self, rows: Iterable[tuple[Any, ...]]) -> None:
        """Keep rows of event_index.rows_of(). For loads."""
        with self.store.writing() as connection:
            event_index.keep(connection, rows)

    def drop(self, kind: str, id: str) -> None:  # noqa: A002 - Klaviyo's word
        """Forget it, and all links from and to it."""
        with self.store.writing() as connection:
            connection.execute("DELETE FROM things WHERE scope = ? AND kind = ? AND id = ?", (self.number, kind, id))
            connection.execute("DELETE FROM links WHERE scope = ? AND kind = ? AND id = ?", (self.number, kind, id))
            connection.execute("DELETE FROM links WHERE scope = ? AND other = ?", (self.number, id))
            if kind == "profile":
                connection.execute("DELETE FROM events WHERE scope = ? AND profile = ?", (self.number, id))
            self.store.touch((self.number, kind), (self.number, LINKS))
