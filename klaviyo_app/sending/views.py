"""Pages of sends: ask, follow, list. They only ask and show; what happens is in services and in the protocol."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from klaviyo_app.accounts.clients import client_for
from klaviyo_app.accounts.models import Account
from klaviyo_app.accounts.rights import account_page
from klaviyo_app.gateway.errors import GatewayError
from klaviyo_app.pages.once import new_token, once
from klaviyo_app.pages.showing import show, status_of
from klaviyo_app.resources.campaigns.estimates import read_estimate
from klaviyo_app.resources.campaigns.models import Campaign
from klaviyo_app.sending import planning, services, states, taking_back, words
from klaviyo_app.sending.audience import named
from klaviyo_app.sending.content import Content, read_content
from klaviyo_app.sending.forms import SendForm
from klaviyo_app.sending.models import SendIntent
from klaviyo_app.sending.policy import Policy, policy_of
from klaviyo_app.sending.services import CannotSend, LooksAlike, Wish

SHOWN = 200


def status_url(intent: SendIntent) -> str:
    """Where a send is followed."""
    return reverse("send-status", kwargs={"account_id": intent.account_id, "send_id": intent.pk})


def about(intent: SendIntent) -> dict[str, Any]:
    """What every template of a send needs."""
    return {
        "intent": intent,
        "words": words.STATE[intent.state],
        "reason": words.REASON.get(intent.reason, intent.reason),
        "alarm": words.REASON.get(intent.alarm, intent.alarm),
        "moving": intent.state in states.SWEPT,
        "policy": policy_of(intent.account.team_id),
    }


@account_page
def index(request: HttpRequest, account: Account) -> HttpResponse:
    """Sends of the account, the newest first; ?state= narrows."""
    wanted = request.GET.get("state", "")
    rows = SendIntent.objects.select_related("requested_by").order_by("-requested_at")
    if wanted == "live":
        rows = rows.filter(state__in=states.LIVE)
    elif wanted in words.STATE:
        rows = rows.filter(state=wanted)
    listed = [{"intent": one, "words": words.STATE[one.state], "url": status_url(one)} for one in rows[:SHOWN]]
    context = {
        "rows": listed,
        "wanted": wanted,
        "states": words.STATE,
        "policy": policy_of(account.team_id),
        "shown": SHOWN,
    }
    return show(request, "sending/index.html", context)


@account_page
def panel(request: HttpRequest, _account: Account, campaign_id: str) -> HttpResponse:
    """A campaign page's part about its send: the live one, else the last one, else the way to one."""
    last = SendIntent.objects.select_related("account").filter(campaign_id=campaign_id).order_by("-pk").first()
    row = Campaign.objects.filter(klaviyo_id=campaign_id).first()
    context: dict[str, Any] = {
        "campaign_id": campaign_id,
        "intent": None,
        "moving": False,
        "draft": row is None or row.draft,
    }
    if last is not None:
        context |= {**about(last), "status_url": status_url(last)}
    return show(request, "sending/panel.html", context)


@account_page
def ask(request: HttpRequest, account: Account, campaign_id: str) -> HttpResponse:
    """What would leave, to whom and when; and the question. POST asks for the send."""
    if found := services.live_send(account, campaign_id):
        return once(request, lambda: status_url(found), fall_back=status_url(found))
    try:
        client = client_for(account)
        content = read_content(client, campaign_id)
        estimate = read_estimate(client, campaign_id).count
    except GatewayError as error:
        context = {"problem": error, "content": None, "campaign_id": campaign_id}
        return show(request, "sending/ask.html", context, status=status_of(error))
    posted = request.POST if request.method == "POST" else None
    policy = policy_of(account.team_id)
    form = SendForm(
        posted,
        initial={
            "seen": content.digest,
            "approver": approver_of(policy, estimate),
            "undo": (estimate or 0) > policy.second_person_above,
        },
        immediate=content.strategy.get("method") == "immediate",
        alike="alike" in request.POST,
    )
    context = _asked(account, content, estimate, form)
    if posted is None or not form.is_valid():
        return show(request, "sending/ask.html", context, status=200 if posted is None else 422)
    return _request(request, account, context, form)


def _request(request: HttpRequest, account: Account, context: dict[str, Any], form: SendForm) -> HttpResponse:
    """A valid form: ask for the send, or show why not."""
    data, content, estimate = form.cleaned_data, context["content"], context["estimate"]
    wish = Wish(data["seen"], data["latest_hours"], data.get("undo", False), data.get("alike_confirmed", False))

    def act() -> str:
        if data["approver"] != approver_of(context["policy"], estimate):
            raise CannotSend(_("The number of recipients has changed since you opened this page."))
        return status_url(
            services.request_send(account, content=content, estimate=estimate, wish=wish, by=request.user)  # type: ignore[arg-type]
        )

    try:
        return once(request, act, fall_back=request.path)
    except LooksAlike as error:
        return _look_again(request, {**context, "alike": True}, form, str(error), field="alike_confirmed")
    except CannotSend as error:
        return _look_again(request, context, form, str(error))


