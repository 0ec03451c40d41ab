"""The net below all pages: a GatewayError that no page caught becomes a page that says it, never an error 500."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from klaviyo_app.gateway.errors import Forbidden, GatewayError, NotFound, NotOffered
from klaviyo_app.pages.showing import show, status_of

HEADINGS: Mapping[type[GatewayError], str | Promise] = {
    NotFound: gettext_lazy("It is not there any more"),
    NotOffered: gettext_lazy("Not at this API revision"),
    Forbidden: gettext_lazy("Not allowed"),
}


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
        return problem_page(request, exception)


def problem_page(request: HttpRequest, error: GatewayError, back: str = "") -> HttpResponse:
    """The page in place of one that cannot be drawn; what trying again cannot mend offers the way back instead."""
    heading = HEADINGS.get(type(error))
    context = {"problem": error, "heading": heading or _("Klaviyo could not be asked"), "final": bool(heading)}
    return show(request, "pages/problem.html", {**context, "back": back}, status=status_of(error))
