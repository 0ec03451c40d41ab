"""Mails as they are shown: from addresses of their own, with a policy of their own, in a sandboxed frame.

A mail is hostile until shown otherwise: no script, no form, no live link of ours, and remote images only as pictures.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from csp.decorators import csp
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET, require_POST

from klaviyo_app.accounts.clients import client_for
from klaviyo_app.accounts.models import Account
from klaviyo_app.accounts.rights import account_page
from klaviyo_app.gateway.client import Client
from klaviyo_app.gateway.errors import GatewayError
from klaviyo_app.gateway.query import Query, equals
from klaviyo_app.resources.email_templates import draft, services
from klaviyo_app.resources.email_templates.forms import ContextForm
from klaviyo_app.resources.email_templates.models import EmailTemplate

MAIL_POLICY: dict[str, Any] = {
    "default-src": ["'none'"],
    "style-src": ["'unsafe-inline'"],
    "img-src": ["https:", "data:"],
    "font-src": ["https:"],
    "form-action": ["'none'"],
    "base-uri": ["'none'"],
    "frame-ancestors": ["'self'"],
    "sandbox": [],
}
# A draft has no reader yet.
EXAMPLE = {"first_name": "Ada", "last_name": "Example", "email": "ada@example.com"}


def mail(html: str, status: int = 200) -> HttpResponse:
    """An answer that is nothing but a mail."""
    return HttpResponse(html, status=status, content_type="text/html; charset=utf-8")


@require_GET
@xframe_options_sameorigin
@csp(MAIL_POLICY)
@account_page
def rendered(request: HttpRequest, account: Account, klaviyo_id: str) -> HttpResponse:
    """What Klaviyo makes of the stored template for a person (?email=) or with values (?context=)."""
    row = get_object_or_404(EmailTemplate, klaviyo_id=klaviyo_id, gone_at=None)
    form = ContextForm(request.GET)
    if not form.is_valid():
        return words(request, " ".join(str(one) for errors in form.errors.values() for one in errors), 422)
    try:
        client = client_for(account)
        context = _context(client, form.cleaned_data["email"], form.cleaned_data["context"])
        if context is None:
            return words(request, f"Klaviyo knows no person with the address {form.cleaned_data['email']}.", 404)
        return mail(services.render_template(client, row.klaviyo_id, context).html)
    except GatewayError as error:
        return words(request, f"{error.sentence} {error.next_step}", 502)


def _context(client: Client, email: str, values: dict[str, Any]) -> dict[str, Any] | None:
    if not email:
        return values
    found = client.call("get_profiles", query=Query(filter=equals("email", email))).data
    return {**services.reader_context(found[0]), **values} if found else None


@require_POST
@xframe_options_sameorigin
@csp(MAIL_POLICY)
@account_page
def drafted(request: HttpRequest, _account: Account) -> HttpResponse:
    """The code in the editor, not saved yet, with example values."""
    try:
        now = datetime.now(UTC).date()
        person = {**EXAMPLE, "person": EXAMPLE}
        return mail(draft.render(request.POST.get("html", ""), person, today=now))
    except draft.TooLarge:
        return words(request, "This is too large to draw here.", 422)


def words(request: HttpRequest, text: str, status: int) -> HttpResponse:
    """A sentence where a mail would stand."""
    return render(request, "email_templates/words.html", {"words": text}, status=status, using="jinja2")
