"""The control address /_sandbox/...: worlds, connections, faults, settings, clock, counts. JSON, loopback only, no key.

It is for tests and for trying things out; docs/sandbox.md has the list. Bad orders are answered 400 with the reason.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from typing import Any

import orjson

from klaviyo_app.sandbox import data, maton
from klaviyo_app.sandbox.behaviours.call import Thing
from klaviyo_app.sandbox.behaviours.sends import accepted_sends
from klaviyo_app.sandbox.faults import Order
from klaviyo_app.sandbox.wire import Request, Response, json_response
from klaviyo_app.sandbox.worlds import Worlds

MODES = ("dead-grant", "forgotten", "fail", "stuck", "expire-link", "lack-scope", "as-account", "working")
_OF_AN_ORDER = frozenset({"key", "fault", "operation", "nth", "times", "seconds", "probability", "seed"})
# Limits are off in tests' worlds unless asked for.
_OF_A_WORLD: Mapping[str, Any] = {"limits": False, "maton_limit": False}


def answer(worlds: Worlds, request: Request) -> Response:
    """Carry out an order."""
    parts = request.parts[1:]
    act = _ACTIONS.get((request.method, parts[0] if parts else ""))
    if act is None:
        return json_response(404, {"error": "no such order"})
    try:
        given: dict[str, Any] = {**dict(request.pairs), **(orjson.loads(request.body) if request.body else {})}
        with worlds.store.writing():
            return json_response(200, act(worlds, parts[1:], given))
    except KeyError as error:
        return json_response(400, {"error": f"missing or unknown: {error}"})
    except (ValueError, TypeError, LookupError) as error:
        return json_response(400, {"error": str(error)})


def _key(worlds: Worlds, given: Mapping[str, Any]) -> str:
    key = str(given["key"])
    if not worlds.knows(key):
        raise LookupError("no such key")
    return key


def _world(worlds: Worlds, _: tuple[str, ...], given: dict[str, Any]) -> dict[str, Any]:
    key = f"mtn_{secrets.token_urlsafe(24)}"
    worlds.set(key, {**_OF_A_WORLD, **given.get("settings", {})})
    made = data.build(
        worlds.store,
        str(given.get("data", "empty")),
        key,
        now=worlds.clock.now(key),
        accounts=int(given.get("accounts", 1)),
    )
    return {"key": key, "accounts": [_told(one) for one in made]}


def _told(account: Thing) -> dict[str, str]:
    return {"id": account.id, "name": account.attributes["contact_information"]["organization_name"]}


def _connect(worlds: Worlds, _: tuple[str, ...], given: dict[str, Any]) -> dict[str, Any]:
    key = _key(worlds, given)
    if given["account_id"] not in {one.id for one in worlds.store.accounts(key)}:
        raise LookupError("no such account")
    made = maton.make(worlds, key)
    maton.keep(worlds, key, made, status=maton.ACTIVE, account=given["account_id"])
    return {"connection_id": made.id}


def _mode(worlds: Worlds, parts: tuple[str, ...], given: dict[str, Any]) -> dict[str, Any]:
    """POST connections/{id} {"mode"}."""
    key = worlds.store.owner_of(maton.KIND, parts[0])
    found = worlds.store.things(key).get(maton.KIND, parts[0]) if key else None
    if key is None or found is None:
        raise LookupError("no such connection")
    mode, _, detail = str(given["mode"]).partition(":")
    if mode not in MODES:
        raise ValueError(f"mode must be one of {', '.join(MODES)}")
    if mode == "lack-scope":
        lacks = sorted({*found.hidden.get("lacks", ()), detail})
        maton.keep(worlds, key, found, lacks=lacks)
    elif mode == "expire-link":
        maton.keep(worlds, key, found, token_until=0)
    elif mode == "working":
        maton.keep(worlds, key, found, mode="", lacks=[])
    else:
        maton.keep(worlds, key, found, mode=str(given["mode"]))
        if mode == "fail":
            maton.keep(worlds, key, found, status=maton.FAILED)
        if mode == "as-account" and found.attributes["status"] == maton.ACTIVE:
            maton.keep(worlds, key, found, account=detail)
    return {"status": found.attributes["status"], "mode": found.hidden.get("mode", "")}


def _fault(worlds: Worlds, _: tuple[str, ...], given: dict[str, Any]) -> dict[str, Any]:
    _key(worlds, given)
    if unknown := set(given) - _OF_AN_ORDER:
        raise ValueError(f"unknown: {', '.join(sorted(unknown))}")
    return worlds.faults.place(Order(**given)).told()


def _faults(worlds: Worlds, _: tuple[str, ...], given: dict[str, Any]) -> dict[str, Any]:
    orders = [one.told() for one in worlds.faults.of(_key(worlds, given))]
    return {"faults": orders, "unused": [one for one in orders if not one["hit"]]}


def _no_faults(worlds: Worlds, _: tuple[str, ...], given: dict[str, Any]) -> dict[str, Any]:
    worlds.faults.clear(_key(worlds, given))
    return {}


def _settings(worlds: Worlds, _: tuple[str, ...], given: dict[str, Any]) -> dict[str, Any]:
    """`limits` switches Maton's with Klaviyo's, unless `maton_limit` is given too."""
    key = _key(worlds, given)
    changes = {name: value for name, value in given.items() if name != "key"}
    if "limits" in changes:
        changes.setdefault("maton_limit", changes["limits"])
    return worlds.set(key, changes)


def _clock(worlds: Worlds, _: tuple[str, ...], given: dict[str, Any]) -> dict[str, Any]:
    key = _key(worlds, given)
    worlds.advance(key, float(given["advance_s"]))
    return {"now": worlds.clock.now(key).isoformat()}


def _requests(worlds: Worlds, _: tuple[str, ...], given: dict[str, Any]) -> dict[str, Any]:
    key, operation = str(given["key"]), str(given.get("operation", "*"))
    return {"count": worlds.log.count(key, operation), "requests": worlds.log.last(key, operation)}


def _sends(worlds: Worlds, parts: tuple[str, ...], given: dict[str, Any]) -> dict[str, Any]:
    """GET campaigns/{id}/sends."""
    key = _key(worlds, given)
    found = (worlds.store.things(key, one.id).get("campaign", parts[0]) for one in worlds.store.accounts(key))
    return {"accepted": sum(accepted_sends(one) for one in found if one is not None)}


def _accounts(worlds: Worlds, _: tuple[str, ...], given: dict[str, Any]) -> dict[str, Any]:
    return {"accounts": [_told(one) for one in worlds.store.accounts(_key(worlds, given))]}


def _ready(worlds: Worlds, _: tuple[str, ...], _given: dict[str, Any]) -> dict[str, Any]:
    return {"ready": True, "keys": len(worlds.store.every_key())}


_ACTIONS: Mapping[tuple[str, str], Callable[[Worlds, tuple[str, ...], dict[str, Any]], dict[str, Any]]] = {
    ("GET", "ready"): _ready,
    ("POST", "worlds"): _world,
    ("GET", "accounts"): _accounts,
    ("POST", "connect"): _connect,
    ("POST", "connections"): _mode,
    ("POST", "faults"): _fault,
    ("GET", "faults"): _faults,
    ("DELETE", "faults"): _no_faults,
    ("POST", "settings"): _settings,
    ("POST", "clock"): _clock,
    ("GET", "requests"): _requests,
    ("GET", "campaigns"): _sends,
}
