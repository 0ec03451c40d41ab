"""Pages of tags and tag groups."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from klaviyo_app.accounts.clients import client_for
from klaviyo_app.accounts.models import Account
from klaviyo_app.accounts.rights import account_page
from klaviyo_app.mirror.fingerprint import fingerprint
from klaviyo_app.pages import confirming, deleted, editing, show
from klaviyo_app.resources.tags import services
from klaviyo_app.resources.tags.forms import GroupForm, NameForm, TagForm


def address(name: str, account: Account, **ids: Any) -> str:
    """The address of a page of tags."""
    return reverse(name, kwargs={"account_id": account.pk, **ids})


def acting(request: HttpRequest, account: Account) -> dict[str, Any]:
    """Who does it, by which client."""
    return {"client": client_for(account), "by": request.user}


@require_GET
@account_page
def index(request: HttpRequest, account: Account) -> HttpResponse:
    """All groups with their tags; ?q= finds part of a tag's name. Two reads: an account has at most 500 tags."""
    client = client_for(account)
    groups, found = services.groups(client), services.tags(client)
    q = request.GET.get("q", "").strip()
    by_group: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for tag in found:
        if q.casefold() in tag["name"].casefold():
            by_group[tag["group"]].append(tag)
    shown = [{**group, "tags": by_group[group["id"]]} for group in groups if by_group[group["id"]] or not q]
    return show(request, "tags/index.html", {"groups": shown, "count": len(found), "q": q})


@account_page
def create(request: HttpRequest, account: Account) -> HttpResponse:
    """A new tag."""
    client = client_for(account)
    form = TagForm(request.POST or None, groups=services.groups(client), initial={"group": request.GET.get("group")})
    return editing(
        request,
        template="pages/form.html",
        form=form,
        save=lambda: services.create_tag(account, **acting(request, account), **form.cleaned_data),
        done=lambda _made: address("tags", account),
        context={"title": _("New tag"), "button": _("Make the tag"), "back": address("tags", account)},
    )


@account_page
def rename(request: HttpRequest, account: Account, tag_id: str) -> HttpResponse:
    """Rename a tag."""
    return _renaming(request, account, "tag", tag_id)


@account_page
def group_rename(request: HttpRequest, account: Account, group_id: str) -> HttpResponse:
    """Rename a tag group."""
    return _renaming(request, account, "tag-group", group_id)


def _renaming(request: HttpRequest, account: Account, kind: str, thing_id: str) -> HttpResponse:
    live = services.read(client_for(account), kind, thing_id)
    form = NameForm(request.POST or None, initial={"name": live["attributes"]["name"]})
    rename_it = services.rename_tag if kind == "tag" else services.rename_group
    return editing(
        request,
        template="pages/form.html",
        form=form,
        save=lambda: rename_it(
            account, thing_id, **acting(request, account), **form.cleaned_data, seen=request.POST.get("seen", "")
        ),
        done=lambda _saved: address("tags", account),
        shown_of=lambda now: {"name": now["attributes"]["name"]},
        context={
            "title": _("Rename %(name)s") % {"name": live["attributes"]["name"]},
            "button": _("Save"),
            "back": address("tags", account),
            "seen": request.POST.get("seen", fingerprint(live["attributes"])),
        },
    )


@account_page
def delete(request: HttpRequest, account: Account, tag_id: str) -> HttpResponse:
    """Ask, then delete a tag."""
    tag = client_for(account).call("get_tag", path={"id": tag_id}).data
    return confirming(
        request,
        act=lambda: services.delete_tag(account, tag, **acting(request, account)),
        done=lambda _done: address("tags", account),
        said=deleted(tag["attributes"]["name"]),
        context={
            "title": _("Delete %(name)s") % {"name": tag["attributes"]["name"]},
            "question": _("Delete this tag?"),
            "consequences": [_("It comes off every list, segment, campaign and flow that carries it.")],
            "button": _("Delete the tag"),
            "back": address("tags", account),
        },
    )


@account_page
def group_create(request: HttpRequest, account: Account) -> HttpResponse:
    """A new tag group."""
    form = GroupForm(request.POST or None)
    return editing(
        request,
        template="pages/form.html",
        form=form,
        save=lambda: services.create_group(account, **acting(request, account), **form.cleaned_data),
        done=lambda _made: address("tags", account),
        context={"title": _("New tag group"), "button": _("Make the group"), "back": address("tags", account)},
    )


@account_page
def group_delete(request: HttpRequest, account: Account, group_id: str) -> HttpResponse:
    """Ask, then delete a tag group with its tags."""
    client = client_for(account)
    group = client.call("get_tag_group", path={"id": group_id}).data
    inside = client.call("get_tags_for_tag_group", path={"id": group_id}).data or []
    names = ", ".join(one["attributes"]["name"] for one in inside)
    gone = _("Its tags are deleted too: %(names)s.") % {"names": names} if names else _("It has no tags.")
    return confirming(
        request,
        act=lambda: services.delete_group(account, group, **acting(request, account)),
        done=lambda _done: address("tags", account),
        said=deleted(group["attributes"]["name"]),
        context={
            "title": _("Delete %(name)s") % {"name": group["attributes"]["name"]},
            "question": _("Delete this group?"),
            "consequences": [gone],
            "button": _("Delete the group"),
            "back": address("tags", account),
        },
    )
