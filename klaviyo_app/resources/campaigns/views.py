"""Pages of campaigns."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from klaviyo_app.accounts.clients import client_for
from klaviyo_app.accounts.models import Account
from klaviyo_app.accounts.rights import account_page
from klaviyo_app.gateway import shapes
from klaviyo_app.gateway.errors import GatewayError, NotFound
from klaviyo_app.mirror.fingerprint import fingerprint
from klaviyo_app.mirror.sync import age
from klaviyo_app.pages import Column, MirrorRows, Table, confirming, deleted, detail, editing, listing
from klaviyo_app.pages.once import see_other
from klaviyo_app.resources.bulk_tagging import tag_verb
from klaviyo_app.resources.campaigns import services
from klaviyo_app.resources.campaigns.audiences import audience_choices, audience_names, template_choices
from klaviyo_app.resources.campaigns.filters import CampaignFilter
from klaviyo_app.resources.campaigns.forms import CampaignForm, CloneForm, initial_of
from klaviyo_app.resources.campaigns.models import Campaign
from klaviyo_app.resources.campaigns.services import Live
from klaviyo_app.resources.campaigns.statuses import status_of

COLUMNS = (
    Column("name", gettext_lazy("Name"), sort="name_key"),
    Column("status", gettext_lazy("Status"), cell="status", sort="status"),
    Column("subject", gettext_lazy("Subject"), sort="subject", narrow=True),
    Column("channel", gettext_lazy("Channel"), sort="channel", narrow=True),
    Column("send_time", gettext_lazy("Send time"), cell="planned", sort="send_time"),
    Column("updated_at", gettext_lazy("Changed"), cell="when", sort="updated_at", narrow=True),
)
# Klaviyo's channels in words; one that is new to us stays as Klaviyo spells it.
CHANNELS = {
    "email": gettext_lazy("E-mail"),
    "sms": gettext_lazy("SMS"),
}


def address(name: str, account: Account, klaviyo_id: str = "") -> str:
    """The address of a campaign page."""
    ids = {"klaviyo_id": klaviyo_id} if klaviyo_id else {}
    return reverse(name, kwargs={"account_id": account.pk, **ids})


def row_of(account: Account, klaviyo_id: str) -> Campaign:
    """The mirrored campaign, or 404."""
    return get_object_or_404(Campaign, klaviyo_id=klaviyo_id, account=account, gone_at=None)


def acting(request: HttpRequest, account: Account) -> dict[str, Any]:
    """Who does it, by which client, when."""
    return {"client": client_for(account), "by": request.user, "now": timezone.now()}


def _in_words(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        row["status"] = status_of(row["status"])
        row["channel"] = CHANNELS.get(row["channel"], row["channel"])


@require_GET
@account_page
def index(request: HttpRequest, account: Account) -> HttpResponse:
    """All campaigns, e-mail and SMS."""
    rows = MirrorRows(
        Campaign.objects.filter(account=account, gone_at=None),
        values=("klaviyo_id", "name", "status", "subject", "channel", "send_time", "updated_at"),
        finish=_in_words,
    )
    base = address("campaigns", account)
    table = Table(COLUMNS, "-updated_at", row_url=lambda row: f"{base}{row['klaviyo_id']}/")
    filters = CampaignFilter(request.GET, queryset=rows.queryset)
    context = {"kind": "campaign", "age": age(account, "campaign")}
    verbs = (tag_verb(account, Campaign),)
    return listing(
        request,
        template="campaigns/index.html",
        rows=rows,
        table=table,
        filters=filters,
        verbs=verbs,
        context=context,
    )


@require_GET
@account_page
def show(request: HttpRequest, account: Account, klaviyo_id: str) -> HttpResponse:
    """One campaign from Klaviyo as it is now; from our copy where Klaviyo cannot be asked."""
    row = row_of(account, klaviyo_id)
    live, problem = None, None
    try:
        client = client_for(account)
        live = services.read_live(client, klaviyo_id)
        row = services.absorb_campaign(account, live.campaign, by=None, now=timezone.now())
    except GatewayError as error:
        problem = error
    context = {
        "row": row,
        "pill": status_of(row.status),
        "live": live,
        "problem": problem,
        "strategy": shapes.read_strategy(row.attributes),
        "names": audience_names(account, row.audiences),
        "gone": isinstance(problem, NotFound),
    }
    return detail(request, template="campaigns/detail.html", context=context)


def _form(
    request: HttpRequest, account: Account, revision: str, initial: dict[str, Any], *, new: bool = False
) -> CampaignForm:
    return CampaignForm(
        request.POST or None,
        initial=initial,
        audiences=audience_choices(account),
        templates=template_choices(account),
        revision=revision,
        zone=account.time_zone,
        now=timezone.now(),
        new=new,
    )


@account_page
def create(request: HttpRequest, account: Account) -> HttpResponse:
    """Compose a draft."""
    revision = client_for(account).served_revision if account.connected else ""
    sender = {"from_label": account.sender_name, "from_email": account.sender_email}
    form = _form(request, account, revision, sender, new=True)

    def done(result: tuple[Campaign, GatewayError | None]) -> str:
        row, problem = result
        if problem is not None:
            text = _("The draft is made, but its template could not be assigned: %(words)s")
            messages.warning(request, text % {"words": problem.detail or problem.sentence})
        return address("campaign", account, row.klaviyo_id)

    return editing(
        request,
        template="campaigns/edit.html",
        form=form,
        save=lambda: services.compose_campaign(account, **acting(request, account), composition=form.composition()),
        done=done,
        fields=NAMES,
        context={
            "title": _("New campaign"),
            "button": _("Make the draft"),
            "back": address("campaigns", account),
        },
    )


@account_page
def edit(request: HttpRequest, account: Account, klaviyo_id: str) -> HttpResponse:
    """Edit a draft. What the form shows is Klaviyo's state of this moment."""
    row = row_of(account, klaviyo_id)
    back = address("campaign", account, klaviyo_id)
    if not row.draft:
        messages.error(request, _("Only a draft can be edited. Take it back to draft first, or clone it."))
        return see_other(back)
    try:
        client = client_for(account)
        live = services.read_live(client, klaviyo_id) if request.method != "POST" else None
    except GatewayError as error:
        messages.error(request, f"{error.sentence} {error.next_step}")
        return see_other(back)
    form = _form(request, account, client.served_revision, shown_in_form(live, account) if live else {})
    seen = request.POST.get("seen", "") if live is None else fingerprint(live.seen["attributes"])
    return editing(
        request,
        template="campaigns/edit.html",
        form=form,
        save=lambda: services.edit_campaign(
            row, **acting(request, account), seen=request.POST.get("seen", ""), composition=form.composition()
        ),
        done=lambda _saved: back,
        shown_of=lambda now: initial_of(now["attributes"], now["attributes"]["content"], account.time_zone),
        fields=NAMES,
        context={
            "title": _("Edit %(name)s") % {"name": row.name},
            "button": _("Save"),
            "back": back,
            "seen": seen,
        },
    )


