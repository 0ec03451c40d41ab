"""Pages of a coupon's codes: read live, one made or changed at once, many by a job."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from klaviyo_app.accounts.clients import client_for
from klaviyo_app.accounts.models import Account
from klaviyo_app.accounts.rights import account_page
from klaviyo_app.gateway.query import Query, equals
from klaviyo_app.mirror.absorb import moment
from klaviyo_app.pages import Column, Table, confirming, deleted, editing
from klaviyo_app.pages.live import live_listing
from klaviyo_app.pages.statuses import Pill
from klaviyo_app.resources.coupons import generation, services
from klaviyo_app.resources.coupons.forms import CodeForm, CodesForm, ExpiryForm
from klaviyo_app.resources.coupons.models import Coupon
from klaviyo_app.resources.coupons.views import address

STATES = {
    "UNASSIGNED": Pill(gettext_lazy("Free"), "good", "circle-check"),
    "ASSIGNED_TO_PROFILE": Pill(gettext_lazy("Given to a person"), "info", "user"),
    "USED": Pill(gettext_lazy("Used"), "neutral", "check"),
    "PROCESSING": Pill(gettext_lazy("Processing"), "info", "loader"),
    "DELETING": Pill(gettext_lazy("Being deleted"), "warning", "trash"),
    "VERSION_NOT_ACTIVE": Pill(gettext_lazy("Not active"), "warning", "player-pause"),
}
COLUMNS = (
    Column("code", gettext_lazy("Code")),
    Column("state", gettext_lazy("State"), cell="status"),
    Column("expires_at", gettext_lazy("Expires"), cell="when"),
    Column("actions", gettext_lazy("Actions"), cell="actions", align="end"),
)


def _coupon(account: Account, klaviyo_id: str) -> Coupon:
    return get_object_or_404(Coupon, klaviyo_id=klaviyo_id, account=account, gone_at=None)


@require_GET
@account_page
def index(request: HttpRequest, account: Account, klaviyo_id: str) -> HttpResponse:
    """The codes of a coupon from Klaviyo, a page at a time."""
    row = _coupon(account, klaviyo_id)
    may_edit = request.member.may(20)  # type: ignore[attr-defined]
    return live_listing(
        request,
        account,
        template="coupons/codes.html",
        operation="get_coupon_codes",
        query=Query(filter=equals("coupon.id", row.klaviyo_id)),
        row_of=lambda one: _shown(one, account, row, may_edit=may_edit),
        table=Table(COLUMNS, "code"),
        context={"row": row},
    )


def _shown(one: Mapping[str, Any], account: Account, coupon: Coupon, *, may_edit: bool) -> dict[str, Any]:
    attributes = one["attributes"]
    state = str(attributes.get("status") or "")
    ids = {"klaviyo_id": coupon.klaviyo_id, "code_id": one["id"]}
    links = [{"label": _("Change expiry"), "url": address("coupon-code-edit", account, **ids)}]
    if state != "ASSIGNED_TO_PROFILE":
        links.append({"label": _("Delete"), "url": address("coupon-code-delete", account, **ids)})
    return {
        "code": attributes.get("unique_code") or one["id"],
        "state": STATES.get(state) or Pill(state or _("Not known"), "warning", "help-circle"),
        "expires_at": moment(attributes.get("expires_at")),
        "actions": links if may_edit else [],
    }


@account_page
def create(request: HttpRequest, account: Account, klaviyo_id: str) -> HttpResponse:
    """One code."""
    row = _coupon(account, klaviyo_id)
    form = CodeForm(request.POST or None)
    back = address("coupon", account, klaviyo_id=klaviyo_id)

    def save() -> dict[str, Any]:
        values = form.cleaned_data
        return services.create_code(
            row, client=client_for(account), by=_person(request), code=values["code"], expires_at=values["expires_at"]
        )

    return editing(
        request,
        template="pages/form.html",
        form=form,
        save=save,
        done=lambda _made: back,
        fields={"unique_code": "code"},
        context={
            "title": _("New code for %(name)s") % {"name": row.name},
            "button": _("Make the code"),
            "back": back,
        },
    )


@account_page
def generate(request: HttpRequest, account: Account, klaviyo_id: str) -> HttpResponse:
    """Many codes, by a job."""
    row = _coupon(account, klaviyo_id)
    form = CodesForm(request.POST or None)
    return editing(
        request,
        template="pages/form.html",
        form=form,
        save=lambda: generation.plan_codes(
            row, codes=form.made, expires_at=form.cleaned_data["expires_at"], by=_person(request)
        ),
        done=lambda job: f"/a/{account.pk}/jobs/{job.pk}/",
        said="",
        context={
            "title": _("Make codes for %(name)s") % {"name": row.name},
            "lead": _("They are made in the background, 1,000 at a time, with a result for each."),
            "button": _("Make the codes"),
            "back": address("coupon", account, klaviyo_id=klaviyo_id),
        },
    )


@account_page
def edit(request: HttpRequest, account: Account, klaviyo_id: str, code_id: str) -> HttpResponse:
    """When a code expires."""
    row = _coupon(account, klaviyo_id)
    form = ExpiryForm(request.POST or None)
    back = address("coupon", account, klaviyo_id=klaviyo_id)

    def save() -> dict[str, Any]:
        expires_at: datetime = form.cleaned_data["expires_at"]
        return services.edit_code(
            row, client=client_for(account), by=_person(request), code_id=code_id, expires_at=expires_at
        )

    return editing(
        request,
        template="pages/form.html",
        form=form,
        save=save,
        done=lambda _saved: back,
        context={
            "title": _("When %(code)s expires") % {"code": code_id.removeprefix(f"{klaviyo_id}-")},
            "button": _("Save"),
            "back": back,
        },
    )


@account_page
def delete(request: HttpRequest, account: Account, klaviyo_id: str, code_id: str) -> HttpResponse:
    """Delete a code that nobody has."""
    row = _coupon(account, klaviyo_id)
    code = code_id.removeprefix(f"{klaviyo_id}-")
    back = address("coupon", account, klaviyo_id=klaviyo_id)
    return confirming(
        request,
        act=lambda: services.delete_code(row, client=client_for(account), by=_person(request), code_id=code_id),
        done=lambda _done: back,
        said=deleted(code),
        context={
            "title": _("Delete the code %(code)s") % {"code": code},
            "question": _("Delete this code?"),
            "consequences": [_("Klaviyo refuses it when a person already has the code.")],
            "button": _("Delete the code"),
            "back": back,
        },
    )


def _person(request: HttpRequest) -> Any:
    """The signed-in person; account_page lets nobody else in."""
    return request.user
