"""Error bodies: Klaviyo's one shape, Maton's four, and what neither of them wrote.

Sources: recorded answers of Klaviyo (id, status, code, title, detail, source; with 400, 409 and 429 links and meta
too); the error parser of Maton's own SDK (`message`, `error.message`, `detail` as text, `detail` as a list).
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

import orjson

from klaviyo_app.sandbox.behaviours.call import Refused
from klaviyo_app.sandbox.wire import Response, html_response, json_response

JSON_API = "application/vnd.api+json"
_RATE_LIMITS = "https://developers.klaviyo.com/en/docs/rate_limits_and_error_handling#rate-limits"
_WITH_LINKS = (400, 409, 429)  # the others come from elsewhere in Klaviyo and have neither links nor meta


def klaviyo(refused: Refused) -> Response:
    """Klaviyo's errors."""
    errors: list[dict[str, Any]] = [
        {
            "id": str(uuid.uuid4()),
            "status": refused.status,
            "code": refused.code,
            "title": refused.title,
            "detail": detail,
            "source": source,
            **(_linked(refused) if refused.status in _WITH_LINKS and refused.code != "tag_service_error" else {}),
        }
        for detail, source in refused.errors
    ]
    return Response(refused.status, orjson.dumps({"errors": errors}), {"Content-Type": JSON_API})


def _linked(refused: Refused) -> dict[str, Any]:
    return {"links": {"type": _RATE_LIMITS} if refused.status == 429 else {}, "meta": dict(refused.meta)}


def refused(status: int, code: str, title: str, detail: str, **source: str) -> Refused:
    """One error of Klaviyo's; source is pointer="..." or parameter="..."."""
    return Refused(status, code, title, ((detail, source or {"pointer": "/data/"}),))


def bad_parameter(detail: str, parameter: str) -> Refused:
    """400 for a part of the query."""
    return refused(400, "invalid", "Invalid input.", detail, parameter=parameter)


def forbidden(detail: str) -> Refused:
    """403 of Klaviyo's."""
    return refused(403, "permission_denied", "You do not have permission to perform this action.", detail)


def wrong_method(method: str, allowed: Iterable[str]) -> Response:
    """405 of Klaviyo: the address is there, for other methods."""
    detail = f'Method "{method}" not allowed.'
    response = klaviyo(refused(405, "method_not_allowed", "Method not allowed.", detail))
    response.headers["Allow"] = ", ".join([*allowed, "HEAD", "OPTIONS"])
    return response


def throttled(wait_s: int) -> Response:
    """429 of Klaviyo: Retry-After, and none of the RateLimit headers."""
    detail = f"Request was throttled. Expected available in {wait_s} second{'' if wait_s == 1 else 's'}."
    response = klaviyo(refused(429, "throttled", "Request was throttled.", detail, pointer="/data"))
    response.headers["Retry-After"] = str(wait_s)
    return response


def server_error() -> Response:
    """500 of Klaviyo."""
    return klaviyo(refused(500, "error", "A server error occurred.", "A server error occurred."))


def route(status: int, message: str) -> Response:
    """Maton's route: missing connection, upstream trouble."""
    return json_response(status, {"message": message})


def key_refused() -> Response:
    """Maton's key check."""
    return json_response(401, {"error": {"message": "Invalid or missing API key."}})


def unknown_route() -> Response:
    """Maton's router."""
    return json_response(404, {"detail": "Not Found"})


def unvalidated(place: tuple[str, ...], words: str) -> Response:
    """Maton's request validation."""
    return json_response(422, {"detail": [{"type": "value_error", "loc": list(place), "msg": words}]})


def maton_throttled(wait_s: int | None) -> Response:
    """429 of Maton, with Retry-After or without."""
    headers = {} if wait_s is None else {"Retry-After": str(wait_s)}
    return json_response(429, {"message": "Rate limit exceeded."}, headers)


def blocked_page() -> Response:
    """A 403 page of HTML, as a firewall in front of Klaviyo was seen to give it."""
    words = "<!DOCTYPE html><html><head><title>Attention required</title></head><body><h1>Sorry, you have been blocked"
    return html_response(403, f"{words}</h1></body></html>")


def to_login() -> Response:
    """The redirect of a wrong path to a login page of HTML."""
    return Response(302, b"", {"Location": "/login", "Content-Type": "text/html; charset=utf-8"})
