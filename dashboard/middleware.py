"""What every request passes: a log line, headers, the access table, the person's time zone."""

from __future__ import annotations

import time
import uuid
import zoneinfo
from collections.abc import Callable
from typing import Any

import structlog
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers

from dashboard.access import Right, needed

log = structlog.get_logger("web")
Handler = Callable[[HttpRequest], HttpResponse]
READS = frozenset({"GET", "HEAD", "OPTIONS"})
PERMISSIONS = "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"


def request_log(get_response: Handler) -> Handler:
    """One line a request; the id goes into every other line of it and back as X-Request-Id.

    The page's name stands for its address: addresses hold invitation and reset tokens.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        request_id = uuid.uuid4().hex
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        started = time.perf_counter()
        response = get_response(request)
        match = request.resolver_match
        log.info(
            "request",
            method=request.method,
            page=match.view_name if match else None,
            status=response.status_code,
            ms=round((time.perf_counter() - started) * 1000, 1),
        )
        response["X-Request-Id"] = request_id
        return response

    return middleware


def response_headers(get_response: Handler) -> Handler:
    """Pages hold people's data: nothing is stored. Fragments and pages share an address: caches must know."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if "no-store" not in response.get("Cache-Control", ""):
            response["Cache-Control"] = "no-store"
        response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.setdefault("Permissions-Policy", PERMISSIONS)
        patch_vary_headers(response, ("HX-Request", "Cookie"))
        match = request.resolver_match
        if match and match.view_name == "account_logout" and request.method == "POST":
            # Not "cookies": that would reach every other site below the same domain.
            response["Clear-Site-Data"] = '"cache", "storage"'
        return response

    return middleware


class access:  # noqa: N801  Django names middleware by its path; this one needs process_view
    """Refuses a URL that dashboard.access does not name, and asks strangers to log in."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on; process_view does the work."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_args: object) -> HttpResponse | None:
        """Before the view. A public page asks nothing of the session here: /health/live touches no database."""
        match = request.resolver_match
        right = needed(match.view_name if match else None, request.method or "GET")
        if right is None:
            log.error("not in the access table", page=match.view_name if match else None)
            raise PermissionDenied("this address is not in the access table")
        if request.method not in READS and request.headers.get("Sec-Fetch-Site") == "cross-site":
            log.warning("cross-site", page=match.view_name if match else None)
            raise PermissionDenied("another site sent this")
        if right is Right.PUBLIC:
            return None
        if request.user.is_authenticated and _still_good(request):
            _use_zone_of(request.user)
            return None
        return _log_in_first(request)


def _log_in_first(request: HttpRequest) -> HttpResponse:
    if request.headers.get("HX-Request") and not request.headers.get("HX-Boosted"):
        return HttpResponse(status=401)  # static/site.js loads the whole page again; a part must not become a log-in
    return redirect_to_login(request.get_full_path() if request.method in READS else reverse("home"))


def _still_good(request: HttpRequest) -> bool:
    """Whether the session is neither too old nor left alone for too long; ends it if it is."""
    now = int(time.time())
    began = request.session.setdefault("began", now)
    seen = request.session.get("seen", now)
    if now - began > settings.SESSION_ABSOLUTE_S or now - seen > settings.SESSION_IDLE_S:
        logout(request)
        return False
    if now - seen >= 60 or "seen" not in request.session:  # a write a minute, not one a request
        request.session["seen"] = now
    return True


def _use_zone_of(user: Any) -> None:
    try:
        timezone.activate(zoneinfo.ZoneInfo(user.time_zone or "UTC"))
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        timezone.deactivate()


def time_zone(get_response: Handler) -> Handler:
    """Times are shown in the person's own zone, which `access` has set; the next request begins without one."""

    def middleware(request: HttpRequest) -> HttpResponse:
        timezone.deactivate()
        try:
            return get_response(request)
        finally:
            timezone.deactivate()

    return middleware
