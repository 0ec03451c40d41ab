"""What a send would carry, read live: the approval is bound to the digest of exactly this."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from klaviyo_app.gateway.client import Client
from klaviyo_app.gateway.errors import GatewayError, NotFound
from klaviyo_app.gateway.query import Query
from klaviyo_app.sending.reading import NO_JOB, UNREAD, Reading

# Klaviyo's bookkeeping; it moves without anybody changing the mail.
_NOT_CONTENT = {"created_at", "updated_at", "send_times", "created", "updated"}
# A read that failed, or an answer that cannot be read.
_NO_EVIDENCE = (GatewayError, KeyError, TypeError, AttributeError)


@dataclass(frozen=True, slots=True)
class Content:
    """A campaign as Klaviyo holds it now."""

    campaign_id: str
    name: str
    status: str
    strategy: dict[str, Any]
    audience: dict[str, list[str]]  # included, excluded: ids of lists and segments mixed
    options: dict[str, Any]
    messages: tuple[dict[str, Any], ...]  # {"id", "attributes", "template": {"id", "html", "text"} or {}}

    @property
    def digest(self) -> str:
        """Changes when anything changes that a recipient could notice; the strategy is compared by itself."""
        return _digest({"audience": self.audience, "options": self.options, "messages": list(self.messages)})

    @property
    def likeness(self) -> str:
        """The same for the same mail to the same people under another campaign id."""
        mails = [[_words(one["attributes"]), one["template"].get("html", "")] for one in self.messages]
        return _digest({"audience": self.audience, "mails": mails})

    @property
    def first_mail(self) -> dict[str, Any]:
        """Subject, preview text, from and so on of the first message, whatever the served revision's shape."""
        return _words(self.messages[0]["attributes"]) if self.messages else {}

    @property
    def channel(self) -> str:
        """email, sms or mobile_push."""
        if not self.messages:
            return ""
        attributes = self.messages[0]["attributes"]
        return str((attributes.get("definition") or attributes).get("channel") or "")

    @property
    def template(self) -> dict[str, Any]:
        """The first message's template, or {}."""
        return dict(self.messages[0]["template"]) if self.messages else {}

    def summary(self) -> dict[str, Any]:
        """What the row keeps of it to show later; the mail itself stays at Klaviyo."""
        mail = {key: self.first_mail.get(key) for key in ("subject", "preview_text", "from_email", "from_label")}
        return {
            "channel": self.channel,
            **mail,
            "body": self.first_mail.get("body", ""),
            "messages": len(self.messages),
        }


def _digest(value: Any) -> str:
    return sha256(json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def _words(attributes: dict[str, Any]) -> dict[str, Any]:
    """The content object: below `definition` from revision 2025-01-15 on, flat before."""
    return dict((attributes.get("definition") or attributes).get("content") or {})


def _template_of(client: Client, message_id: str) -> dict[str, Any]:
    try:
        data = client.call("get_template_for_campaign_message", path={"id": message_id}).data
    except NotFound:
        return {}
    if not data:
        return {}
    attributes = data.get("attributes") or {}
    return {"id": data.get("id", ""), "html": attributes.get("html") or "", "text": attributes.get("text") or ""}


def read_content(client: Client, campaign_id: str) -> Content:
    """Campaign, messages and their templates, read now. Raises GatewayError; NotFound: the campaign is gone."""
    answer = client.call("get_campaign", path={"id": campaign_id}, query=Query(include=("campaign-messages",)))
    attributes = answer.data["attributes"]
    found = [one for one in answer.included if one.get("type") == "campaign-message"]
    messages = []
    for one in sorted(found, key=lambda one: str(one["id"])):
        words = {key: value for key, value in one.get("attributes", {}).items() if key not in _NOT_CONTENT}
        channel = (words.get("definition") or words).get("channel")
        template = _template_of(client, one["id"]) if channel == "email" else {}
        messages.append({"id": one["id"], "attributes": words, "template": template})
    audience = attributes.get("audiences") or {}
    return Content(
        campaign_id=str(answer.data["id"]),
        name=str(attributes.get("name") or ""),
        status=str(attributes.get("status") or ""),
        strategy=dict(attributes.get("send_strategy") or {"method": "immediate"}),
        audience={side: sorted(map(str, audience.get(side) or [])) for side in ("included", "excluded")},
        options={key: attributes.get(key) for key in ("send_options", "tracking_options")},
        messages=tuple(messages),
    )


def read_job(client: Client, campaign_id: str) -> str:
    """The send job's status, or NO_JOB. Raises GatewayError for any other trouble."""
    try:
        data = client.call("get_campaign_send_job", path={"id": campaign_id}).data
    except NotFound:
        return NO_JOB
    return str((data.get("attributes") or {}).get("status") or UNREAD).lower()


def read_back(client: Client, campaign_id: str) -> Reading:
    """Both ways to read a send back. A read that fails leaves its half empty: no evidence."""
    status, job, gone = UNREAD, UNREAD, False
    try:
        status = str(client.call("get_campaign", path={"id": campaign_id}).data["attributes"].get("status") or UNREAD)
    except NotFound:
        gone = True
    except _NO_EVIDENCE:
        pass
    with suppress(*_NO_EVIDENCE):
        job = read_job(client, campaign_id)
    return Reading(status=status, job=job, gone=gone)
