"""Events from a file: choose it, say what its columns are, look at what was understood, record them as a job."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from dashboard.jinja_filters import spelled, when
from klaviyo_app.accounts.models import Account
from klaviyo_app.accounts.rights import account_page
from klaviyo_app.pages import confirming, from_file
from klaviyo_app.pages.cells import Calendar
from klaviyo_app.pages.from_file import Found, draft_of
from klaviyo_app.pages.mapping import MappingForm
from klaviyo_app.pages.once import see_other
from klaviyo_app.resources.events import asking, recording
from klaviyo_app.resources.events.finding import metric_choices
from klaviyo_app.resources.events.forms import ColumnsForm
from klaviyo_app.resources.events.from_file import TARGETS, events_of
from klaviyo_app.resources.events.views import address

KIND = "events"
SHOWN = 5


def _choosing(account: Account) -> dict[str, Any]:
    zone = _("Such as 2026-08-01 14:30, in the account's time zone (%(zone)s) where it names none. Empty: now.")
    return {
        "title": _("Events from a file"),
        "lead": _("Nothing is recorded before you have seen what was understood."),
        "back": address("events", account),
        "action": address("event-file", account),
        "expected": [
            (["metric"], _("The metric's name.")),
            (["email", "phone", "external_id"], _("Who it was; one of them is needed.")),
            (["time"], zone % {"zone": account.time_zone}),
            (["value", "currency"], _("Such as 49.90 and EUR.")),
            (["unique_id"], _("Your own number of the event: the same one counts once, however often it is sent.")),
        ],
    }


@account_page
def upload(request: HttpRequest, account: Account) -> HttpResponse:
    """Choose a file."""
    return from_file.choosing(
        request,
        draft_of(request, account, KIND),
        onward=lambda token: address("event-file-columns", account, token=token),
        context=_choosing(account),
    )


@account_page
def columns(request: HttpRequest, account: Account, token: str) -> HttpResponse:
    """Say what the columns are."""
    draft = draft_of(request, account, KIND, token)
    sheet = draft.sheet
    if sheet is None:
        return from_file.gone(request, draft, _choosing(account))
    form = ColumnsForm(sheet=sheet, targets=TARGETS, **from_file.posted(request, draft))

    def understand(form: MappingForm) -> Found:
        calendar = form.calendar_of(Calendar(ZoneInfo(account.time_zone)))
        metric = form.cleaned_data["metric"]
        return events_of(sheet.rows, form.meanings(), metric=metric, now=timezone.now(), calendar=calendar)

    return from_file.mapping(
        request,
        draft,
        form,
        understand=understand,
        onward=address("event-file-look", account, token=token),
        context={
            "title": _("What the columns are"),
            "lead": _("Each row becomes one event. Empty cells are passed over."),
            "back": address("event-file", account),
            "metrics": [name for _id, name in metric_choices(account)],
        },
    )


@account_page
def look(request: HttpRequest, account: Account, token: str) -> HttpResponse:
    """What would be recorded; the yes plans the job."""
    draft = draft_of(request, account, KIND, token)
    found = draft.found
    if found is None:
        return from_file.gone(request, draft, _choosing(account))
    if request.method == "POST" and not found.good:
        return see_other(address("event-file-columns", account, token=token))

    def act() -> str:
        by = cast("Any", request.user)
        job = recording.plan_events(account, rows=found.good, name=draft.name, by=by)
        return draft.done(address("job", account, job_id=job.pk))

    metrics = {_metric(payload) for _key, payload in found.good}
    people = {key for key, _payload in found.good}
    zone = {"zone": account.time_zone}
    button = ngettext("Record %(num)s event", "Record %(num)s events", len(found.good))
    return confirming(
        request,
        template="pages/file_look.html",
        act=act,
        done=str,
        context={
            "title": _("Record the events of %(name)s?") % {"name": draft.name},
            "question": asking.in_words(people, metrics, len(found.good)),
            "consequences": [
                *([from_file.left_out(found.wrong)] if found.wrong else ()),
                *(asking.consequences(account, metrics) if request.method != "POST" else ()),
            ],
            "button": button % {"num": f"{len(found.good):,}"},
            "back": address("event-file-columns", account, token=token),
            "heads": [_("Metric"), _("Person"), _("When (%(zone)s)") % zone, _("Value"), _("Properties")],
            "rows": [_shown(key, payload, account) for key, payload in found.good[:SHOWN]],
            "danger": False,
            "form_token": token,  # the draft's own: however often it is shown, one yes counts
            **from_file.shown_wrong(found, address("event-file-wrong", account, token=token)),
        },
    )


@require_GET
@account_page
def wrong(request: HttpRequest, account: Account, token: str) -> HttpResponse:
    """The rows that cannot be events, as a file."""
    return from_file.wrong_rows(draft_of(request, account, KIND, token))


def _metric(payload: dict[str, Any]) -> str:
    return str(payload["event"]["metric"]["data"]["attributes"]["name"])


def _shown(key: str, payload: dict[str, Any], account: Account) -> tuple[str, ...]:
    event = payload["event"]
    value = f"{event['value']:,.2f} {event.get('value_currency', '')}".strip() if "value" in event else ""
    properties = ", ".join(f"{name}: {spelled(one)}" for name, one in event["properties"].items())
    at = when(datetime.fromisoformat(event["time"]), account.time_zone)
    return _metric(payload), key, at, value, properties
