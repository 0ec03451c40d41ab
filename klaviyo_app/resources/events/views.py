"""Pages of events: the newest, narrowed as Klaviyo can; one whole; a new one; a person's timeline."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from klaviyo_app.accounts.clients import client_for
from klaviyo_app.accounts.models import Account
from klaviyo_app.accounts.rights import account_page
from klaviyo_app.gateway.errors import GatewayError
from klaviyo_app.gateway.query import Query, equals
from klaviyo_app.mirror.absorb import moment
from klaviyo_app.pages import Column, LiveRows, Table, detail, editing, listing, show
from klaviyo_app.pages.once import new_token
from klaviyo_app.pages.rows import GivenRows, NoRows, Rows
from klaviyo_app.resources.events import asking, services
from klaviyo_app.resources.events.finding import FindForm, Nobody, filter_of, metric_choices
from klaviyo_app.resources.events.forms import EventForm
from klaviyo_app.resources.profiles.views import title_of

COLUMNS = (
    Column("metric", gettext_lazy("Metric")),
    Column("person", gettext_lazy("Person")),
    Column("value", gettext_lazy("Value"), align="end"),
    Column("at", gettext_lazy("When"), cell="when"),
)
BARE = {"problem": None, "changed": None}
PAGE = 100
ON_A_PROFILE = 20


def address(name: str, account: Account, **ids: Any) -> str:
    """The address of a page of events."""
    return reverse(name, kwargs={"account_id": account.pk, **ids})


def _related(event: Mapping[str, Any], kind: str, included: Mapping[tuple[str, str], Any]) -> dict[str, Any] | None:
    link = ((event.get("relationships") or {}).get(kind) or {}).get("data") or {}
    found: dict[str, Any] | None = included.get((kind, str(link.get("id") or "")))
    return found


def _row(event: Mapping[str, Any], metrics: Mapping[str, str]) -> dict[str, Any]:
    """An event as a table row; the metric's name from the mirror where Klaviyo did not include it."""
    attributes = event["attributes"]
    properties = attributes.get("event_properties") or {}
    link = ((event.get("relationships") or {}).get("metric") or {}).get("data") or {}
    metric = _related(event, "metric", event.get("included") or {})
    person = _related(event, "profile", event.get("included") or {})
    return {
        "id": event["id"],
        "metric": metric["attributes"]["name"] if metric else metrics.get(str(link.get("id")), ""),
        "person": title_of(person) if person else "",
        "value": amount(properties),
        "at": moment(attributes.get("datetime")),
    }


def amount(properties: Mapping[str, Any]) -> str:
    """The value with its currency, such as "49.9 EUR"; "" where there is none."""
    value = properties.get("$value")
    if not isinstance(value, int | float):
        return ""
    return f"{value:,.2f} {properties.get('$value_currency') or ''}".strip()


def _rows(account: Account, form: FindForm, metrics: Mapping[str, str]) -> Rows:
    if form.is_bound and not form.is_valid():
        return GivenRows()
    try:
        client = client_for(account)
        wanted = filter_of(client, form.cleaned_data if form.is_bound else {})
    except Nobody:
        form.add_error("person", _("Klaviyo knows nobody with it; it finds whole values only."))
        return GivenRows()
    except GatewayError as error:
        return NoRows(error)
    fields = {"metric": ("name",), "profile": ("email", "phone_number", "external_id")}
    query = Query(filter=wanted, fields=fields, include=("metric", "profile"), sort="-datetime")
    return LiveRows(client, "get_events", lambda one: _row(one, metrics), query=query, size=PAGE)


@require_GET
@account_page
def index(request: HttpRequest, account: Account) -> HttpResponse:
    """The newest events, by metric, person and time."""
    choices = metric_choices(account)
    asked = any(request.GET.get(name) for name in FindForm.base_fields)
    form = FindForm(request.GET if asked else None, metrics=choices)
    base = address("events", account)
    return listing(
        request,
        template="events/index.html",
        rows=_rows(account, form, dict(choices)),
        table=Table(COLUMNS, "metric", row_url=lambda row: f"{base}{row['id']}/"),
        context={"form": form, "narrowed": asked},
    )


