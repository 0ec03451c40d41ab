"""The same form posted twice (double click, reload, Back and again) does its work once.

A form carries a random token. The first post writes token and content as a row before the work; a second one finds the
row and is led to where the first one led. A post that failed gives its token back, so that the corrected form can be
sent; a form that was changed after Back is another post.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from hashlib import sha256

import orjson
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from klaviyo_app.pages.models import Receipt

FIELD = "form_token"
WAIT_S = 10.0  # how long a second post waits for the first one's end
NO_CONTENT = frozenset({FIELD, "csrfmiddlewaretoken"})


def new_token() -> str:
    """A token for a form that is shown."""
    return secrets.token_urlsafe(24)


def once(request: HttpRequest, act: Callable[[], str], *, fall_back: str) -> HttpResponse:
    """Do `act`, which returns the address to go on to, at most once for the posted form; answer 303.

    A post without a token (made by hand) is done as it is. What `act` raises is raised, and the token is free again.
    """
    if not request.POST.get(FIELD):
        return go_on(request, act())
    key = _key(request)
    try:
        with transaction.atomic():
            receipt = Receipt.objects.create(token=key, user_id=request.user.pk or 0)
    except IntegrityError:
        return go_on(request, _led_to(request, key) or fall_back)
    try:
        address = act()
    except BaseException:
        receipt.delete()
        raise
    Receipt.objects.filter(pk=receipt.pk).update(led_to=address)
    return go_on(request, address)


def go_on(request: HttpRequest, address: str) -> HttpResponse:
    """Lead the browser on: 303, or htmx's own way where htmx posted a part, which would swallow a redirect."""
    htmx = getattr(request, "htmx", None)
    if htmx and not htmx.boosted:
        return HttpResponse(status=200, headers={"HX-Redirect": address})
    return see_other(address)


def see_other(address: str) -> HttpResponse:
    """303: go on by GET, so that a reload asks for nothing twice."""
    response = HttpResponseRedirect(address)
    response.status_code = 303
    return response


def _key(request: HttpRequest) -> str:
    """What tells this post from every other one: the token, who posts it where, and all that was typed."""
    typed = sorted((name, values) for name, values in request.POST.lists() if name not in NO_CONTENT)
    sent = [(name, one) for name, ones in request.FILES.lists() for one in ones if isinstance(one, UploadedFile)]
    files = sorted((name, one.name or "", one.size or 0) for name, one in sent)
    content = orjson.dumps([request.POST[FIELD], request.user.pk, request.path, typed, files])
    return sha256(content).hexdigest()


def _led_to(request: HttpRequest, key: str) -> str:
    until = time.monotonic() + WAIT_S
    while time.monotonic() < until:
        receipt = Receipt.objects.filter(token=key, user_id=request.user.pk or 0).first()
        if receipt is None or receipt.led_to:
            return receipt.led_to if receipt else ""
        time.sleep(0.1)
    return ""
