"""A picture from another host, in a frame with an address of its own that can do nothing else."""

from __future__ import annotations

from collections.abc import Callable

from csp.decorators import csp_replace
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.clickjacking import xframe_options_sameorigin

from klaviyo_app.gateway.errors import GatewayError
from klaviyo_app.pages.showing import status_of

_POLICY = {
    "default-src": ["'none'"],
    "img-src": ["https:"],
    "script-src": ["'none'"],
    "frame-ancestors": ["'self'"],
    "form-action": ["'none'"],
    "base-uri": ["'none'"],
    "sandbox": [],
}


def picture(request: HttpRequest, find: Callable[[], tuple[str, str]]) -> HttpResponse:
    """A page of the picture alone that `find` names: its address and what it shows; words for a GatewayError."""
    try:
        address, alt = find()
    except GatewayError as error:
        words = {"text": f"{error.sentence} {error.next_step}"}
        return render(request, "pages/picture.html", words, status=status_of(error), using="jinja2")
    return render(request, "pages/picture.html", {"address": address, "alt": alt}, using="jinja2")


def framed(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponseBase]:
    """For such a view, outermost: its own policy, and leave to be framed by our pages."""
    return xframe_options_sameorigin(csp_replace(_POLICY)(view))
