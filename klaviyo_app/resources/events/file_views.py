"""Events from a file: upload, look at what was understood, record them as a job."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any, cast

import orjson
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from klaviyo_app.accounts.models import Account
from klaviyo_app.accounts.rights import account_page
from klaviyo_app.pages import confirming, show
from klaviyo_app.pages.once import new_token, see_other
from klaviyo_app.pages.uploads import rows_of
from klaviyo_app.resources.events import recording
from klaviyo_app.resources.events.forms import FileForm
from klaviyo_app.resources.events.from_file import Found, events_of
from klaviyo_app.resources.events.views import address

KEPT_S = 3600  # how long what was uploaded waits for its yes
SHOWN = 50


def _key(request: HttpRequest, account: Account, token: str) -> str:
    return f"events-file:{account.pk}:{request.user.pk}:{token}"


@account_page
def upload(request: HttpRequest, account: Account) -> HttpResponse:
    """Choose a file; what is wrong with its rows is said before anything is recorded."""
    form = FileForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {"form": form, "form_token": new_token(), "wrong": [], "wrong_count": 0}
    if request.method != "POST" or not form.is_valid():
        return show(request, "events/upload.html", context, status=200 if request.method != "POST" else 422)
    file = cast("UploadedFile", form.cleaned_data["file"])
    try:
        rows = rows_of(cast("Any", file))
    except ValidationError as error:
        form.add_error("file", error)
        return show(request, "events/upload.html", context, status=422)
    found = events_of(rows, metric=form.cleaned_data["metric"], now=timezone.now())
    if not found.good or (found.wrong and not form.cleaned_data["leave_out"]):
        context |= {"wrong": found.wrong[:SHOWN], "wrong_count": len(found.wrong)}
        return show(request, "events/upload.html", context, status=422)
    token = _keep(request, account, found, file.name or "")
    return see_other(address("event-file-look", account, token=token))


def _keep(request: HttpRequest, account: Account, found: Found, name: str) -> str:
    """Until the yes, what was understood waits in the cache: a file that nobody confirms leaves nothing behind."""
    token = secrets.token_urlsafe(16)
    kept = {"name": name[:100], "rows": found.good, "wrong": len(found.wrong)}
    cache.set(_key(request, account, token), orjson.dumps(kept), KEPT_S)
    return token


@account_page
def look(request: HttpRequest, account: Account, token: str) -> HttpResponse:
    """What would be recorded; the yes plans the job."""
    data = cache.get(_key(request, account, token))
    if data is None:
        context = {"form": FileForm(), "form_token": new_token(), "wrong": [], "wrong_count": 0, "gone": True}
        return show(request, "events/upload.html", context, status=404 if request.method == "GET" else 409)
    kept = orjson.loads(data)
    rows = [(key, payload) for key, payload in kept["rows"]]

    def act() -> Any:
        job = recording.plan_events(account, rows=rows, name=kept["name"], by=request.user)  # type: ignore[arg-type]
        cache.delete(_key(request, account, token))
        return job

    return confirming(
        request,
        template="events/look.html",
        act=act,
        done=lambda job: address("job", account, job_id=job.pk),
        context={
            "title": _("Record the events of %(name)s?") % {"name": kept["name"]},
            "question": _in_words(rows),
            "consequences": _consequences(kept["wrong"]),
            "button": _("Record them"),
            "back": address("event-file", account),
            "rows": [_shown(key, payload) for key, payload in rows[:5]],
            "danger": False,
        },
    )


def _consequences(wrong: int) -> list[str]:
    found = [_("Events can start flows, and flows can mail these people at once."), _("They cannot be taken back.")]
    if wrong:
        words = ngettext("%(num)s row is wrong and left out.", "%(num)s rows are wrong and left out.", wrong)
        found.append(words % {"num": wrong})
    return found


def _in_words(rows: list[tuple[str, Any]]) -> str:
    people = len({key for key, _payload in rows})
    metrics = sorted({payload["event"]["metric"]["data"]["attributes"]["name"] for _key, payload in rows})
    events = ngettext("%(num)s event", "%(num)s events", len(rows)) % {"num": f"{len(rows):,}"}
    of = ngettext("of %(num)s person", "of %(num)s people", people) % {"num": f"{people:,}"}
    return f"{events} {of}: {', '.join(metrics[:10])}{' …' if len(metrics) > 10 else ''}."


def _shown(key: str, payload: dict[str, Any]) -> dict[str, Any]:
    event = payload["event"]
    value = f"{event['value']:,.2f} {event.get('value_currency', '')}".strip() if "value" in event else ""
    return {
        "person": key,
        "metric": event["metric"]["data"]["attributes"]["name"],
        "at": datetime.fromisoformat(event["time"]),
        "value": value,
        "properties": event["properties"],
    }
