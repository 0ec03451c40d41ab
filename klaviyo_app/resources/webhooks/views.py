"""Pages of webhooks, and the address at which Klaviyo reaches us."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST
from django_scopes import scope, scopes_disabled

from klaviyo_app.accounts.clients import client_for
from klaviyo_app.accounts.models import Account
from klaviyo_app.accounts.rights import account_page
from klaviyo_app.gateway.errors import GatewayError
from klaviyo_app.mirror.absorb import moment
from klaviyo_app.mirror.fingerprint import fingerprint
from klaviyo_app.pages import Column, Table, confirming, deleted, detail, editing, listing
from klaviyo_app.pages.once import once
from klaviyo_app.pages.rows import GivenRows, NoRows, Rows
from klaviyo_app.pages.statuses import Pill
from klaviyo_app.resources.webhooks import receiving, services
from klaviyo_app.resources.webhooks.forms import WebhookForm, in_words
from klaviyo_app.resources.webhooks.models import OwnWebhook

log = structlog.get_logger("webhooks")
ON = Pill(gettext_lazy("Enabled"), "good", "circle-check")
OFF = Pill(gettext_lazy("Disabled"), "neutral", "player-pause")
COLUMNS = (
    Column("name", gettext_lazy("Name")),
    Column("state", gettext_lazy("State"), cell="status"),
    Column("endpoint", gettext_lazy("Goes to")),
    Column("topics", gettext_lazy("Topics"), cell="number", align="end"),
    Column("updated", gettext_lazy("Changed"), cell="when", narrow=True),
)
SHOWN = 50


def address(name: str, account: Account, **ids: Any) -> str:
    """The address of a page of webhooks."""
    return reverse(name, kwargs={"account_id": account.pk, **ids})


def acting(request: HttpRequest, account: Account) -> dict[str, Any]:
    """Who does it, by which client."""
    return {"client": client_for(account), "by": request.user}


def _row(hook: Mapping[str, Any]) -> dict[str, Any]:
    attributes = hook["attributes"]
    return {
        "id": hook["id"],
        "name": attributes["name"],
        "state": ON if attributes.get("enabled") else OFF,
        "endpoint": attributes.get("endpoint_url"),
        "topics": len(services.topics_of(hook)),
        "updated": moment(attributes.get("updated_at")),
    }


@require_GET
@account_page
def index(request: HttpRequest, account: Account) -> HttpResponse:
    """All webhooks."""
    try:
        rows: Rows = GivenRows([_row(one) for one in services.read_all(client_for(account))])
    except GatewayError as error:
        rows = NoRows(error)
    base = address("webhooks", account)
    table = Table(COLUMNS, "name", row_url=lambda row: f"{base}{row['id']}/")
    own = OwnWebhook.objects.filter(account=account).exists()
    context = {"why_not": services.why_not_own(), "own": own}
    return listing(request, template="webhooks/index.html", rows=rows, table=table, context=context)


@require_GET
@account_page
def webhook(request: HttpRequest, account: Account, webhook_id: str) -> HttpResponse:
    """One webhook; where it leads to us, what came in."""
    found = services.read(client_for(account), webhook_id)
    own = OwnWebhook.objects.filter(account=account, klaviyo_id=webhook_id).first()
    attributes = found["attributes"]
    context = {
        "hook": found,
        "pill": ON if attributes.get("enabled") else OFF,
        "topics": [in_words(one) for one in services.topics_of(found)],
        "created": moment(attributes.get("created_at")),
        "updated": moment(attributes.get("updated_at")),
        "own": own,
        "deliveries": list(own.deliveries.order_by("-at")[:SHOWN]) if own else [],
    }
    return detail(request, template="webhooks/detail.html", context=context)


@account_page
def create(request: HttpRequest, account: Account) -> HttpResponse:
    """A new webhook."""
    form = WebhookForm(request.POST or None, topics=services.topics(client_for(account)))
    return editing(
        request,
        template="pages/form.html",
        form=form,
        save=lambda: services.create(account, **acting(request, account), **form.cleaned_data),
        done=lambda made: address("webhook", account, webhook_id=made["id"]),
        fields={"secret_key": "secret", "webhook-topics": "topics"},
        context={
            "title": _("New webhook"),
            "lead": _("Klaviyo posts what happens, with people's data, to this address: make sure whose it is."),
            "button": _("Make the webhook"),
            "back": address("webhooks", account),
        },
    )


@require_POST
@account_page
def create_own(request: HttpRequest, account: Account) -> HttpResponse:
    """The webhook that keeps this dashboard fresh."""
    back = address("webhooks", account)
    if services.why_not_own() or OwnWebhook.objects.filter(account=account).exists():
        messages.error(request, _("Klaviyo cannot reach this dashboard, or its webhook is there already."))
        return once(request, lambda: back, fall_back=back)

    def act() -> str:
        made = services.create_own(account, **acting(request, account))
        return address("webhook", account, webhook_id=made["id"])

    try:
        return once(request, act, fall_back=back)
    except GatewayError as error:
        messages.error(request, f"{error.sentence} {error.next_step} {error.detail}")
        return once(request, lambda: back, fall_back=back)


@account_page
def edit(request: HttpRequest, account: Account, webhook_id: str) -> HttpResponse:
    """Change a webhook: its name, address, secret, topics, and whether it is enabled."""
    client = client_for(account)
    live = services.read(client, webhook_id)
    attributes = live["attributes"]
    shown = {name: attributes.get(name) for name in ("name", "description", "enabled")}
    form = WebhookForm(
        request.POST or None,
        topics=sorted({*services.topics(client), *services.topics_of(live)}),
        made=True,
        initial={**shown, "topics": services.topics_of(live)},
    )

    def save() -> Any:
        typed = form.cleaned_data
        values = {name: typed[name] for name in ("name", "description", "enabled")}
        values |= {"endpoint_url": typed["endpoint_url"]} if typed["endpoint_url"] else {}
        values |= {"secret_key": typed["secret"]} if typed["secret"] else {}
        seen = request.POST.get("seen", "")
        return services.edit(
            account, webhook_id, **acting(request, account), seen=seen, values=values, topics=typed["topics"]
        )

    return editing(
        request,
        template="pages/form.html",
        form=form,
        save=save,
        done=lambda _saved: address("webhook", account, webhook_id=webhook_id),
        shown_of=lambda now: {name: now["attributes"].get(name) for name in shown},
        fields={"secret_key": "secret", "webhook-topics": "topics"},
        context={
            "title": _("Edit %(name)s") % {"name": attributes["name"]},
            "button": _("Save"),
            "back": address("webhook", account, webhook_id=webhook_id),
            "seen": request.POST.get("seen", fingerprint(attributes)),
        },
    )


@account_page
def switch(request: HttpRequest, account: Account, webhook_id: str) -> HttpResponse:
    """Ask, then enable or disable."""
    live = services.read(client_for(account), webhook_id)
    name, on = live["attributes"]["name"], bool(live["attributes"].get("enabled"))
    seen = fingerprint(live["attributes"])
    gone = _("What happens while it is disabled is not told later.")
    return confirming(
        request,
        act=lambda: services.edit(
            account, webhook_id, **acting(request, account), seen=seen, values={"enabled": not on}
        ),
        done=lambda _done: address("webhook", account, webhook_id=webhook_id),
        context={
            "title": (_("Disable %(name)s") if on else _("Enable %(name)s")) % {"name": name},
            "question": _("Stop telling it what happens?") if on else _("Tell it from now on what happens?"),
            "consequences": [gone]
            if on
            else [_("People's data are sent to %(host)s.") % {"host": live["attributes"]["endpoint_url"]}],
            "button": _("Disable it") if on else _("Enable it"),
            "danger": False,
            "back": address("webhook", account, webhook_id=webhook_id),
        },
    )


@account_page
def delete(request: HttpRequest, account: Account, webhook_id: str) -> HttpResponse:
    """Ask, then delete."""
    live = services.read(client_for(account), webhook_id)
    name = live["attributes"]["name"]
    return confirming(
        request,
        act=lambda: services.delete(account, live, **acting(request, account)),
        done=lambda _done: address("webhooks", account),
        said=deleted(name),
        context={
            "title": _("Delete %(name)s") % {"name": name},
            "question": _("Delete this webhook?"),
            "consequences": [_("%(host)s is told nothing any more.") % {"host": live["attributes"]["endpoint_url"]}],
            "button": _("Delete the webhook"),
            "back": address("webhook", account, webhook_id=webhook_id),
        },
    )


@require_POST
@account_page
def test(request: HttpRequest, account: Account, webhook_id: str) -> HttpResponse:
    """Post a signed test to ourselves, and say how it went."""
    hook: OwnWebhook = get_object_or_404(
        OwnWebhook.objects.select_related("account"), account=account, klaviyo_id=webhook_id
    )
    outcome = services.test_delivery(hook, timezone.now())
    if outcome.good:
        messages.success(request, _("It arrived and was taken, in %(ms)s ms.") % {"ms": round(outcome.ms)})
    elif outcome.status is None:
        messages.error(request, _("No answer: this dashboard cannot reach its own address."))
    else:
        messages.error(request, _("The answer was %(status)s.") % {"status": outcome.status})
    back = address("webhook", account, webhook_id=webhook_id)
    return once(request, lambda: back, fall_back=back)


@csrf_exempt
@require_POST
def receive(request: HttpRequest, token: str) -> HttpResponse:
    """What Klaviyo posts: 200 where it is genuine, 401 and nothing kept where it is not."""
    with scopes_disabled():
        hook = OwnWebhook.objects.select_related("account__team").filter(token=token).first()
    if hook is None:
        return HttpResponse(status=404)
    body = request.read(receiving.MOST_BYTES + 1)
    if len(body) > receiving.MOST_BYTES:
        return HttpResponse(status=413)
    now = timezone.now()
    with scope(team=hook.account.team, account=hook.account):
        try:
            document = receiving.check(hook, body, request.headers, now)
        except receiving.NotGenuine as error:
            log.warning("webhook refused", webhook=hook.pk, why=str(error))
            return HttpResponse(status=401)
        receiving.take(hook, request.headers.get("Klaviyo-Signature", ""), document, now)
    return HttpResponse(status=200)
