"""The mail as Klaviyo renders it, on an address of its own that can do nothing: no scripts, no forms, no live links."""

from __future__ import annotations

from csp.decorators import csp_replace
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.clickjacking import xframe_options_sameorigin

from klaviyo_app.accounts.clients import client_for
from klaviyo_app.accounts.models import Account
from klaviyo_app.accounts.rights import account_page
from klaviyo_app.gateway.errors import GatewayError
from klaviyo_app.pages.showing import status_of
from klaviyo_app.sending.content import read_content

# Remote images load only after a click (?images=1 has a policy of its own).
_NOTHING = {
    "default-src": ["'none'"],
    "style-src": ["'unsafe-inline'"],
    "img-src": ["data:"],
    "script-src": ["'none'"],
    "frame-ancestors": ["'self'"],
    "form-action": ["'none'"],
    "base-uri": ["'none'"],
    "sandbox": [],
}


def _mail(request: HttpRequest, account: Account, campaign_id: str) -> HttpResponse:
    try:
        client = client_for(account)
        content = read_content(client, campaign_id)
        if content.channel != "email" or not content.template:
            body = str(content.first_mail.get("body") or "")
            return render(request, "sending/mail_text.html", {"text": body}, using="jinja2")
        context: dict[str, str] = {}
        data = {"type": "template", "id": content.template["id"], "attributes": {"context": context}}
        answer = client.call("render_template", body={"data": data})
        html = str(answer.data["attributes"].get("html") or "")
    except GatewayError as error:
        words = {"text": f"{error.sentence} {error.next_step}"}
        return render(request, "sending/mail_text.html", words, status=status_of(error), using="jinja2")
    return HttpResponse(html, content_type="text/html; charset=utf-8")


mail = xframe_options_sameorigin(csp_replace(_NOTHING)(account_page(_mail)))
mail_with_images = xframe_options_sameorigin(
    csp_replace({**_NOTHING, "img-src": ["data:", "https:"]})(account_page(_mail))
)
