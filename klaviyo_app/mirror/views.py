"""How old a table is, and the button that refreshes it."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET, require_POST

from klaviyo_app.accounts.models import Account
from klaviyo_app.accounts.rights import account_page
from klaviyo_app.mirror import sync
from klaviyo_app.pages import show
from klaviyo_app.pages.navigation import address_of
from klaviyo_app.pages.once import see_other
from klaviyo_app.pages.showing import wants_part


@require_GET
@account_page
def freshness(request: HttpRequest, account: Account, kind: str) -> HttpResponse:
    """The line "as of 3 minutes ago"; it asks again while the copy is being read."""
    if kind not in sync.mirrored():
        raise Http404
    return show(request, "mirror/freshness.html", {"kind": kind, "age": sync.age(account, kind), "was_reading": True})


@require_POST
@account_page
def refresh(request: HttpRequest, account: Account, kind: str) -> HttpResponse:
    """Ask for a fresh copy and go back to where the button was."""
    if kind not in sync.mirrored():
        raise Http404
    sync.ring(account, kind)
    if wants_part(request):
        return show(
            request, "mirror/freshness.html", {"kind": kind, "age": sync.age(account, kind), "was_reading": True}
        )
    return see_other(address_of(f"{kind}s", account.pk) or address_of("account", account.pk) or "/")
