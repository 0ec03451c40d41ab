"""Pages of templates."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from klaviyo_app.accounts.clients import client_for
from klaviyo_app.accounts.models import Account
from klaviyo_app.accounts.rights import account_page
from klaviyo_app.mirror.sync import age
from klaviyo_app.pages import Column, MirrorRows, Table, confirming, deleted, detail, editing, listing
from klaviyo_app.resources.email_templates import services
from klaviyo_app.resources.email_templates.checks import findings
from klaviyo_app.resources.email_templates.forms import STARTER, CloneForm, ContextForm, TemplateForm
from klaviyo_app.resources.email_templates.models import CLIPPED_FROM_BYTES, EmailTemplate

COLUMNS = (
    Column("name", gettext_lazy("Name"), sort="name_key"),
    Column("editor_type", gettext_lazy("Editor"), sort="editor_type", narrow=True),
    Column("size_bytes", gettext_lazy("Size"), cell="bytes", sort="size_bytes", align="end", narrow=True),
    Column("updated_at", gettext_lazy("Changed"), cell="when", sort="updated_at"),
    Column("created_at", gettext_lazy("Made"), cell="when", sort="created_at", narrow=True),
)


def _address(name: str, account: Account, klaviyo_id: str = "") -> str:
    kwargs: dict[str, Any] = {"account_id": account.pk}
    return reverse(name, kwargs={**kwargs, "klaviyo_id": klaviyo_id} if klaviyo_id else kwargs)


def _row(account: Account, klaviyo_id: str) -> EmailTemplate:
    return get_object_or_404(EmailTemplate, klaviyo_id=klaviyo_id, account=account, gone_at=None)


def _acting(request: HttpRequest, account: Account) -> dict[str, Any]:
    return {"client": client_for(account), "by": request.user, "now": timezone.now()}


@require_GET
@account_page
def index(request: HttpRequest, account: Account) -> HttpResponse:
    """All templates of the library."""
    rows = MirrorRows(
        EmailTemplate.objects.filter(account=account, gone_at=None),
        values=("klaviyo_id", "name", "editor_type", "size_bytes", "updated_at", "created_at"),
    )
    base = _address("templates", account)
    table = Table(COLUMNS, "-updated_at", row_url=lambda row: f"{base}{row['klaviyo_id']}/")
    context = {"kind": "template", "age": age(account, "template")}
    return listing(request, template="email_templates/index.html", rows=rows, table=table, context=context)


@require_GET
@account_page
def show(request: HttpRequest, account: Account, klaviyo_id: str) -> HttpResponse:
    """One template: preview, facts, checks, where it is used."""
    row = _row(account, klaviyo_id)
    context = {
        "row": row,
        "findings": findings(row.attributes.get("html") or ""),
        "clipped_from": CLIPPED_FROM_BYTES,
        "context_form": ContextForm(request.GET or None),
        "query": request.GET.urlencode(),
    }
    return detail(request, template="email_templates/detail.html", context=context)


@account_page
def create(request: HttpRequest, account: Account) -> HttpResponse:
    """A new CODE template."""
    form = TemplateForm(request.POST or None, initial={"html": STARTER})
    return editing(
        request,
        template="email_templates/edit.html",
        form=form,
        save=lambda: services.create_template(account, **_acting(request, account), **form.cleaned_data),
        done=lambda row: _address("template", account, row.klaviyo_id),
        context={
            "title": _("New template"),
            "button": _("Make the template"),
            "back": _address("templates", account),
            "clipped_from": CLIPPED_FROM_BYTES,
        },
    )


@account_page
def edit(request: HttpRequest, account: Account, klaviyo_id: str) -> HttpResponse:
    """Edit name, HTML and plain text."""
    row = _row(account, klaviyo_id)
    form = TemplateForm(request.POST or None, initial=_shown(row.attributes))
    return editing(
        request,
        template="email_templates/edit.html",
        form=form,
        save=lambda: services.edit_template(
            row, **_acting(request, account), seen=request.POST.get("seen", ""), **form.cleaned_data
        ),
        done=lambda saved: _address("template", account, saved.klaviyo_id),
        shown_of=lambda live: _shown(live["attributes"]),
        context={
            "title": _("Edit %(name)s") % {"name": row.name},
            "button": _("Save"),
            "back": _address("template", account, klaviyo_id),
            "seen": request.POST.get("seen", row.fingerprint),
            "clipped_from": CLIPPED_FROM_BYTES,
            "locked": not row.writable,
        },
    )


def _shown(attributes: dict[str, Any]) -> dict[str, str]:
    return {name: attributes.get(name) or "" for name in services.WRITTEN}


@account_page
def clone(request: HttpRequest, account: Account, klaviyo_id: str) -> HttpResponse:
    """A copy under another name."""
    row = _row(account, klaviyo_id)
    form = CloneForm(request.POST or None, initial={"name": _("Copy of %(name)s") % {"name": row.name}})
    return editing(
        request,
        template="pages/form.html",
        form=form,
        save=lambda: services.clone_template(row, **_acting(request, account), name=form.cleaned_data["name"]),
        done=lambda copy: _address("template", account, copy.klaviyo_id),
        context={
            "title": _("Copy %(name)s") % {"name": row.name},
            "button": _("Make the copy"),
            "back": _address("template", account, klaviyo_id),
        },
    )


@account_page
def delete(request: HttpRequest, account: Account, klaviyo_id: str) -> HttpResponse:
    """Ask, say what hangs on it, delete."""
    row = _row(account, klaviyo_id)
    return confirming(
        request,
        act=lambda: services.delete_template(row, **_acting(request, account)),
        done=lambda _done: _address("templates", account),
        said=deleted(row.name),
        context={
            "title": _("Delete %(name)s") % {"name": row.name},
            "question": _("Delete this template from the library?"),
            "consequences": [
                _("Campaigns keep their own copies: nothing that is scheduled or sent changes."),
                _("Klaviyo refuses it while a flow uses it."),
                _("It cannot be brought back in Klaviyo; its last state stays in our history."),
            ],
            "button": _("Delete the template"),
            "back": _address("template", account, klaviyo_id),
        },
    )
