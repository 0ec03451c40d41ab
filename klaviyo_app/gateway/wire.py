"""Pure: what goes onto the wire, and what comes off it. Functions of values to values; no socket, no clock."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import orjson
from urllib3.filepost import encode_multipart_formdata

from klaviyo_app.gateway.catalogue.operation import Limit, Operation
from klaviyo_app.gateway.filters import NotAllowed

JSON_API = "application/vnd.api+json"
USER_AGENT = "klaviyo-dashboard/0.1"
CONTROL_CHARACTER = re.compile(r"[\x00-\x1f\x7f]")
_CONNECTION_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")

# Life of a revision: served for two years; afterwards as the oldest living one (Klaviyo's versioning policy).
REVISIONS = (
    "2024-10-15",
    "2025-01-15",
    "2025-04-15",
    "2025-07-15",
    "2025-10-15",
    "2026-01-15",
    "2026-04-15",
    "2026-07-15",
)


@dataclass(frozen=True, slots=True)
class Request:
    """One request, without the key: that is added by the transport, so no Request can leak it.

    `bucket` and `limit`: which windows of Klaviyo's it counts in, and what they hold.
    """

    operation: Operation
    url: str
    headers: Mapping[str, str]
    body: bytes | None = field(repr=False)
    bucket: str
    limit: Limit

    @property
    def method(self) -> str:
        """HTTP's verb."""
        return self.operation.method


@dataclass(frozen=True, slots=True)
class Answer:
    """A successful answer. `revision` is the one really served, `account_id` who answered; "" where it was not said."""

    status: int
    document: dict[str, Any] = field(repr=False)
    revision: str = ""
    account_id: str = ""
    request_id: str = ""
    ms: float = 0.0
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def data(self) -> Any:
        """The resource, the list of resources, or None."""
        return self.document.get("data")

    @property
    def included(self) -> list[dict[str, Any]]:
        """Resources that were asked for with include."""
        return self.document.get("included") or []

    @property
    def links(self) -> dict[str, Any]:
        """The answer's links."""
        return self.document.get("links") or {}

    @property
    def next_cursor(self) -> str | None:
        """The cursor of links.next, or None at the end. ValueError when the link leads elsewhere than to Klaviyo."""
        return cursor_of(self.links.get("next"))


@dataclass(frozen=True, slots=True)
class Form:
    """A body of multipart/form-data: texts by field, files by field as (file name, content, media type)."""

    texts: Mapping[str, str]
    files: Mapping[str, tuple[str, bytes, str]] = field(repr=False)


KLAVIYO_HOSTS = frozenset({"a.klaviyo.com"})


def cursor_of(link: object, own_hosts: Iterable[str] = ()) -> str | None:
    """The cursor of a link to a next page: page[cursor], of reports page_cursor.

    The link's host is never called; an unknown one is a ValueError.
    """
    if not link:
        return None
    if not isinstance(link, str):
        raise ValueError("links.next is no link")  # noqa: TRY004 - the other side's fault, not a caller's type
    parts = urlsplit(link)
    if parts.netloc and parts.netloc not in KLAVIYO_HOSTS and parts.netloc not in set(own_hosts):
        raise ValueError(f"links.next leads to {parts.netloc}")
    named = parse_qs(parts.query)
    cursors = named.get("page[cursor]", []) + named.get("page_cursor", [])
    if len(cursors) != 1 or not cursors[0]:
        raise ValueError("links.next has no cursor")
    return cursors[0]


def host_of(address: str) -> str:
    """Host and port of an address."""
    return urlsplit(address).netloc


def path_of(operation: Operation, ids: Mapping[str, str]) -> str:
    """The operation's path with its ids percent-encoded. NotAllowed where one could lead out of the operation."""
    if set(ids) != set(operation.path_names):
        raise NotAllowed(f"{operation.name} needs {operation.path_names}, got {tuple(ids)}")
    path = operation.path
    for name, value in ids.items():
        segments = re.split(r"[/\\]", value)
        if not value or CONTROL_CHARACTER.search(value) or any(part in (".", "..") for part in segments):
            raise NotAllowed(f"{value!r} is no id")
        path = path.replace("{" + name + "}", quote(value, safe=""))
    return path


def prepare(
    operation: Operation,
    *,
    base: str,
    ids: Mapping[str, str],
    params: Iterable[tuple[str, str]] = (),
    body: Mapping[str, Any] | Form | None = None,
    revision: str = "",
    connection_id: str = "",
    tighter: tuple[str, Limit] | None = None,
) -> Request:
    """Everything of a request but the key. `base`: gateway or control address without a slash at the end.

    `tighter`: what is asked for that has windows of its own, and those.
    """
    query = urlencode(list(params), quote_via=quote, safe="")
    prefix = "" if operation.control else "/klaviyo"
    url = f"{base}{prefix}{path_of(operation, ids)}" + (f"?{query}" if query else "")
    media = "application/json" if operation.control else JSON_API
    headers = {"Accept": media, "User-Agent": USER_AGENT}
    if not operation.control:
        if not _CONNECTION_ID.fullmatch(connection_id):
            raise NotAllowed("a call to Klaviyo names its connection")
        headers |= {"revision": revision, "Maton-Connection": connection_id}
    encoded = None
    if isinstance(body, Form):
        encoded, headers["Content-Type"] = _written_form(operation, body)
    elif body is not None:
        encoded = orjson.dumps(body)
        headers["Content-Type"] = media
    asked_for, limit = tighter or ("", operation.limit_at(revision))
    bucket = f"{operation.name}:{asked_for}" if asked_for else operation.name
    return Request(operation, url, headers, encoded, bucket, limit)


def _written_form(operation: Operation, form: Form) -> tuple[bytes, str]:
    """The body and its media type with the boundary. NotAllowed for a field that the operation does not have."""
    if unknown := sorted({*form.texts, *form.files} - set(operation.form)):
        raise NotAllowed(f"{operation.name} has no field {', '.join(unknown)}")
    return encode_multipart_formdata([*form.texts.items(), *form.files.items()])


def served_revision(asked: str, today: dt.date) -> str:
    """The revision that Klaviyo serves when this one is asked for today, as far as its policy says."""
    for revision in REVISIONS:
        born = dt.date.fromisoformat(revision)
        if revision >= asked and today < born.replace(year=born.year + 2):
            return revision
    return asked
