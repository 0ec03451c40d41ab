"""Connect, reconnect, adopt, disconnect. The first tab follows our rows; the second one is the person's at Klaviyo."""

from __future__ import annotations

import re
from typing import Any
from zlib import crc32

from django.contrib import messages
from django.db.models import Max
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import resolve, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from dashboard.teams.models import Member
from klaviyo_app.accounts.models import Account
from klaviyo_app.accounts.rights import account_page, team_page
from klaviyo_app.connecting import services, states
from klaviyo_app.connecting.models import Attempt
from klaviyo_app.connecting.stops import what_stops
from klaviyo_app.connecting.words import WORDS
from klaviyo_app.gateway.errors import GatewayError, NotConnected
from klaviyo_app.pages import confirming, show
from klaviyo_app.pages.once import new_token, once, see_other

LONGEST_NUMBER = 16
STEPS = ((states.INTENDED, states.ASKED), (states.WAITING, states.TIMED_OUT), (states.AUTHORISED, states.CHECKED))


def address(member: Member, name: str, **ids: Any) -> str:
    """The address of a page of the team."""
    return reverse(name, kwargs={"slug": member.team.slug, **ids})


def _attempt(member: Member, attempt_id: int) -> Attempt:
    return get_object_or_404(
        Attempt.objects.select_related("team", "account", "asked_by"), pk=attempt_id, team=member.team
    )


@team_page
def connect(request: HttpRequest, member: Member) -> HttpResponse:
    """GET: the card that says what will be asked. POST (into a new tab): begin, and go on to Klaviyo's page."""
    if request.method != "POST":
        attempts = Attempt.objects.filter(team=member.team, state__in=states.OPEN).order_by("-pk")[:5]
        values = {"attempts": [(one, WORDS[one.state][0]) for one in attempts], "form_token": new_token()}
        return show(request, "connecting/connect.html", {**values, "newest": newest(member)})
    return _begin(request, member, None)


def newest(member: Member) -> int:
    """The number of the person's newest attempt: the first tab waits for one that is newer."""
    return Attempt.objects.filter(team=member.team, asked_by=member.user).aggregate(most=Max("pk"))["most"] or 0


def _begin(request: HttpRequest, member: Member, account: Account | None) -> HttpResponse:
    """One attempt a press: a second press goes on with the first's (the form's token says so), with a fresh link."""

    def begin() -> str:
        made = services.begin(member.team, by=member.user, account=account)
        return address(member, "connect-attempt", attempt_id=made.pk)

    answer = once(request, begin, fall_back=address(member, "connect"))
    led_to = answer.get("Location") or answer.get("HX-Redirect") or "/"
    attempt_id = int(resolve(led_to).kwargs.get("attempt_id", 0))
    attempt = Attempt.objects.filter(team=member.team, pk=attempt_id, state__in=states.OPEN).first()
    if attempt is None:  # the first press's has ended meanwhile
        attempt = services.begin(member.team, by=member.user, account=account)
    attempt = services.go_on(attempt.pk)
    services.ring(attempt)
    return _to_link(request, member, attempt)


def _to_link(request: HttpRequest, member: Member, attempt: Attempt) -> HttpResponse:
    here = address(member, "connect-attempt", attempt_id=attempt.pk)
    try:
        answer = HttpResponseRedirect(services.link_of(attempt))
    except services.BadLink as error:
        text = _("Maton's link leads to %(host)s, which this installation does not allow (MATON_CONNECT_HOSTS).")
        messages.error(request, text % {"host": error})
        return see_other(here)
    except GatewayError:
        return see_other(here)
    answer.status_code = 303
    answer["Cache-Control"] = "no-store"
    answer["Referrer-Policy"] = "no-referrer"
    return answer


@require_GET
@team_page
def latest(request: HttpRequest, member: Member) -> HttpResponse:
    """The first tab after the button was pressed: on to this person's attempt that is newer than `after`."""
    after = request.GET.get("after", "")
    least = int(after) if after.isdecimal() and len(after) < LONGEST_NUMBER else 0
    attempts = Attempt.objects.filter(team=member.team, asked_by=member.user, state__in=states.OPEN)
    mine = attempts.filter(pk__gt=least).order_by("-pk").first()
    if mine is None:
        return show(request, "connecting/waiting.html", {})
    answer = see_other(address(member, "connect-attempt", attempt_id=mine.pk))
    if request.headers.get("HX-Request"):
        answer = HttpResponse(status=204, headers={"HX-Redirect": answer["Location"]})
    return answer


@require_GET
@team_page
def attempt_page(request: HttpRequest, member: Member, attempt_id: int) -> HttpResponse:
    """How the attempt stands, from our row; it asks again by itself while something moves."""
    attempt = _attempt(member, attempt_id)
    if not request.headers.get("HX-Request") or "again" in request.GET:
        services.came_back(attempt)
    moving = attempt.state in states.MOVING or _asks_itself(attempt)
    shown = f"{attempt.state}.{crc32(attempt.detail.encode())}"
    if moving and request.headers.get("HX-Request") and request.GET.get("shown") == shown:
        return HttpResponse(status=204)  # nothing new: what the person has opened or focused stays
    sentence, step = WORDS[attempt.state]
    values = {
        "attempt": attempt,
        "sentence": sentence,
        "next_step": step,
        "moving": moving,
        "shown": shown,
        "stage": next((number for number, both in enumerate(STEPS) if attempt.state in both), 3),
        "states": states,
        "already": services.already(attempt),
        "form_token": new_token(),
    }
    return show(request, "connecting/attempt.html", values)


