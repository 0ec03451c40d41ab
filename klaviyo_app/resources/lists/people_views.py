"""Who is in a list; adding and removing people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from klaviyo_app.accounts.clients import client_for
from klaviyo_app.accounts.models import Account
from klaviyo_app.accounts.rights import account_page
from klaviyo_app.gateway.query import Query, equals
from klaviyo_app.mirror.absorb import moment
from klaviyo_app.pages import Column, Table, editing
from klaviyo_app.pages.live import live_listing
from klaviyo_app.resources.lists import services
from klaviyo_app.resources.lists.forms import PeopleForm
from klaviyo_app.resources.lists.models import KlaviyoList
from klaviyo_app.resources.lists.uses import with_flows
from klaviyo_app.resources.lists.views import address, row_of

PEOPLE = (
    Column("email", gettext_lazy("Person")),
    Column("name", gettext_lazy("Name")),
    Column("joined", gettext_lazy("In it since"), cell="when"),
    Column("created", gettext_lazy("Known since"), cell="when", narrow=True),
)


def person_of(one: Mapping[str, Any]) -> dict[str, Any]:
    """A profile as a table row."""
    attributes = one["attributes"]
    name = " ".join(part for part in (attributes.get("first_name"), attributes.get("last_name")) if part)
    shown = attributes.get("email") or attributes.get("phone_number") or one["id"]
    return {
        "id": one["id"],
        "email": shown,
        "name": name,
        "joined": moment(attributes.get("joined_group_at")),
        "created": moment(attributes.get("created")),
    }


def table_of(account: Account) -> Table:
    """The people of a list or a segment; each leads to the profile."""
    base = reverse("profiles", kwargs={"account_id": account.pk})
    return Table(PEOPLE, "email", row_url=lambda row: f"{base}{row['id']}/")


def asked_of(request: HttpRequest) -> Query:
    """The newest members first; ?q= one person by the whole address (Klaviyo finds members no other way)."""
    address = request.GET.get("q", "").strip().lower()
    wanted = equals("email", address) if address.isprintable() and address else None
    return Query(filter=wanted, sort="-joined_group_at", page_size=100)


@require_GET
@account_page
def index(request: HttpRequest, account: Account, klaviyo_id: str) -> HttpResponse:
    """The people of a list from Klaviyo, a page at a time."""
    row = row_of(account, klaviyo_id)
    return live_listing(
        request,
        account,
        template="lists/people.html",
        operation="get_profiles_for_list",
        path={"id": row.klaviyo_id},
        row_of=person_of,
        query=asked_of(request),
        table=table_of(account),
        context={"row": row},
    )


def flows_in_words(account: Account, row: KlaviyoList) -> str:
    """A warning where coming into the list starts a flow."""
    uses, _known = with_flows((), client_for(account) if account.connected else None, row)
    names = [use.name for use in uses if use.status == "live"]
    return _("Coming in starts: %(flows)s.") % {"flows": ", ".join(names)} if names else ""


def _change(request: HttpRequest, account: Account, klaviyo_id: str, *, adding: bool) -> HttpResponse:
    row = row_of(account, klaviyo_id)
    form = PeopleForm(request.POST or None, adding=adding)
    hanging = flows_in_words(account, row) if adding and request.method == "GET" else ""
    title = _("Add people to %(name)s") if adding else _("Remove people from %(name)s")
    lead = (
        _("Being in a list is no consent to get mail: people who never subscribed still get none.")
        if adding
        else _("They stay in Klaviyo, and in every other list.")
    )
    return editing(
        request,
        template="pages/form.html",
        form=form,
        save=lambda: services.plan_people(
            row,
            addresses=form.cleaned_data["addresses"],
            add=adding,
            make=bool(form.cleaned_data.get("make")),
            by=request.user,  # type: ignore[arg-type]
        ),
        done=lambda job: address("job", account, job_id=job.pk),
        said="",
        context={
            "title": title % {"name": row.name},
            "lead": f"{lead} {hanging}".strip(),
            "button": _("Add them") if adding else _("Remove them"),
            "back": address("list", account, klaviyo_id=klaviyo_id),
        },
    )


@account_page
def add(request: HttpRequest, account: Account, klaviyo_id: str) -> HttpResponse:
    """Add people by address, as a job."""
    return _change(request, account, klaviyo_id, adding=True)


@account_page
def remove(request: HttpRequest, account: Account, klaviyo_id: str) -> HttpResponse:
    """Remove people by address, as a job."""
    return _change(request, account, klaviyo_id, adding=False)
