"""Pages of lists."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST

from klaviyo_app.accounts.clients import client_for
from klaviyo_app.accounts.models import Account
from klaviyo_app.accounts.rights import account_page
from klaviyo_app.mirror.sync import age
from klaviyo_app.pages import (
    Column,
    MirrorRows,
    Table,
    confirming,
    deleted,
    detail,
    editing,
    listing,
    show,
)
from klaviyo_app.resources.bulk_deleting import ask_deletion, delete_verb, freeze_ticked
from klaviyo_app.resources.bulk_tagging import tag_verb
from klaviyo_app.resources.counting import Counted, looked_at
from klaviyo_app.resources.lists import services
from klaviyo_app.resources.lists.forms import ListForm
from klaviyo_app.resources.lists.models import KlaviyoList
from klaviyo_app.resources.lists.uses import consequences, uses_of, with_flows

COLUMNS = (
    Column("name", gettext_lazy("Name"), sort="name_key"),
    Column("opt_in_process", gettext_lazy("Opt-in"), sort="opt_in_process", narrow=True),
    Column("profile_count", gettext_lazy("People"), cell="number", sort="profile_count", align="end"),
    Column("updated_at", gettext_lazy("Changed"), cell="when", sort="updated_at"),
    Column("created_at", gettext_lazy("Made"), cell="when", sort="created_at", narrow=True),
)


def address(name: str, account: Account, **ids: Any) -> str:
    """The address of a list page."""
    return reverse(name, kwargs={"account_id": account.pk, **ids})


def row_of(account: Account, klaviyo_id: str) -> KlaviyoList:
    """The mirrored list, or 404."""
    return get_object_or_404(KlaviyoList, klaviyo_id=klaviyo_id, account=account, gone_at=None)


def acting(request: HttpRequest, account: Account) -> dict[str, Any]:
    """Who does it, by which client, when."""
    return {"client": client_for(account), "by": request.user, "now": timezone.now()}


def opt_in_writable(account: Account) -> bool:
    """Whether the served revision can write the opt-in process."""
    return account.connected and client_for(account).served_revision >= services.OPT_IN_SINCE


def rows_of(account: Account) -> MirrorRows:
    """All lists of the account."""
    return MirrorRows(
        KlaviyoList.objects.filter(account=account, gone_at=None),
        values=("klaviyo_id", "name", "opt_in_process", "profile_count", "updated_at", "created_at"),
        finish=_in_words,
    )


def _in_words(rows: list[dict[str, Any]]) -> None:
    words = {"single_opt_in": _("single"), "double_opt_in": _("double")}
    for row in rows:
        row["opt_in_process"] = words.get(row["opt_in_process"], row["opt_in_process"])


@require_GET
@account_page
def index(request: HttpRequest, account: Account) -> HttpResponse:
    """All lists."""
    base = address("lists", account)
    table = Table(COLUMNS, "-updated_at", row_url=lambda row: f"{base}{row['klaviyo_id']}/")
    context = {"kind": "list", "age": age(account, "list")}
    verbs = (tag_verb(account, KlaviyoList), delete_verb(account, KlaviyoList))
    return listing(
        request, template="lists/index.html", rows=rows_of(account), table=table, verbs=verbs, context=context
    )


@require_GET
@account_page
def detail_page(request: HttpRequest, account: Account, klaviyo_id: str) -> HttpResponse:
    """One list: facts, what hangs on it, its people by a part of their own."""
    row = row_of(account, klaviyo_id)
    return detail(request, template="lists/detail.html", context={"row": row, "uses": uses_of(account, klaviyo_id)})


@require_GET
@account_page
def count(request: HttpRequest, account: Account, klaviyo_id: str) -> HttpResponse:
    """How many people are in it."""
    row = row_of(account, klaviyo_id)
    return show(request, "lists/count.html", counted(request, account, row))


def counted(request: HttpRequest, account: Account, row: Counted) -> dict[str, Any]:
    """The context of a count: the kept one while it is fresh (?again=1 asks all the same)."""
    again = bool(request.GET.get("again"))
    row, problem = looked_at(row, lambda: client_for(account), now=timezone.now(), again=again)
    return {"row": row, "problem": problem, "again": f"{request.path}?again=1"}


@account_page
def create(request: HttpRequest, account: Account) -> HttpResponse:
    """A new list."""
    form = ListForm(
        request.POST or None, opt_in_writable=opt_in_writable(account), initial={"opt_in_process": "double_opt_in"}
    )
    return editing(
        request,
        template="pages/form.html",
        form=form,
        save=lambda: services.create_list(account, **acting(request, account), **form.cleaned_data),
        done=lambda row: address("list", account, klaviyo_id=row.klaviyo_id),
        context={"title": _("New list"), "button": _("Make the list"), "back": address("lists", account)},
    )


@account_page
def edit(request: HttpRequest, account: Account, klaviyo_id: str) -> HttpResponse:
    """Rename, and change the opt-in process."""
    row = row_of(account, klaviyo_id)
    form = ListForm(request.POST or None, opt_in_writable=opt_in_writable(account), initial=_shown(row.attributes))
    return editing(
        request,
        template="pages/form.html",
        form=form,
        save=lambda: services.edit_list(
            row, **acting(request, account), seen=request.POST.get("seen", ""), **form.cleaned_data
        ),
        done=lambda saved: address("list", account, klaviyo_id=saved.klaviyo_id),
        shown_of=lambda live: _shown(live["attributes"]),
        context={
            "title": _("Edit %(name)s") % {"name": row.name},
            "button": _("Save"),
            "back": address("list", account, klaviyo_id=klaviyo_id),
            "seen": request.POST.get("seen", row.fingerprint),
        },
    )


def _shown(attributes: dict[str, Any]) -> dict[str, Any]:
    return {"name": attributes.get("name") or "", "opt_in_process": attributes.get("opt_in_process") or ""}


@account_page
def delete(request: HttpRequest, account: Account, klaviyo_id: str) -> HttpResponse:
    """Ask, say what hangs on it, delete."""
    row = row_of(account, klaviyo_id)
    client = client_for(account) if account.connected and request.method == "GET" else None
    uses, flows_known = with_flows(uses_of(account, klaviyo_id), client, row)
    return confirming(
        request,
        act=lambda: services.delete_list(row, **acting(request, account)),
        done=lambda _done: address("lists", account),
        said=deleted(row.name),
        context={
            "title": _("Delete %(name)s") % {"name": row.name},
            "question": _("Delete this list? The people in it stay in Klaviyo."),
            "consequences": consequences(uses, flows_known=flows_known),
            "button": _("Delete the list"),
            "back": address("list", account, klaviyo_id=klaviyo_id),
        },
    )


@require_POST
@account_page
def bulk(request: HttpRequest, account: Account) -> HttpResponse:
    """Freeze what is ticked, then ask."""
    return freeze_ticked(request, account, model=KlaviyoList, rows=rows_of(account))


@account_page
def bulk_delete(request: HttpRequest, account: Account, selection_id: int) -> HttpResponse:
    """Ask about the frozen selection, then delete it by a job."""
    return ask_deletion(
        request,
        account,
        selection_id,
        model=KlaviyoList,
        plan=services.plan_deletion,
        title=_("Delete lists"),
        question=lambda count: ngettext("Delete %(num)s list?", "Delete %(num)s lists?", count) % {"num": count},
    )