def _asks_itself(attempt: Attempt) -> bool:
    """Given up and asked once more, or about to be confirmed by itself."""
    return attempt.state in (states.TIMED_OUT, states.CHECKED) and attempt.next_look_at is not None


@require_POST
@team_page
def open_link(request: HttpRequest, member: Member, attempt_id: int) -> HttpResponse:
    """A fresh link of the same attempt, in a new tab."""
    attempt = services.go_on(_attempt(member, attempt_id).pk, look=True)
    services.opened(attempt)
    services.ring(attempt)
    return _to_link(request, member, attempt)


@require_POST
@team_page
def copy_link(request: HttpRequest, member: Member, attempt_id: int) -> HttpResponse:
    """The same link as plain text, for another browser: the page's script copies it and shows it nowhere."""
    attempt = services.go_on(_attempt(member, attempt_id).pk, look=True)
    services.opened(attempt)
    services.ring(attempt)
    answer = _to_link(request, member, attempt)
    link = answer["Location"]
    if link.startswith("/"):
        return answer  # there is none: the attempt's page says why
    return HttpResponse(link, content_type="text/plain; charset=utf-8", headers={"Cache-Control": "no-store"})


@require_POST
@team_page
def look(_request: HttpRequest, member: Member, attempt_id: int) -> HttpResponse:
    """I have finished: ask Maton at once."""
    attempt = _attempt(member, attempt_id)
    if attempt.state in (states.GATEWAY_DOWN, states.KEY_REFUSED):
        services.again(attempt)
    services.ring(services.go_on(attempt.pk, look=True))
    return see_other(address(member, "connect-attempt", attempt_id=attempt.pk))


@require_POST
@team_page
def confirm(request: HttpRequest, member: Member, attempt_id: int) -> HttpResponse:
    """Yes, this is the account."""
    attempt = _attempt(member, attempt_id)
    here = address(member, "connect-attempt", attempt_id=attempt.pk)
    if attempt.state == states.IN_USE and attempt.account_id:
        return see_other(reverse("account", kwargs={"account_id": attempt.account_id}))
    if attempt.state != states.CHECKED:
        return see_other(here)
    try:
        account = services.confirm(attempt, by=member.user)
    except NotConnected:
        return see_other(here)  # somebody else was first
    except services.TakenAlready as error:
        messages.error(request, _("%(name)s is connected already; use Reconnect on its page.") % {"name": error})
        services.cancel(attempt, by=member.user)
        return see_other(here)
    messages.success(request, _("Connected: %(name)s") % {"name": account.name})
    services.go_on(attempt.pk)
    return see_other(reverse("account", kwargs={"account_id": account.pk}))


@require_POST
@team_page
def cancel(_request: HttpRequest, member: Member, attempt_id: int) -> HttpResponse:
    """Stop the attempt."""
    attempt = _attempt(member, attempt_id)
    services.cancel(attempt, by=member.user)
    services.go_on(attempt.pk)
    return see_other(address(member, "connect-attempt", attempt_id=attempt.pk))


@team_page
def adopt(request: HttpRequest, member: Member) -> HttpResponse:
    """Connections that Maton has already: shown by the account that answers, used like a new one."""
    if request.method == "POST":
        wanted = request.POST.get("connection", "")
        if not re.fullmatch(r"[\w-]{1,100}", wanted, re.ASCII):  # as Maton gives them; it goes into an address
            raise Http404
        try:
            attempt = services.adopt(member.team, connection_id=wanted, by=member.user)
        except services.TakenAlready:
            messages.error(request, _("That connection is in use already."))
            return see_other(address(member, "connect-adopt"))
        services.ring(services.go_on(attempt.pk))
        return see_other(address(member, "connect-attempt", attempt_id=attempt.pk))
    found, problem = [], None
    try:
        found = services.adoptable(member.team)
    except GatewayError as error:
        problem = error
    return show(request, "connecting/adopt.html", {"found": found, "problem": problem})


@require_POST
@account_page
def reconnect(request: HttpRequest, account: Account) -> HttpResponse:
    """A new connection beside the old one; used when it reaches the same account."""
    return _begin(request, request.member, account)  # type: ignore[attr-defined]


@account_page
def disconnect(request: HttpRequest, account: Account) -> HttpResponse:
    """Ask, say what stops, disconnect."""
    back = reverse("account", kwargs={"account_id": account.pk})
    stops = what_stops(account)
    consequences = [
        _("Our copy, the history and the log stay, and come alive again when the same account is connected."),
        _("Maton deletes its connection; remove the app in Klaviyo too, since that is not promised: Settings, Apps.")
        if services.made_by_us(account)
        else _("The connection was at Maton before; it stays there, since other tools may use it."),
    ]
    if stops.sends:
        text = ngettext("%(num)s send is held.", "%(num)s sends are held.", stops.sends)
        consequences.insert(0, text % {"num": stops.sends})
    if stops.jobs:
        text = ngettext("%(num)s job is held.", "%(num)s jobs are held.", stops.jobs)
        consequences.insert(0, text % {"num": stops.jobs})
    consequences.insert(0, _("Nothing is read any more: tables stay as they are."))
    return confirming(
        request,
        act=lambda: services.disconnect(account, by=request.user),  # type: ignore[arg-type]
        done=lambda _done: back,
        context={
            "title": _("Disconnect %(name)s") % {"name": account.name},
            "question": _("Disconnect this account?"),
            "consequences": consequences,
            "button": _("Disconnect"),
            "back": back,
        },
    )
