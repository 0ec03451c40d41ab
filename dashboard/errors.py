"""Pages for what went wrong: general words and the request's id, never details. They ask the database nothing."""

from __future__ import annotations

import structlog
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

log = structlog.get_logger("errors")


def _page(status: int) -> HttpResponse:
    request_id = structlog.contextvars.get_contextvars().get("request_id", "")
    try:
        text = render_to_string(f"{status}.html", {"request_id": request_id})
    except Exception:  # the page about an error must never be an error
        log.exception("error page", status=status)
        return HttpResponse(f"Error {status}. Request {request_id}\n", status=status, content_type="text/plain")
    return HttpResponse(text, status=status)


def bad_request(_request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001  Django passes it by name
    """400: a forged host, a malformed request."""
    return _page(400)


def permission_denied(_request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001  Django passes it by name
    """403: the person's role does not include this."""
    return _page(403)


def page_not_found(_request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001  Django passes it by name
    """404: not there, or not for this person; nobody can tell which."""
    return _page(404)


def server_error(_request: HttpRequest) -> HttpResponse:
    """500: our fault; the id finds the log lines."""
    return _page(500)


def csrf_failure(_request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: a form whose token is missing or stale."""
    log.warning("csrf", reason=reason)
    return _page(403)
