"""Pages of profiles: find, look, make, change."""

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
from klaviyo_app.gateway.errors import GatewayError
from klaviyo_app.gateway.query import Query
from klaviyo_app.mirror.absorb import moment
from klaviyo_app.pages import Column, Table, detail, editing, show
from klaviyo_app.pages.live import live_listing
from klaviyo_app.resources.profiles import services
from klaviyo_app.resources.profiles.consent import acts, consents
from klaviyo_app.resources.profiles.finding import wanted
from klaviyo_app.resources.profiles.forms import ProfileForm, initial_of

COLUMNS = (
    Column("title", gettext_lazy("Person")),
    Column("name", gettext_lazy("Name")),
    Column("phone", gettext_lazy("Phone number"), narrow=True),
    Column("seen", gettext_lazy("Last event"), cell="when"),
    Column("created", gettext_lazy("Known since"), cell="when", narrow=True),
)


def address(name: str, account: Account, **ids: Any) -> str:
    """The address of a page of profiles."""
    return reverse(name, kwargs={"account_id": account.pk, **ids})


def name_of(attributes: Mapping[str, Any]) -> str:
    """First and last name, as far as they are known."""
    return " ".join(str(part) for part in (attributes.get("first_name"), attributes.get("last_name")) if part)


def title_of(profile: Mapping[str, Any]) -> str:
    """What a profile is called: its address, else its number, else its ids."""
    attributes = profile["attributes"]
    names = ("email", "phone_number", "external_id")
    return next((str(attributes[name]) for name in names if attributes.get(name)), str(profile["id"]))


def _row(profile: Mapping[str, Any]) -> dict[str, Any]:
    attributes = profile["attributes"]
    return {
        "id": profile["id"],
        "title": title_of(profile),
        "name": name_of(attributes),
        "phone": attributes.get("phone_number"),
        "seen": moment(attributes.get("last_event_date")),
        "created": moment(attributes.get("created")),
    }


@require_GET
@account_page
def index(request: HttpRequest, account: Account) -> HttpResponse:
    """The newest profiles from Klaviyo, or the one that was asked for by an exact value."""
    base = address("profiles", account)
    return live_listing(
        request,
        account,
        template="profiles/index.html",
        operation="get_profiles",
        query=Query(filter=wanted(request.GET.get("q", "")), sort="-created", page_size=100),
        row_of=_row,
        table=Table(COLUMNS, "title", row_url=lambda row: f"{base}{row['id']}/"),
    )


@require_GET
@account_page
def profile(request: HttpRequest, account: Account, profile_id: str) -> HttpResponse:
    """One profile: who it is, its consent in words, its properties; lists and segments by a part of their own."""
    found = services.read_profile(client_for(account), profile_id)
    attributes = found["attributes"]
    context = {
        "profile": found,
        "title": title_of(found),
        "name": name_of(attributes),
        "place": {name: value for name, value in (attributes.get("location") or {}).items() if value},
        "consents": list(consents(attributes.get("subscriptions"))),
        "acts": acts(attributes),
        "properties": sorted((attributes.get("properties") or {}).items()),
        "created": moment(attributes.get("created")),
        "updated": moment(attributes.get("updated")),
        "seen": moment(attributes.get("last_event_date")),
    }
    return detail(request, template="profiles/detail.html", context=context)


@require_GET
@account_page
def groups(request: HttpRequest, account: Account, profile_id: str) -> HttpResponse:
    """The lists and segments that the profile is in."""
    context: dict[str, Any] = {"profile_id": profile_id, "lists": [], "segments": [], "problem": None}
    try:
        client = client_for(account)
        context["lists"] = list(client.items("get_lists_for_profile", path={"id": profile_id}))
        context["segments"] = list(client.items("get_segments_for_profile", path={"id": profile_id}))
    except GatewayError as error:
        context["problem"] = error
    return show(request, "profiles/groups.html", context)


@account_page
def create(request: HttpRequest, account: Account) -> HttpResponse:
    """A new profile."""
    form = ProfileForm(request.POST or None)
    return editing(
        request,
        template="pages/form.html",
        form=form,
        save=lambda: services.create_profile(
            account,
            client=client_for(account),
            by=request.user,  # type: ignore[arg-type]
            values=form.cleaned_data,
        ),
        done=lambda made: address("profile", account, profile_id=made),
        context={
            "title": _("New profile"),
            "lead": _("A profile is no consent: the person gets marketing mail only after subscribing."),
            "button": _("Make the profile"),
            "back": address("profiles", account),
        },
    )


@account_page
def edit(request: HttpRequest, account: Account, profile_id: str) -> HttpResponse:
    """Change a profile."""
    live = services.read_profile(client_for(account), profile_id)
    form = ProfileForm(request.POST or None, initial=initial_of(live["attributes"]))
    return editing(
        request,
        template="pages/form.html",
        form=form,
        save=lambda: services.edit_profile(
            account,
            profile_id,
            client=client_for(account),
            by=request.user,  # type: ignore[arg-type]
            seen=request.POST.get("seen", ""),
            values=form.cleaned_data,
        ),
        done=lambda saved: address("profile", account, profile_id=saved),
        shown_of=lambda now: {**initial_of(now["attributes"]), "properties": now["attributes"].get("properties") or {}},
        context={
            "title": _("Edit %(name)s") % {"name": title_of(live)},
            "button": _("Save"),
            "back": address("profile", account, profile_id=profile_id),
            "seen": request.POST.get("seen", services.mark_of(live["attributes"])),
        },
    )