def approver_of(policy: Policy, estimate: int | None) -> str:
    """Who has to approve: the form carries what it showed, so that nobody sends who meant to ask."""
    return "another" if policy.needs_second_person(estimate) else "asker"


def _look_again(
    request: HttpRequest, context: dict[str, Any], form: SendForm, problem: str, field: str | None = None
) -> HttpResponse:
    """The question anew, as things are now, with everything that was chosen and why it is asked again."""
    now = {"seen": context["content"].digest, "approver": approver_of(context["policy"], context["estimate"])}
    fresh = SendForm({**request.POST.dict(), **now}, immediate="undo" in form.fields, alike=field is not None)
    fresh.full_clean()
    fresh.add_error(field, problem)
    return show(request, "sending/ask.html", {**context, "form": fresh}, status=409)


def _facts(account: Account, content: Content) -> dict[str, Any]:
    """What would leave, to whom and when, in words."""
    return {
        "content": content,
        "campaign_id": content.campaign_id,
        "included": named(account, content.audience["included"]),
        "excluded": named(account, content.audience["excluded"]),
        "strategy": planning.plan_of(content.strategy),
        "misses_some": planning.misses_some(content.strategy, timezone.now()),
    }


def _asked(account: Account, content: Content, estimate: int | None, form: SendForm) -> dict[str, Any]:
    policy = policy_of(account.team_id)
    return {
        **_facts(account, content),
        "problem": None,
        "estimate": estimate,
        "undo": False,
        "second_person": policy.needs_second_person(estimate),
        "policy": policy,
        "form": form,
        "form_token": new_token(),
        "alike": False,
    }


@account_page
def status(request: HttpRequest, account: Account, send_id: int) -> HttpResponse:
    """One send, followed to its end; asks our database again only while it moves."""
    intent: SendIntent = get_object_or_404(
        SendIntent.objects.select_related("account", "requested_by", "approved_by"), pk=send_id
    )
    events = [
        {"at": one.at, "words": words.EVENT.get(one.event, one.event), "by": one.by, "note": one.note}
        for one in intent.events.select_related("by").order_by("pk")
    ]
    context = {
        **about(intent),
        "events": events,
        "attempts": list(intent.attempts.order_by("fence")),
        "included": named(account, intent.audience.get("included", [])),
        "form_token": new_token(),
        "may_approve": intent.state == states.REQUESTED and services.is_second_person(intent, request.user),  # type: ignore[arg-type]
        "may_cancel": intent.state in states.CANCELLABLE,
        "may_take_back": intent.state in {states.ACCEPTED, states.SENDING},
        "may_decide": intent.state == states.NEEDS_HUMAN,
    }
    return show(request, "sending/status.html", context)


@account_page
def approve(request: HttpRequest, account: Account, send_id: int) -> HttpResponse:
    """The second person's look at the same mail, and the yes."""
    intent: SendIntent = get_object_or_404(SendIntent.objects.select_related("account__team"), pk=send_id)
    context: dict[str, Any] = {**about(intent), "problem": None, "refused": "", "form_token": new_token()}
    try:
        content = read_content(client_for(account), intent.campaign_id)
    except GatewayError as error:
        return show(request, "sending/approve.html", {**context, "problem": error, "content": None}, status_of(error))
    undo = bool(intent.strategy.get("undo"))
    context |= {**_facts(account, content), "estimate": intent.estimate, "undo": undo}
    if request.method != "POST":
        return show(request, "sending/approve.html", context)

    def act() -> str:
        services.approve(intent, content=content, seen=request.POST.get("seen", ""), by=request.user)  # type: ignore[arg-type]
        return status_url(intent)

    try:
        return once(request, act, fall_back=status_url(intent))
    except CannotSend as error:
        return show(request, "sending/approve.html", {**context, "refused": str(error)}, status=409)


@account_page
@require_POST
def cancel(request: HttpRequest, _account: Account, send_id: int) -> HttpResponse:
    """Cancel before it left."""
    intent: SendIntent = get_object_or_404(SendIntent.objects.select_related("account__team"), pk=send_id)
    try:
        services.withdraw(intent, by=request.user)  # type: ignore[arg-type]
    except CannotSend as error:
        messages.error(request, str(error))
    return once(request, lambda: status_url(intent), fall_back=status_url(intent))


@account_page
@require_POST
def take_back(request: HttpRequest, _account: Account, send_id: int) -> HttpResponse:
    """Revert or cancel at Klaviyo."""
    intent: SendIntent = get_object_or_404(SendIntent.objects.select_related("account__team"), pk=send_id)
    action = request.POST.get("action", "")
    if action not in {"revert", "cancel"}:
        raise PermissionDenied
    try:
        if not taking_back.take_back(intent, action, by=request.user):  # type: ignore[arg-type]
            messages.warning(request, _("Klaviyo took the wish, but the campaign still goes on. Look again shortly."))
    except CannotSend as error:
        messages.error(request, str(error))
    except GatewayError as error:
        messages.error(request, f"{error.sentence} {error.next_step} {error.detail}")
    return once(request, lambda: status_url(intent), fall_back=status_url(intent))
