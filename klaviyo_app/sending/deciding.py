"""The page of a send that needs a decision: what was seen, what Klaviyo shows now, and what each choice means."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from dashboard.jinja_filters import number, when
from klaviyo_app.accounts.clients import client_for
from klaviyo_app.accounts.models import Account
from klaviyo_app.accounts.rights import account_page
from klaviyo_app.gateway.errors import GatewayError
from klaviyo_app.pages.once import new_token, once
from klaviyo_app.pages.showing import show, status_of
from klaviyo_app.resources.campaigns.estimates import read_estimate
from klaviyo_app.sending import follow, services, states, words
from klaviyo_app.sending.audience import named
from klaviyo_app.sending.content import read_content, read_job
from klaviyo_app.sending.forms import DecisionForm
from klaviyo_app.sending.models import SendIntent
from klaviyo_app.sending.reading import Reading
from klaviyo_app.sending.services import CannotSend
from klaviyo_app.sending.views import about, status_url


@account_page
def decide(request: HttpRequest, account: Account, send_id: int) -> HttpResponse:
    """The evidence, and a person's word."""
    intent: SendIntent = get_object_or_404(SendIntent.objects.select_related("account__team"), pk=send_id)
    if request.method != "POST":
        if intent.state != states.NEEDS_HUMAN:
            return once(request, lambda: status_url(intent), fall_back=status_url(intent))
        return _page(request, account, intent, DecisionForm())
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _page(request, account, intent, form, status=422)
    word, typed = form.cleaned_data["decision"], form.cleaned_data["typed_name"]

    def act() -> str:
        client = client_for(account) if word == "again" else None
        services.decide(
            intent,
            word,
            typed_name=typed,
            seen=request.POST.get("seen", ""),
            content=read_content(client, intent.campaign_id) if client else None,
            client=client,
            by=request.user,  # type: ignore[arg-type]
        )
        return status_url(intent)

    try:
        return once(request, act, fall_back=status_url(intent))
    except CannotSend as error:
        form.add_error(None, str(error))
        return _page(request, account, intent, form, status=409)
    except GatewayError as error:
        return _page(request, account, intent, form, status=status_of(error))


def _page(
    request: HttpRequest, account: Account, intent: SendIntent, form: DecisionForm, status: int = 200
) -> HttpResponse:
    context = {
        **about(intent),
        **_now(account, intent),
        "told": told(intent.evidence),
        "attempts": list(intent.attempts.order_by("fence")),
        "form": form,
        "choices": [{"label": label, "means": words.DECISION[name]} for name, label in form.fields["decision"].choices],  # type: ignore[attr-defined]
        "form_token": new_token(),
    }
    return show(request, "sending/decide.html", context, status=status)


def _now(account: Account, intent: SendIntent) -> dict[str, Any]:
    """What Klaviyo shows at this moment; where it cannot be read, why not."""
    try:
        client = client_for(account)
        content = read_content(client, intent.campaign_id)
        job = read_job(client, intent.campaign_id)
        estimate = read_estimate(client, intent.campaign_id).count
    except GatewayError as error:
        return {"problem": error, "content": None}
    found, before = Reading(status=content.status, job=job), follow.job_before(intent)
    shows = "has_it" if found.accepts(before) else "draft" if found.is_draft(before) else "neither"
    return {
        "problem": None,
        "content": content,
        "changed": content.digest != intent.digest,
        "included": named(account, content.audience["included"]),
        "job": words.JOB.get(job, job),
        "estimate": estimate,
        "meaning": words.SHOWS[shows],
    }


def told(evidence: dict[str, Any]) -> list[dict[str, Any]]:
    """The evidence of the row in words: a label and a value each; what nobody can use is left out."""
    return [
        {"label": label, "value": _value(name, evidence[name])}
        for name, label in words.EVIDENCE.items()
        if name in evidence
    ]


def _value(name: str, value: Any) -> Any:
    if name in {"job", "job_before"}:
        return words.JOB.get(value, value)
    if name == "read_at":
        return when(datetime.fromisoformat(value))
    if name in {"approved", "counted"}:
        return number(value)
    return words.UNREADABLE if value in {"", None} else value
