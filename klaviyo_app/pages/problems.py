"""The net below all pages: a GatewayError that no page caught becomes a page that says it, never an error 500."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from klaviyo_app.gateway.errors import GatewayError
from klaviyo_app.pages.showing import show, status_of


class gateway_errors:  # noqa: N801  Django names middleware by its path; this one needs process_exception
    """Draws pages/problem.html, or its part for htmx."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on; process_exception does the work."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """After a view has raised."""
        if not isinstance(exception, GatewayError):
            return None
        return show(request, "pages/problem.html", {"problem": exception}, status=status_of(exception))
