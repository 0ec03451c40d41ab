"""Profiles from a file: choose it, say what its columns are, look at the plan, import them as a job."""

from __future__ import annotations

import math
from typing import Any, cast
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from dashboard.jinja_filters import spelled
from klaviyo_app.accounts.clients import client_for
from klaviyo_app.accounts.models import Account
from klaviyo_app.accounts.rights import account_page
from klaviyo_app.gateway.catalogue import OPERATIONS
from klaviyo_app.pages import confirming, from_file
from klaviyo_app.pages.cells import Calendar
from klaviyo_app.pages.from_file import Found, draft_of
from klaviyo_app.pages.mapping import MappingForm
from klaviyo_app.pages.once import see_other
from klaviyo_app.resources.lists.models import KlaviyoList
from klaviyo_app.resources.lists.uses import with_flows
from klaviyo_app.resources.profiles import importing
from klaviyo_app.resources.profiles.from_file import PERSON, TARGETS, profiles_of
from klaviyo_app.resources.profiles.import_forms import ColumnsForm
from klaviyo_app.resources.profiles.views import address

KIND = "profiles"
MOST_ROWS = 50_000
SHOWN = 5


def _choosing(account: Account) -> dict[str, Any]:
    return {
        "title": _("Import profiles from a file"),
        "lead": _(
            "People whom Klaviyo knows are changed, the others are made. An import is no consent: it subscribes nobody."
        ),
        "back": address("profiles", account),
        "action": address("profile-import", account),
        "expected": [
            (["email", "phone", "external_id"], _("Who it is; one of them is needed.")),
            (["first_name", "last_name", "organization", "title", "locale"], _("What is known of the person.")),
            (["address1", "city", "region", "zip", "country", "timezone"], _("Where the person is.")),
        ],
    }


@account_page
def upload(request: HttpRequest, account: Account) -> HttpResponse:
    """Choose a file."""
    return from_file.choosing(
        request,
        draft_of(request, account, KIND),
        onward=lambda token: address("profile-import-columns", account, token=token),
        context=_choosing(account),
        most_rows=MOST_ROWS,
    )


@account_page
def columns(request: HttpRequest, account: Account, token: str) -> HttpResponse:
    """Say what the columns are, and which list the people are put into."""
    draft = draft_of(request, account, KIND, token)
    sheet = draft.sheet
    if sheet is None:
        return from_file.gone(request, draft, _choosing(account), most_rows=MOST_ROWS)
    form = ColumnsForm(account=account, sheet=sheet, targets=TARGETS, **from_file.posted(request, draft))

    def understand(form: MappingForm) -> Found:
        calendar = form.calendar_of(Calendar(ZoneInfo(account.time_zone)))
        found = profiles_of(sheet.rows, form.meanings(), calendar=calendar)
        parts = importing.parts_of(found.good)
        return Found(found.good, found.wrong, {"into": form.cleaned_data["into"], "parts": parts})

    return from_file.mapping(
        request,
        draft,
        form,
        understand=understand,
        onward=address("profile-import-look", account, token=token),
        context={
            "title": _("What the columns are"),
            "lead": _("Each row becomes one profile. An empty cell takes nothing away that Klaviyo has."),
            "back": address("profile-import", account),
        },
    )


@account_page
def look(request: HttpRequest, account: Account, token: str) -> HttpResponse:
    """The plan; the yes makes the job."""
    draft = draft_of(request, account, KIND, token)
    found = draft.found
    if found is None:
        return from_file.gone(request, draft, _choosing(account), most_rows=MOST_ROWS)
    into, calls = str(found.more["into"]), importing.calls_of(found.more["parts"])
    if request.method == "POST" and not found.good:
        return see_other(address("profile-import-columns", account, token=token))

    def act() -> str:
        by = cast("Any", request.user)
        job = importing.plan_import(account, rows=found.good, name=draft.name, into=into, calls=calls, by=by)
        return draft.done(address("job", account, job_id=job.pk))

    num = {"num": f"{len(found.good):,}"}
    question = ngettext("Import %(num)s profile?", "Import %(num)s profiles?", len(found.good))
    button = ngettext("Import %(num)s profile", "Import %(num)s profiles", len(found.good))
    return confirming(
        request,
        template="pages/file_look.html",
        act=act,
        done=str,
        context={
            "title": _("Import the profiles of %(name)s?") % {"name": draft.name},
            "question": question % num,
            "consequences": [
                *([from_file.left_out(found.wrong)] if found.wrong else ()),
                _("People whom Klaviyo knows are changed where the file says something else; the others are made."),
                *(_about_list(account, into) if into and request.method != "POST" else ()),
                _("Nobody is subscribed by it: an import is no consent to get mail."),
                _effort(found.more["parts"], calls),
            ],
            "button": button % num,
            "back": address("profile-import-columns", account, token=token),
            "danger": False,
            "form_token": token,  # the draft's own: however often it is shown, one yes counts
            **_first(found),
            **from_file.shown_wrong(found, address("profile-import-wrong", account, token=token)),
        },
    )


def _about_list(account: Account, into: str) -> list[str]:
    """Where the people are put, and which live flows start from that."""
    row = KlaviyoList.objects.filter(account=account, klaviyo_id=into, gone_at=None).first()
    if row is None:
        return [_("The list is gone; choose another one.")]
    said = [_("All of them are put into the list %(name)s.") % {"name": row.name}]
    uses, known = with_flows((), client_for(account) if account.connected else None, row)
    names = ", ".join(use.name for use in uses if use.status == "live")
    if names:
        said.append(_("Coming in starts: %(flows)s.") % {"flows": names})
    elif not known:
        said.append(_("Klaviyo could not be asked which flows start from the list."))
    return said


def _effort(parts: int, calls: int) -> str:
    """How much it asks of Klaviyo, in calls and in minutes of what the account may ask for."""
    minutes = max(math.ceil(calls / OPERATIONS["bulk_import_profiles"].limit.steady), 1)
    imports = ngettext("%(num)s import of Klaviyo's", "%(num)s imports of Klaviyo's", parts) % {"num": parts}
    asked = ngettext("about %(num)s call", "about %(num)s calls", calls) % {"num": calls}
    within = ngettext(
        "Klaviyo's limits let them through within %(num)s minute; the importing itself takes Klaviyo some minutes.",
        "Klaviyo's limits let them through within %(num)s minutes; the importing itself takes Klaviyo some minutes.",
        minutes,
    )
    return f"{imports}, {asked}. {within % {'num': minutes}}"


def _first(found: Found) -> dict[str, Any]:
    """The first profiles as a table: a column for each thing that any of them has."""
    shown = [_flat(payload["attributes"]) for _key, payload in found.good[:SHOWN]]
    labels = {one.name: one.label for one in TARGETS}
    names = sorted({name for one in shown for name in one}, key=lambda name: (name not in PERSON, name not in labels))
    rows = [tuple(one.get(name, "") for name in names) for one in shown]
    return {"heads": [labels.get(name, name.removeprefix("property:")) for name in names], "rows": rows}


def _flat(attributes: dict[str, Any]) -> dict[str, str]:
    inner = {**(attributes.get("location") or {})}
    inner |= {f"property:{name}": spelled(value) for name, value in (attributes.get("properties") or {}).items()}
    return {**{name: one for name, one in attributes.items() if isinstance(one, str)}, **inner}


@require_GET
@account_page
def wrong(request: HttpRequest, account: Account, token: str) -> HttpResponse:
    """The rows that cannot be profiles, as a file."""
    return from_file.wrong_rows(draft_of(request, account, KIND, token))
