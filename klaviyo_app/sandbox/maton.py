"""Maton: connections, and the way to Klaviyo through one of them.

Sources: Maton's public skills and the error parser of its SDK: POST answers the id alone, link and status come by GET;
`last_updated_time` and `method` may be missing; without Maton-Connection the oldest active connection is used; a dead
authorisation shows itself as a 500 while the connection still says ACTIVE. How long a link lives is documented nowhere.
"""

from __future__ import annotations

import secrets
import uuid
from typing import Any

import orjson

from klaviyo_app.sandbox import klaviyo, limits, problems
from klaviyo_app.sandbox.behaviours.call import Thing
from klaviyo_app.sandbox.routes import Match
from klaviyo_app.sandbox.wire import Request, Response, json_response
from klaviyo_app.sandbox.worlds import Worlds

ACTIVE, PENDING, FAILED = "ACTIVE", "PENDING", "FAILED"
STATUSES = (ACTIVE, PENDING, FAILED)
METHODS = ("OAUTH2", "API_KEY", "BASIC", "JWT", "OAUTH1", "MCP")
KIND = "connection"
DEFAULT_LIMIT = 30
APPS = frozenset({"klaviyo", "gmail", "slack", "notion", "hubspot"})


def answer(worlds: Worlds, request: Request, match: Match | None) -> Response:
    """Answer a call with a key, on either plane."""
    if not worlds.knows(request.key):
        return problems.key_refused()
    settings = worlds.settings(request.key)
    if settings["maton_limit"]:
        now = worlds.clock.seconds(request.key)
        wait, _ = worlds.windows.take(request.key, ((1, limits.MATON_A_SECOND),), now)
        if wait:
            return problems.maton_throttled(wait if settings["maton_retry_after"] else None)
    if request.parts[0] == "klaviyo":
        return _through(worlds, request, match)
    if match is None or not match.operation.control:
        return problems.unknown_route()
    return _ACTIONS[match.operation.name](worlds, request, match.ids.get("connection_id", ""))


def _through(worlds: Worlds, request: Request, match: Match | None) -> Response:
    """The data plane."""
    if request.parts[1:2] != ("api",):
        return problems.to_login()
    wanted = request.headers.get("maton-connection", "")
    found = get(worlds, request.key, wanted) if wanted else _default(worlds, request.key)
    if found is None and wanted:
        return problems.route(400, "The specified connection was not found.")
    if found is None or found.attributes["status"] != ACTIVE:
        return problems.route(400, "No active connection found for app klaviyo.")
    if found.hidden.get("mode") == "dead-grant":
        return problems.route(500, "Internal server error.")
    return klaviyo.answer(worlds, request, match, found.hidden["account"], frozenset(found.hidden.get("lacks", ())))


def _default(worlds: Worlds, key: str) -> Thing | None:
    """The oldest active one."""
    return next((one for one in every(worlds, key) if one.attributes["status"] == ACTIVE), None)


def every(worlds: Worlds, key: str) -> list[Thing]:
    """A key's connections, the oldest first, without the forgotten."""
    return [one for one in worlds.store.things(key).all(KIND) if one.hidden.get("mode") != "forgotten"]


def get(worlds: Worlds, key: str, connection_id: str) -> Thing | None:
    """One connection of a key."""
    found = worlds.store.things(key).get(KIND, connection_id)
    return None if found is None or found.hidden.get("mode") == "forgotten" else found


def keep(worlds: Worlds, key: str, connection: Thing, **changes: Any) -> None:
    """Change attributes (status) or what is hidden (account, mode), and note when."""
    for name, value in changes.items():
        (connection.attributes if name == "status" else connection.hidden)[name] = value
    connection.attributes["last_updated_time"] = stamp(worlds, key)
    worlds.store.things(key).put(connection)


