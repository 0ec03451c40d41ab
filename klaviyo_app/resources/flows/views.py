"""Pages of flows: all of them, one as an outline, its mails, its switch; copies and new ones."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from csp.decorators import csp
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET

from klaviyo_app.accounts.clients import client_for
from klaviyo_app.accounts.models import Account
from klaviyo_app.accounts.rights import account_page
from klaviyo_app.gateway.errors import GatewayError, NotOffered
from klaviyo_app.mirror.fingerprint import fingerprint
from klaviyo_app.mirror.sync import age
from klaviyo_app.pages import Column, MirrorRows, Table, confirming, deleted, detail, editing, listing, show
from klaviyo_app.pages.problems import problem_page
from klaviyo_app.resources.bulk_tagging import tag_verb
from klaviyo_app.resources.email_templates.previews import EXAMPLE, MAIL_POLICY, mail, words
from klaviyo_app.resources.email_templates.services import render_template
from klaviyo_app.resources.flows import services
from klaviyo_app.resources.flows import words as told
from klaviyo_app.resources.flows.filters import FlowFilter
from klaviyo_app.resources.flows.forms import CopyForm, DefinitionForm
from klaviyo_app.resources.flows.models import Flow
from klaviyo_app.resources.segments.names import names_of

COLUMNS = (
    Column("name", gettext_lazy("Name"), sort="name_key"),
    Column("status", gettext_lazy("Status"), cell="status", sort="status"),
    Column("trigger_type", gettext_lazy("Starts when"), narrow=True),
    Column("updated_at", gettext_lazy("Changed"), cell="when", sort="updated_at"),
)


def address(name: str, account: Account, **ids: Any) -> str:
    """The address of a page of flows."""
    return reverse(name, kwargs={"account_id": account.pk, **ids})


def row_of(account: Account, klaviyo_id: str) -> Flow:
    """The mirrored flow, or 404."""
    row: Flow = get_object_or_404(Flow, klaviyo_id=klaviyo_id, account=account, gone_at=None)
    return row


def acting(request: HttpRequest, account: Account) -> dict[str, Any]:
    """Who does it, by which client, when."""
    return {"client": client_for(account), "by": request.user, "now": timezone.now()}


def makes(account: Account) -> bool:
    """Whether flows can be made at the served revision; an account that cannot be asked says so when it is tried."""
    try:
        return services.definitions_told(client_for(account))
    except GatewayError:
        return True


def not_offered(request: HttpRequest, back: str) -> HttpResponse:
    """The page in place of a form that the revision cannot take."""
    return problem_page(request, NotOffered(), back)


def _in_words(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        row["status"] = told.status_of(row["status"])
        row["trigger_type"] = told.TRIGGERS.get(row["trigger_type"], row["trigger_type"])


@require_GET
@account_page
def index(request: HttpRequest, account: Account) -> HttpResponse:
    """All flows."""
    rows = MirrorRows(
        Flow.objects.filter(account=account, gone_at=None),
        values=("klaviyo_id", "name", "status", "trigger_type", "updated_at"),
        finish=_in_words,
    )
    base = address("flows", account)
    return listing(
        request,
        template="flows/index.html",
        rows=rows,
        table=Table(COLUMNS, "-updated_at", row_url=lambda row: f"{base}{row['klaviyo_id']}/"),
        filters=FlowFilter(request.GET or {"status": ""}, queryset=rows.queryset),
        verbs=(tag_verb(account, Flow),),
        context={"kind": "flow", "age": age(account, "flow"), "makes": makes(account)},
    )


@require_GET
@account_page
def flow(request: HttpRequest, account: Account, klaviyo_id: str) -> HttpResponse:
    """One flow; what it does comes by a part of its own, live."""
    row = row_of(account, klaviyo_id)
    context = {"row": row, "pill": told.status_of(row.status), "meaning": told.MEANING.get(row.status, "")}
    context |= {"statuses": [(name, one) for name, one in told.STATUSES.items() if name != row.status]}
    context["makes"] = makes(account)
    return detail(request, template="flows/detail.html", context=context)


@require_GET
@account_page
def steps(request: HttpRequest, account: Account, klaviyo_id: str) -> HttpResponse:
    """What it does, as an outline; where the revision tells no definition, its actions as they come."""
    row = row_of(account, klaviyo_id)
    context: dict[str, Any] = {"row": row, "steps": [], "trigger": "", "problem": None, "ordered": True, "only": ""}
    try:
        client = client_for(account)
        if services.definitions_told(client):
            definition = services.read(client, klaviyo_id)["attributes"].get("definition") or {}
            names = names_of(account)
            called = {**names.groups, **names.metrics}
            context["trigger"] = told.trigger_in_words(definition, called)
            context["only"] = told.conditions(definition.get("profile_filter"), names)
            context["steps"] = told.outline(definition, names)
        else:
            context["ordered"] = False
            context["trigger"] = told.TRIGGERS.get(row.trigger_type, row.trigger_type)
            context["steps"] = [_flat(one) for one in services.actions(client, klaviyo_id)]
    except GatewayError as error:
        context["problem"] = error
    return show(request, "flows/steps.html", context)


def _flat(action: dict[str, Any]) -> told.Step:
    """An action as revisions before definitions tell it: what it sends is a call of its own."""
    attributes = action["attributes"]
    kind = str(attributes.get("action_type") or "").lower().replace("_", "-")
    data = {**(attributes.get("settings") or {}), "status": attributes.get("status")}
    step = told.step_of({"type": kind, "data": data})
    return replace(step, action_id=str(action["id"])) if kind in told.MESSAGES else step


@require_GET
@account_page
def messages(request: HttpRequest, account: Account, klaviyo_id: str, action_id: str) -> HttpResponse:
    """What an action sends: a part of the outline where the revision tells no definitions."""
    context: dict[str, Any] = {"row": row_of(account, klaviyo_id), "sent": []}
    context["problem"] = None
    try:
        found = services.messages(client_for(account), action_id)
        context["sent"] = [told.message_of(one) for one in found]
    except GatewayError as error:
        context["problem"] = error
    return show(request, "flows/messages.html", context)


@require_GET
@xframe_options_sameorigin
@csp(MAIL_POLICY)
@account_page
def message(request: HttpRequest, account: Account, message_id: str) -> HttpResponse:
    """A mail of a flow as Klaviyo renders it, on an address of its own that can do nothing."""
    try:
        client = client_for(account)
        template = services.template_of(client, message_id)
        if template is None:
            return words(request, _("This message has no template."), 404)
        return mail(render_template(client, template["id"], {**EXAMPLE, "person": EXAMPLE}).html)
    except GatewayError as error:
        return words(request, f"{error.sentence} {error.next_step}", 502)


@require_GET
@account_page
def mail_page(request: HttpRequest, account: Account, klaviyo_id: str, message_id: str) -> HttpResponse:
    """The page around a flow's mail."""
    return show(request, "flows/mail.html", {"row": row_of(account, klaviyo_id), "message_id": message_id})


