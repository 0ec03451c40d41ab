"""Pages of coupons."""

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
from klaviyo_app.resources.coupons import services
from klaviyo_app.resources.coupons.forms import CouponForm
from klaviyo_app.resources.coupons.models import Coupon

COLUMNS = (
    Column("name", gettext_lazy("Name"), sort="name_key"),
    Column("description", gettext_lazy("Description"), sort="description"),
    Column("low_balance_threshold", gettext_lazy("Warn below"), cell="number", align="end", narrow=True),
    Column("seen_at", gettext_lazy("Last seen"), cell="when", sort="seen_at", narrow=True),
)


def address(name: str, account: Account, **ids: str) -> str:
    """The address of a coupon page."""
    return reverse(name, kwargs={"account_id": account.pk, **ids})


def acting(request: HttpRequest, account: Account) -> dict[str, Any]:
    """Who does it, by which client, when."""
    return {"client": client_for(account), "by": request.user, "now": timezone.now()}


def monitored(account: Account) -> bool:
    """Whether the served revision knows the low balance warning."""
    return client_for(account).served_revision >= services.MONITOR_SINCE if account.connected else False


@require_GET
@account_page
def index(request: HttpRequest, account: Account) -> HttpResponse:
    """All coupons."""
    rows = MirrorRows(
        Coupon.objects.filter(account=account, gone_at=None),
        values=("klaviyo_id", "name", "description", "low_balance_threshold", "seen_at"),
    )
    base = address("coupons", account)
    table = Table(COLUMNS, "name", row_url=lambda row: f"{base}{row['klaviyo_id']}/")
    context = {"kind": "coupon", "age": age(account, "coupon")}
    return listing(request, template="coupons/index.html", rows=rows, table=table, context=context)


@require_GET
@account_page
def show(request: HttpRequest, account: Account, klaviyo_id: str) -> HttpResponse:
    """One coupon; its codes come by a part of their own, live."""
    row = get_object_or_404(Coupon, klaviyo_id=klaviyo_id, account=account, gone_at=None)
    return detail(request, template="coupons/detail.html", context={"row": row})


@account_page
def create(request: HttpRequest, account: Account) -> HttpResponse:
    """A new coupon."""
    form = CouponForm(request.POST or None, monitored=monitored(account))
    return editing(
        request,
        template="pages/form.html",
        form=form,
        save=lambda: services.create_coupon(account, **acting(request, account), **form.cleaned_data),
        done=lambda row: address("coupon", account, klaviyo_id=row.klaviyo_id),
        fields={"low_balance_threshold": "threshold"},
        context={
            "title": _("New coupon"),
            "button": _("Make the coupon"),
            "back": address("coupons", account),
        },
    )


def _shown(live: dict[str, Any]) -> dict[str, Any]:
    columns = Coupon.columns_of(live)
    return {"description": columns["description"], "threshold": columns["low_balance_threshold"]}


@account_page
def edit(request: HttpRequest, account: Account, klaviyo_id: str) -> HttpResponse:
    """Description and warning."""
    row = get_object_or_404(Coupon, klaviyo_id=klaviyo_id, account=account, gone_at=None)
    watched = monitored(account)
    initial = {"description": row.description, "threshold": row.low_balance_threshold}
    form = CouponForm(request.POST or None, initial=initial, monitored=watched, fixed=True)
    return editing(
        request,
        template="pages/form.html",
        form=form,
        save=lambda: services.edit_coupon(
            row,
            **acting(request, account),
            seen=request.POST.get("seen", ""),
            description=form.cleaned_data["description"],
            threshold=form.cleaned_data.get("threshold"),
            monitor=watched,
        ),
        done=lambda saved: address("coupon", account, klaviyo_id=saved.klaviyo_id),
        shown_of=_shown,
        fields={"low_balance_threshold": "threshold"},
        context={
            "title": _("Edit %(name)s") % {"name": row.name},
            "button": _("Save"),
            "back": address("coupon", account, klaviyo_id=klaviyo_id),
            "seen": request.POST.get("seen", row.fingerprint),
        },
    )


@account_page
def delete(request: HttpRequest, account: Account, klaviyo_id: str) -> HttpResponse:
    """Ask, say what hangs on it, delete."""
    row = get_object_or_404(Coupon, klaviyo_id=klaviyo_id, account=account, gone_at=None)
    return confirming(
        request,
        act=lambda: services.delete_coupon(row, **acting(request, account)),
        done=lambda _done: address("coupons", account),
        said=deleted(row.name),
        context={
            "title": _("Delete %(name)s") % {"name": row.name},
            "question": _("Delete this coupon with all of its codes?"),
            "consequences": [
                _("Mails that print a code of it will be skipped by Klaviyo."),
                _("Codes that people already have stay valid in your shop."),
            ],
            "button": _("Delete the coupon"),
            "back": address("coupon", account, klaviyo_id=klaviyo_id),
        },
    )