# Klaviyo's names of what it complains about -> our fields.
NAMES = {"use_smart_sending": "smart_sending", "datetime": "at", "throttle_percentage": "percent", "date": "day"}


def shown_in_form(live: Live, account: Account) -> dict[str, Any]:
    """The form's values of Klaviyo's state."""
    return initial_of(live.campaign["attributes"], live.message.content, account.time_zone)


@account_page
def clone(request: HttpRequest, account: Account, klaviyo_id: str) -> HttpResponse:
    """A new draft with the same content."""
    row = row_of(account, klaviyo_id)
    form = CloneForm(request.POST or None, initial={"name": _("Copy of %(name)s") % {"name": row.name}})
    return editing(
        request,
        template="pages/form.html",
        form=form,
        save=lambda: services.clone_campaign(row, **acting(request, account), name=form.cleaned_data["name"]),
        done=lambda copy: address("campaign", account, copy.klaviyo_id),
        fields={"new_name": "name"},
        context={
            "title": _("Clone %(name)s") % {"name": row.name},
            "lead": _("The copy is a draft with the same message, audiences and options."),
            "button": _("Make the clone"),
            "back": address("campaign", account, klaviyo_id),
        },
    )


@account_page
def delete(request: HttpRequest, account: Account, klaviyo_id: str) -> HttpResponse:
    """Ask, say what hangs on it, delete."""
    row = row_of(account, klaviyo_id)
    consequences = [_("It cannot be brought back; its last state stays in our history.")]
    if not row.draft:
        words = {"status": status_of(row.status).label}
        consequences.insert(0, _("Its status is %(status)s: its results in Klaviyo go with it.") % words)
    return confirming(
        request,
        act=lambda: services.delete_campaign(row, **acting(request, account)),
        done=lambda _done: address("campaigns", account),
        said=deleted(row.name),
        context={
            "title": _("Delete %(name)s") % {"name": row.name},
            "question": _("Delete this campaign?"),
            "consequences": consequences,
            "button": _("Delete the campaign"),
            "back": address("campaign", account, klaviyo_id),
        },
    )