@require_GET
@account_page
def event(request: HttpRequest, account: Account, event_id: str) -> HttpResponse:
    """One event whole."""
    query = Query(include=("metric", "profile"))
    answer = client_for(account).call("get_event", path={"id": event_id}, query=query)
    included = {(one["type"], one["id"]): one for one in answer.included}
    found = answer.data
    attributes = found["attributes"]
    properties = dict(attributes.get("event_properties") or {})
    metric, person = _related(found, "metric", included), _related(found, "profile", included)
    context = {
        "event": found,
        "title": metric["attributes"]["name"] if metric else _("Event"),
        "metric": metric,
        "person": person,
        "person_title": title_of(person) if person else "",
        "at": moment(attributes.get("datetime")),
        "amount": amount(properties),
        "properties": sorted((key, value) for key, value in properties.items() if not key.startswith("$")),
        "own": sorted((key, value) for key, value in properties.items() if key.startswith("$")),
    }
    return detail(request, template="events/detail.html", context=context)


@account_page
def create(request: HttpRequest, account: Account) -> HttpResponse:
    """Record an event by hand: the form, then the question with what follows from it (`sure` is its yes)."""
    asked = {name: request.GET[name] for name in ("metric", "email") if name in request.GET}
    form = EventForm(request.POST or None, initial={"currency": account.currency, **asked})
    context = {
        "title": _("Record an event"),
        "lead": _("You are asked once more before it is recorded. It shows up within a minute."),
        "button": _("Look at it first"),
        "back": address("events", account),
        "metrics": [name for _id, name in metric_choices(account)],
    }
    if "change" in request.POST:
        return show(request, "events/form.html", {**context, **BARE, "form": form, "form_token": new_token()})
    if request.method == "POST" and "sure" not in request.POST and form.is_valid():
        return show(request, "events/sure.html", _question(account, form))
    return editing(
        request,
        template="events/form.html",
        form=form,
        save=lambda: services.create_event(
            account,
            client=client_for(account),
            by=request.user,  # type: ignore[arg-type]
            values=form.cleaned_data,
        ),
        done=lambda _made: address("events", account),
        said=_("Recorded. It may take a minute until it shows here."),
        context=context,
    )


def _question(account: Account, form: EventForm) -> dict[str, Any]:
    """What is asked before the event of a valid form is recorded."""
    values = form.cleaned_data
    person = next(values[name] for name in services.PERSON if values[name])
    amount_ = "" if values["value"] is None else f"{values['value']:,.2f} {values['currency']}".strip()
    return {
        "title": _("Record this event?"),
        "question": asking.in_words([person], [values["metric"]], 1),
        "consequences": asking.consequences(account, [values["metric"]]),
        "facts": [
            (_("Metric"), values["metric"]),
            *((form.fields[name].label, values[name]) for name in services.PERSON if values[name]),
            (_("When"), values["time"]),
            (_("Value"), amount_),
            *sorted(values["properties"].items()),
        ],
        # What was typed, for the yes and for "Change it"; the moment too, so that "now" stays what was shown.
        "typed": {**{name: form[name].value() for name in form.fields}, "time": timezone.localtime(values["time"])},
        "back": address("events", account),
        "form_token": new_token(),
    }


@require_GET
@account_page
def of_profile(request: HttpRequest, account: Account, profile_id: str) -> HttpResponse:
    """A person's timeline, the newest first, as a part of the profile's page; ?at= goes on from a cursor."""
    context: dict[str, Any] = {"profile_id": profile_id, "rows": [], "next": "", "problem": None}
    metrics = dict(metric_choices(account))
    query = Query(filter=equals("profile_id", profile_id), include=("metric",), sort="-datetime")
    try:
        rows = LiveRows(
            client_for(account), "get_events", lambda one: _row(one, metrics), query=query, size=ON_A_PROFILE
        )
        page = rows.page(table=Table(COLUMNS, "metric"), sort="", cursor=request.GET.get("at", ""), q="")
        context |= {"rows": page.rows, "next": page.next}
    except GatewayError as error:
        context["problem"] = error
    return show(request, "events/of_profile.html", context)