@account_page
def switch(request: HttpRequest, account: Account, klaviyo_id: str, status: str) -> HttpResponse:
    """Ask, then set draft, manual or live."""
    if status not in told.STATUSES:
        raise Http404
    row = row_of(account, klaviyo_id)
    live = services.read(client_for(account), klaviyo_id)
    seen = request.POST.get("seen", fingerprint(services.own(live)["attributes"]))
    label = told.STATUSES[status].label
    return confirming(
        request,
        template="flows/switch.html",
        act=lambda: services.switch(row, status, **acting(request, account), seen=seen),
        done=lambda _done: address("flow", account, klaviyo_id=klaviyo_id),
        said=_("%(name)s is now %(status)s.") % {"name": row.name, "status": label},
        context={
            "title": _("Set %(name)s to %(status)s") % {"name": row.name, "status": label},
            "question": told.MEANING[status],
            "consequences": _consequences(status, live["attributes"].get("definition") or {}),
            "button": _("Set it to %(status)s") % {"status": label},
            "danger": status == "live",
            "seen": seen,
            "back": address("flow", account, klaviyo_id=klaviyo_id),
        },
    )


def _consequences(status: str, definition: dict[str, Any]) -> list[str]:
    count = told.messages_in(definition)
    each = ngettext("Each person may get %(num)s message.", "Each person may get up to %(num)s messages.", count)
    if status == "live":
        found = [_("From now on it mails people by itself, without anybody's approval.")]
        return [*found, each % {"num": count}] if count else found
    if status == "manual":
        return [_("Messages pile up in Klaviyo until somebody sends or skips them.")]
    return [_("People who are on their way through it stop where they are.")]


@account_page
def delete(request: HttpRequest, account: Account, klaviyo_id: str) -> HttpResponse:
    """Ask, then delete."""
    row = row_of(account, klaviyo_id)
    gone = [
        _("People who are on their way through it get none of its later messages."),
        _("Its messages and their numbers are gone too. It cannot be brought back."),
    ]
    return confirming(
        request,
        act=lambda: services.delete(row, **acting(request, account)),
        done=lambda _done: address("flows", account),
        said=deleted(row.name),
        context={
            "title": _("Delete %(name)s") % {"name": row.name},
            "question": _("Delete this flow?"),
            "consequences": [_("It is live now."), *gone] if row.status == "live" else gone,
            "button": _("Delete the flow"),
            "back": address("flow", account, klaviyo_id=klaviyo_id),
        },
    )


@account_page
def copy(request: HttpRequest, account: Account, klaviyo_id: str) -> HttpResponse:
    """A new flow that does the same; a draft."""
    row = row_of(account, klaviyo_id)
    if not makes(account):
        return not_offered(request, address("flow", account, klaviyo_id=klaviyo_id))
    form = CopyForm(request.POST or None, initial={"name": _("%(name)s, copy") % {"name": row.name}})

    def save() -> Flow:
        who = acting(request, account)
        definition = services.as_new(services.read(who["client"], klaviyo_id)["attributes"].get("definition") or {})
        return services.create(account, **who, name=form.cleaned_data["name"], definition=definition)

    return editing(
        request,
        template="pages/form.html",
        form=form,
        save=save,
        done=lambda made: address("flow", account, klaviyo_id=made.klaviyo_id),
        context={
            "title": _("Copy %(name)s") % {"name": row.name},
            "lead": _("The copy is a draft: nobody comes in until you set it to live."),
            "button": _("Make the copy"),
            "back": address("flow", account, klaviyo_id=klaviyo_id),
        },
    )


@account_page
def create(request: HttpRequest, account: Account) -> HttpResponse:
    """A new flow from a definition."""
    if not makes(account):
        return not_offered(request, address("flows", account))
    form = DefinitionForm(request.POST or None)
    return editing(
        request,
        template="pages/form.html",
        form=form,
        save=lambda: services.create(account, **acting(request, account), **form.cleaned_data),
        done=lambda made: address("flow", account, klaviyo_id=made.klaviyo_id),
        context={
            "title": _("New flow"),
            "lead": _(
                "Klaviyo's editor draws flows; here one is made of a definition, or of a copy. It is a draft at first."
            ),
            "button": _("Make the flow"),
            "back": address("flows", account),
        },
    )