def make(worlds: Worlds, key: str, app: str = "klaviyo", method: str = "OAUTH2") -> Thing:
    """A new connection, PENDING."""
    attributes = {"status": PENDING, "creation_time": stamp(worlds, key), "app": app, "method": method}
    attributes["last_updated_time"] = attributes["creation_time"]
    made = Thing(KIND, str(uuid.uuid4()), attributes, hidden=_link(worlds, key))
    worlds.store.things(key).put(made)
    return made


def stamp(worlds: Worlds, key: str) -> str:
    """Now, as Maton writes it."""
    return worlds.clock.now(key).isoformat().replace("+00:00", "Z")


def _link(worlds: Worlds, key: str) -> dict[str, Any]:
    """A new session token and until when it is good."""
    life = float(worlds.settings(key)["link_life_s"])
    return {"token": secrets.token_urlsafe(32), "token_until": worlds.clock.seconds(key) + life}


def _shown(worlds: Worlds, request: Request, connection: Thing) -> dict[str, Any]:
    """A connection as GET tells it. One whose link ran out gets a fresh one."""
    settings = worlds.settings(request.key)
    if connection.hidden["token_until"] < worlds.clock.seconds(request.key):
        connection.hidden |= _link(worlds, request.key)
        worlds.store.things(request.key).put(connection)
    told: dict[str, Any] = {"connection_id": connection.id, **connection.attributes}
    told["url"] = f"{request.origin}/connect/?session_token={connection.hidden['token']}"
    told["metadata"] = {}
    if settings["sparse_connections"]:
        del told["last_updated_time"], told["method"]
    return _spelt(told, settings["connection_spelling"])


def _spelt(told: dict[str, Any], spelling: str) -> dict[str, Any]:
    """The id under the name that a setting asks for: connection_id, connection_Id, id."""
    own = told.pop("connection_id")
    return {"connection_id" if spelling == "nested" else spelling: own, **told}


def _create(worlds: Worlds, request: Request, _: str) -> Response:
    try:
        body = orjson.loads(request.body or b"{}")
    except orjson.JSONDecodeError:
        return problems.unvalidated(("body",), "JSON decode error")
    if not isinstance(body, dict) or not isinstance(body.get("app"), str):
        return problems.unvalidated(("body", "app"), "Field required")
    if body["app"] not in APPS:
        return problems.route(400, f"Unsupported app: {body['app']}.")
    made = make(worlds, request.key, body["app"], str(body.get("method") or METHODS[0]))
    settings = worlds.settings(request.key)
    if settings["create_tells_all"]:
        told = _shown(worlds, request, made)
    else:
        told = _spelt({"connection_id": made.id}, settings["connection_spelling"])
    return json_response(200, {"connection": told} if settings["connection_spelling"] == "nested" else told)


def _list(worlds: Worlds, request: Request, _: str) -> Response:
    asked = dict(request.pairs)
    limit = asked.get("limit", str(DEFAULT_LIMIT))
    if not limit.isdigit():
        return problems.unvalidated(("query", "limit"), "Input should be a valid integer")
    if asked.get("status", ACTIVE) not in STATUSES:
        return problems.unvalidated(("query", "status"), "Input should be 'ACTIVE', 'PENDING' or 'FAILED'")
    found = [
        one
        for one in every(worlds, request.key)
        if all(one.attributes[name] == asked.get(name, one.attributes[name]) for name in ("app", "status", "method"))
    ]
    return json_response(200, {"connections": [_shown(worlds, request, one) for one in found[: int(limit)]]})


def _get(worlds: Worlds, request: Request, connection_id: str) -> Response:
    found = get(worlds, request.key, connection_id)
    if found is None:
        return problems.unknown_route()
    return json_response(200, {"connection": _shown(worlds, request, found)})


def _delete(worlds: Worlds, request: Request, connection_id: str) -> Response:
    found = get(worlds, request.key, connection_id)
    if found is None:
        return problems.unknown_route()
    worlds.store.things(request.key).drop(KIND, found.id)
    return json_response(200, {"message": "Connection deleted."})


_ACTIONS = {
    "create_connection": _create,
    "list_connections": _list,
    "get_connection": _get,
    "delete_connection": _delete,
}
