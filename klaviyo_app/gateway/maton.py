"""Maton's connection API. Creating answers only an id (in one of several spellings); state and link come by reading."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from klaviyo_app.gateway import wire
from klaviyo_app.gateway.budget import Priority
from klaviyo_app.gateway.catalogue import OPERATIONS
from klaviyo_app.gateway.client import Gateway, perform
from klaviyo_app.gateway.errors import OutcomeUnknown, Upstream
from klaviyo_app.gateway.wire import Answer

ACTIVE, PENDING, FAILED = "ACTIVE", "PENDING", "FAILED"
APP = "klaviyo"
PAGE = 100


class Secret:
    """A text that does not show itself: `.reveal()` gives it."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return "Secret(****)" if self._text else "Secret()"

    __str__ = __repr__

    def __bool__(self) -> bool:
        return bool(self._text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        return hash(self._text)

    def reveal(self) -> str:
        """The text itself."""
        return self._text


@dataclass(frozen=True, slots=True)
class Connection:
    """A connection as Maton tells it. `status` may be a word we do not know: then not usable, look again.

    `url`: whoever opens it can attach an account, so it is a secret; the caller checks its host before use.
    """

    id: str
    status: str
    app: str = APP
    method: str = ""
    created_at: dt.datetime | None = None
    updated_at: dt.datetime | None = None
    url: Secret = field(default_factory=lambda: Secret(""))


class Maton:
    """The control plane of one key. Every method raises GatewayError."""

    def __init__(self, gateway: Gateway, *, priority: Priority = Priority.PERSON) -> None:
        self._gateway = gateway
        self._priority = priority

    def create(self) -> str:
        """Make a connection and answer its id. OutcomeUnknown when it may exist: list before another is made."""
        answer = self._call("create_connection", body={"app": APP})
        found = connection_id_of(answer.document)
        if not found:
            raise OutcomeUnknown("The answer names no connection.", operation="create_connection", speaker="maton")
        return found

    def get(self, connection_id: str) -> Connection:
        """One connection with its present state and link. NotFound when it was deleted elsewhere."""
        answer = self._call("get_connection", ids={"connection_id": connection_id})
        inner = answer.document.get("connection", answer.document)
        connection = connection_of(inner)
        if connection is None or connection.id != connection_id:
            raise Upstream("The answer is no such connection.", operation="get_connection", speaker="maton")
        return connection

    def list(self) -> list[Connection]:
        """The key's Klaviyo connections, usable or not. `limit` is the only paging that Maton documents."""
        answer = self._call("list_connections", params=(("app", APP), ("limit", str(PAGE))))
        found = answer.document.get("connections")
        if not isinstance(found, list):
            raise Upstream("The answer is no list of connections.", operation="list_connections", speaker="maton")
        connections = [connection_of(item) for item in found]
        return [one for one in connections if one is not None and one.app == APP]

    def delete(self, connection_id: str) -> None:
        """Delete a connection. NotFound when it is already gone."""
        self._call("delete_connection", ids={"connection_id": connection_id})

    def _call(
        self,
        name: str,
        *,
        ids: Mapping[str, str] | None = None,
        params: Iterable[tuple[str, str]] = (),
        body: Mapping[str, Any] | None = None,
    ) -> Answer:
        request = wire.prepare(
            OPERATIONS[name], base=self._gateway.control_url, ids=ids or {}, params=params, body=body
        )
        return perform(self._gateway, request, account="", priority=self._priority)


def connection_id_of(document: Mapping[str, Any]) -> str:
    """The id in one of the spellings seen: connection_id, connection_Id, id, and each inside `connection`."""
    for place in (document, document.get("connection")):
        if isinstance(place, Mapping):
            for name in ("connection_id", "connection_Id", "id"):
                if isinstance(place.get(name), str) and place[name]:
                    return str(place[name])
    return ""


def connection_of(document: object) -> Connection | None:
    """A connection from its JSON; None where there is no id."""
    if not isinstance(document, Mapping) or not (found := connection_id_of(document)):
        return None
    return Connection(
        id=found,
        status=str(document.get("status") or "").upper(),
        app=str(document.get("app") or APP),
        method=str(document.get("method") or ""),
        created_at=_moment(document.get("creation_time")),
        updated_at=_moment(document.get("last_updated_time")),
        url=Secret(str(document.get("url") or "")),
    )


def _moment(value: object) -> dt.datetime | None:
    """A time as Maton writes it: ISO 8601, with or without zone (then UTC), or seconds since 1970."""
    try:
        if isinstance(value, (int, float)):
            return dt.datetime.fromtimestamp(value, dt.UTC)
        if isinstance(value, str) and value:
            found = dt.datetime.fromisoformat(value)
            return found if found.tzinfo else found.replace(tzinfo=dt.UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return None
