"""Pages of segments: the table, one of them, its people, star, delete, bulk."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
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
from klaviyo_app.gateway.errors import GatewayError
from klaviyo_app.mirror.sync import age
from klaviyo_app.pages import Column, MirrorRows, Table, confirming, deleted, detail, listing
from klaviyo_app.pages import show as draw
from klaviyo_app.pages.live import live_listing
from klaviyo_app.pages.once import see_other
from klaviyo_app.pages.statuses import Pill
from klaviyo_app.resources.bulk_deleting import ask_deletion, delete_verb, freeze_ticked
from klaviyo_app.resources.bulk_tagging import tag_verb
from klaviyo_app.resources.counting import looked_at
from klaviyo_app.resources.lists.people_views import asked_of, person_of, table_of
from klaviyo_app.resources.lists.uses import consequences, uses_of, with_flows
from klaviyo_app.resources.segments import services
from klaviyo_app.resources.segments.models import Segment
from klaviyo_app.resources.segments.names import names_of
from klaviyo_app.resources.segments.words import in_words

COLUMNS = (
    Column("name", gettext_lazy("Name"), sort="name_key"),
    Column("state", gettext_lazy("State"), cell="status", sort="is_active", narrow=True),
    Column("is_starred", gettext_lazy("Starred"), cell="yes_no", sort="is_starred", narrow=True),
    Column("profile_count", gettext_lazy("People"), cell="number", sort="profile_count", align="end"),
    Column("updated_at", gettext_lazy("Changed"), cell="when", sort="updated_at"),
    Column("created_at", gettext_lazy("Made"), cell="when", sort="created_at", narrow=True),
)
VALUES = ("klaviyo_id", "name", "is_active", "is_processing", *(one.name for one in COLUMNS[2:]))
COUNTING = Pill(gettext_lazy("being counted"), "info", "loader")
ACTIVE = Pill(gettext_lazy("active"), "good", "circle-check")
INACTIVE = Pill(gettext_lazy("not active"), "neutral", "player-pause")


def address(name: str, account: Account, **ids: Any) -> str:
    """The address of a segment page."""
    return reverse(name, kwargs={"account_id": account.pk, **ids})


def row_of(account: Account, klaviyo_id: str) -> Segment:
    """The mirrored segment, or 404."""
    return get_object_or_404(Segment, klaviyo_id=klaviyo_id, account=account, gone_at=None)


def acting(request: HttpRequest, account: Account) -> dict[str, Any]:
    """Who does it, by which client, when."""
    return {"client": client_for(account), "by": request.user, "now": timezone.now()}


def pill_of(*, is_active: bool, is_processing: bool) -> Pill:
    """The state of a segment as it is shown."""
    if not is_active:
        return INACTIVE
    return COUNTING if is_processing else ACTIVE


def rows_of(account: Account) -> MirrorRows:
    """All segments of the account."""
    return MirrorRows(Segment.objects.filter(account=account, gone_at=None), values=VALUES, finish=_with_state)


def _with_state(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        row["state"] = pill_of(is_active=row["is_active"], is_processing=row["is_processing"])


@require_GET
@account_page
def index(request: HttpRequest, account: Account) -> HttpResponse:
    """All segments."""
    base = address("segments", account)
    table = Table(COLUMNS, "-updated_at", row_url=lambda row: f"{base}{row['klaviyo_id']}/")
    context = {"kind": "segment", "age": age(account, "segment")}
    rows, verbs = rows_of(account), (tag_verb(account, Segment), delete_verb(account, Segment))
    return listing(request, template="segments/index.html", rows=rows, table=table, verbs=verbs, context=context)


@require_GET
@account_page
def show(request: HttpRequest, account: Account, klaviyo_id: str) -> HttpResponse:
    """One segment from the mirror: definition in words, facts, what hangs on it; its people by a part of their own."""
    return _shown(request, account, row_of(account, klaviyo_id))


@require_GET
@account_page
def state(request: HttpRequest, account: Account, klaviyo_id: str) -> HttpResponse:
    """The same as Klaviyo has it now; the page asks for it while the segment is being counted."""
    row, problem = row_of(account, klaviyo_id), None
    try:
        row = services.read_state(row, client=client_for(account), now=timezone.now())
    except GatewayError as error:
        problem = error
    return _shown(request, account, row, problem)


def _shown(request: HttpRequest, account: Account, row: Segment, problem: GatewayError | None = None) -> HttpResponse:
    context = {
        "row": row,
        "problem": problem,
        "pill": pill_of(is_active=row.is_active, is_processing=row.is_processing),
        "groups": in_words(row.attributes.get("definition"), names_of(account)),
        "uses": uses_of(account, row.klaviyo_id),
    }
    return detail(request, template="segments/detail.html", context=context)


@require_GET
@account_page
def count(request: HttpRequest, account: Account, klaviyo_id: str) -> HttpResponse:
    """How many people are in it."""
    again = bool(request.GET.get("again"))
    row, problem = looked_at(row_of(account, klaviyo_id), lambda: client_for(account), now=timezone.now(), again=again)
    return draw(request, "lists/count.html", {"row": row, "problem": problem, "again": f"{request.path}?again=1"})


@require_GET
@account_page
def people(request: HttpRequest, account: Account, klaviyo_id: str) -> HttpResponse:
    """The people of a segment from Klaviyo, a page at a time."""
    row = row_of(account, klaviyo_id)
    return live_listing(
        request,
        account,
        template="segments/people.html",
        operation="get_profiles_for_segment",
        path={"id": row.klaviyo_id},
        row_of=person_of,
        query=asked_of(request),
        table=table_of(account),
        context={"row": row},
    )


@require_POST
@account_page
def star(request: HttpRequest, account: Account, klaviyo_id: str) -> HttpResponse:
    """Put a star on it, or take it off."""
    row = row_of(account, klaviyo_id)
    try:
        services.star_segment(row, **acting(request, account), is_starred=bool(request.POST.get("starred")))
    except GatewayError as error:
        messages.error(request, f"{error.sentence} {error.next_step}")
    return see_other(address("segment", account, klaviyo_id=klaviyo_id))


@account_page
def delete(request: HttpRequest, account: Account, klaviyo_id: str) -> HttpResponse:
    """Ask, say what hangs on it, delete."""
    row = row_of(account, klaviyo_id)
    client = client_for(account) if account.connected and request.method == "GET" else None
    uses, flows_known = with_flows(uses_of(account, klaviyo_id), client, row)
    return confirming(
        request,
        act=lambda: services.delete_segment(row, **acting(request, account)),
        done=lambda _done: address("segments", account),
        said=deleted(row.name),
        context={
            "title": _("Delete %(name)s") % {"name": row.name},
            "question": _("Delete this segment? The people in it stay in Klaviyo."),
            "consequences": consequences(uses, flows_known=flows_known),
            "button": _("Delete the segment"),
            "back": address("segment", account, klaviyo_id=klaviyo_id),
        },
    )


@require_POST
@account_page
def bulk(request: HttpRequest, account: Account) -> HttpResponse:
    """Freeze what is ticked, then ask."""
    return freeze_ticked(request, account, model=Segment, rows=rows_of(account))


@account_page
def bulk_delete(request: HttpRequest, account: Account, selection_id: int) -> HttpResponse:
    """Ask about the frozen selection, then delete it by a job."""
    return ask_deletion(
        request,
        account,
        selection_id,
        model=Segment,
        plan=services.plan_deletion,
        title=_("Delete segments"),
        question=lambda count: ngettext("Delete %(num)s segment?", "Delete %(num)s segments?", count) % {"num": count},
    )
