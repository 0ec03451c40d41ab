"""Parts of the campaign page that ask Klaviyo: the estimate, and the mail as it will be sent."""

from __future__ import annotations

from csp.decorators import csp
from django.http import HttpRequest, HttpResponse
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET, require_POST

from klaviyo_app.accounts.clients import client_for
from klaviyo_app.accounts.models import Account
from klaviyo_app.accounts.rights import account_page
from klaviyo_app.gateway.errors import GatewayError
from klaviyo_app.pages import show
from klaviyo_app.resources.campaigns import services
from klaviyo_app.resources.campaigns.estimates import Estimate, read_estimate, start_estimate
from klaviyo_app.resources.campaigns.views import row_of
from klaviyo_app.resources.email_templates.previews import MAIL_POLICY, mail, words
from klaviyo_app.resources.email_templates.services import render_template

MOST_LOOKS = 60


@require_GET
@account_page
def estimate(request: HttpRequest, account: Account, klaviyo_id: str) -> HttpResponse:
    """How many people it would reach, as far as Klaviyo has counted."""
    row = row_of(account, klaviyo_id)
    look = request.GET.get("look", "")
    looks = int(look) if look.isdecimal() and len(look) < 4 else 0
    found, problem = Estimate(), None
    try:
        found = read_estimate(client_for(account), row.klaviyo_id)
    except GatewayError as error:
        problem = error
    context = {"row": row, "estimate": found, "problem": problem, "look": looks + 1, "most_looks": MOST_LOOKS}
    return show(request, "campaigns/estimate.html", context)


@require_POST
@account_page
def count(request: HttpRequest, account: Account, klaviyo_id: str) -> HttpResponse:
    """Ask Klaviyo to count anew."""
    row = row_of(account, klaviyo_id)
    found, problem = Estimate(), None
    try:
        found = start_estimate(client_for(account), row.klaviyo_id)
    except GatewayError as error:
        problem = error
    context = {"row": row, "estimate": found, "problem": problem, "look": 0, "most_looks": MOST_LOOKS}
    return show(request, "campaigns/estimate.html", context)


@require_GET
@xframe_options_sameorigin
@csp(MAIL_POLICY)
@account_page
def preview(request: HttpRequest, account: Account, klaviyo_id: str) -> HttpResponse:
    """The campaign's own copy of its template, rendered by Klaviyo."""
    row = row_of(account, klaviyo_id)
    try:
        client = client_for(account)
        template = services.read_live(client, row.klaviyo_id).template
        if template is None:
            return words(request, "This campaign has no template yet.", 404)
        return mail(render_template(client, template["id"], {}).html)
    except GatewayError as error:
        return words(request, f"{error.sentence} {error.next_step}", 502)
