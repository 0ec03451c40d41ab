"""The tags of one thing, as a part that the thing's own page loads; a page of its own without script."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from dashboard.access import Right
from klaviyo_app.accounts.clients import client_for
from klaviyo_app.accounts.models import Account
from klaviyo_app.accounts.rights import account_page
from klaviyo_app.gateway.errors import GatewayError
from klaviyo_app.mirror.models import Mirrored
from klaviyo_app.mirror.sync import mirrored
from klaviyo_app.pages.once import see_other
from klaviyo_app.pages.showing import show, status_of, wants_part
from klaviyo_app.resources.tags import services
from klaviyo_app.resources.tags.views import acting, address


@require_GET
@account_page
def tags_of(request: HttpRequest, account: Account, kind: str, thing_id: str) -> HttpResponse:
    """Which tags it carries, and which it may get."""
    return _shown(request, _thing(account, kind, thing_id))


@require_POST
@account_page
def change(request: HttpRequest, account: Account, kind: str, thing_id: str) -> HttpResponse:
    """Put a tag on (`add`: its id) or take one off (`take`)."""
    thing = _thing(account, kind, thing_id)
    problem: GatewayError | None = None
    wanted = request.POST.get("add") or request.POST.get("take") or ""
    try:
        acts = acting(request, account)
        put = services.put_on if request.POST.get("add") else services.take_off
        put(services.named_tag(acts["client"], wanted), thing, **acts)
    except GatewayError as error:
        problem = error
    if problem is None and not wants_part(request):
        return see_other(address("tags-of", account, kind=kind, thing_id=thing_id))
    return _shown(request, thing, problem, wanted)


def _thing(account: Account, kind: str, thing_id: str) -> Mirrored:
    """The mirrored row of a taggable kind, or 404."""
    if kind not in services.TAGGABLE:
        raise Http404
    return get_object_or_404(mirrored()[kind], account=account, klaviyo_id=thing_id)


def _shown(
    request: HttpRequest, thing: Mirrored, problem: GatewayError | None = None, wanted: str = ""
) -> HttpResponse:
    account = thing.account
    context: dict[str, Any] = {
        "thing": thing,
        "page": address(thing.kind, account, klaviyo_id=thing.klaviyo_id),
        "carried": [],
        "others": [],
        "problem": problem,
        "wanted": wanted if problem else "",
        "heading": _("Tags of %(name)s") % {"name": thing.name},
    }
    try:
        client = client_for(account)
        context["carried"] = carried = services.tags_of(client, thing)
        if request.member.may(Right.EDIT):  # type: ignore[attr-defined]
            ids = {one["id"] for one in carried}
            context["others"] = [one for one in services.tags(client) if one["id"] not in ids]
    except GatewayError as error:
        context["problem"] = problem or error
    status = 200 if context["problem"] is None or wants_part(request) else status_of(context["problem"])
    return show(request, "tags/of.html", context, status=status)
