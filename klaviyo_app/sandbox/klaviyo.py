"""Klaviyo behind the gateway: revision, operation, scope, limits, query, body; then the engine."""

from __future__ import annotations

import uuid
from contextlib import nullcontext
from dataclasses import replace

import orjson

from klaviyo_app.gateway.catalogue.operation import Operation
from klaviyo_app.sandbox import asking, engine, filters, limits, posted, problems, revisions, routes
from klaviyo_app.sandbox.asking import Asked
from klaviyo_app.sandbox.behaviours.call import Call, Refused, Thing
from klaviyo_app.sandbox.kinds import new_id
from klaviyo_app.sandbox.routes import Match
from klaviyo_app.sandbox.wire import Request, Response
from klaviyo_app.sandbox.worlds import Worlds


def answer(worlds: Worlds, request: Request, match: Match | None, account: str, lacking: frozenset[str]) -> Response:
    """Answer a call of an account. `lacking`: the scopes that the connection does not have."""
    headers = {"cid": account, "x-klaviyo-req-id": uuid.uuid4().hex}
    try:
        revision = revisions.served(request.headers, worlds.settings(request.key)["oldest_revision"])
        headers["X-Klaviyo-API-Revision"] = revision
        response = _answer(worlds, request, match, account, lacking, revision)
    except Refused as refused:
        response = problems.klaviyo(refused)
    response.headers.update(headers)
    return response


def _answer(
    worlds: Worlds, request: Request, match: Match | None, account: str, lacking: frozenset[str], revision: str
) -> Response:
    if match is None:
        if known := routes.methods(request.parts[1:]):
            return problems.wrong_method(request.method, known)
        raise revisions.no_operation(request.method)
    operation = match.operation
    revisions.check(operation, request.headers.get("revision", ""), revision)
    if missing := sorted(lacking & set(operation.scopes)):
        raise problems.forbidden(f"The connection lacks the scope {', '.join(missing)}.")
    asked = asking.read(operation, request.pairs, revision)
    headers: dict[str, str] = {}
    if worlds.settings(request.key)["limits"]:
        wait, headers = _counted(worlds, request.key, account, operation, asked, revision)
        if wait:
            return problems.throttled(wait)
    call = _call(worlds, request, match, account, asked, revision)
    target = request.path.removeprefix("/klaviyo") + (f"?{request.query}" if request.query else "")
    reading = operation.method == "GET"
    try:
        with nullcontext() if reading else worlds.store.writing():
            status, document = engine.perform(call, operation, asked, target)
    except Refused as refused:
        raise _told_of(refused, operation.body or "") from None
    worlds.deliveries.note(request.key, call)
    for one in call.later:
        worlds.go_on(one)
    if document is None:
        return Response(status, b"", headers)
    return Response(status, orjson.dumps(document), {"Content-Type": problems.JSON_API, **headers})


def _told_of(refused: Refused, kind: str) -> Refused:
    """What a body's attributes lack or have too much is told of the resource (recorded)."""
    errors = (
        (detail.replace("the resource 'attributes'", f"the resource '{kind}'"), at) for detail, at in refused.errors
    )
    return replace(refused, errors=tuple(errors))


def _counted(
    worlds: Worlds, key: str, account: str, operation: Operation, asked: Asked, revision: str
) -> tuple[int, dict[str, str]]:
    """(seconds to wait or 0, RateLimit headers). Asking for profile_count counts apart, and tighter."""
    counts = asked.counts()
    limit = limits.limit_of(operation, revision, counted=counts)
    name = f"{key} {account} {operation.name}{' counts' if counts else ''}"
    now = worlds.clock.seconds(key)
    wait, left = worlds.windows.take(name, limits.windows_of(limit), now)
    return wait, {} if wait else limits.headers_of(limit, left, now)


def _call(worlds: Worlds, request: Request, match: Match, account: str, asked: Asked, revision: str) -> Call:
    things = worlds.store.things(request.key, account)
    return Call(
        operation=match.operation.name,
        things=things,
        account=things.get("account", account) or Thing("account", account, {}),
        now=worlds.clock.now(request.key),
        revision=revision,
        settings=worlds.settings(request.key),
        path=match.ids,
        body=posted.read(request, match, revision),
        filters=tuple(asked.filters),
        additional=asked.additional,
        new_id=new_id,
        parse=filters.parse,
    )
