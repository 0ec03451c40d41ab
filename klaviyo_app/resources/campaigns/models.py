"""The mirrored campaign with what the tables need of its message."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from klaviyo_app.gateway.query import Query, and_, equals
from klaviyo_app.gateway.shapes import read_message
from klaviyo_app.mirror.absorb import moment
from klaviyo_app.mirror.models import HERE, Mirrored
from klaviyo_app.resources.campaigns.statuses import has_results, is_draft


class Campaign(Mirrored):
    """A campaign of one channel. Its text lives on its message, whose id Klaviyo gives with the campaign."""

    kind: ClassVar[str] = "campaign"
    list_operation: ClassVar[str] = "get_campaigns"
    refresh_every_s: ClassVar[int] = 300
    searched: ClassVar[tuple[str, ...]] = ("name_key", "subject")

    status = models.CharField(_("status"), max_length=60, blank=True)
    channel = models.CharField(_("channel"), max_length=20, blank=True)
    subject = models.CharField(_("subject"), max_length=1000, blank=True)
    message_id = models.CharField(max_length=64, blank=True)
    archived = models.BooleanField(_("archived"), default=False)
    scheduled_at = models.DateTimeField(_("scheduled"), null=True, blank=True)
    send_time = models.DateTimeField(_("sent"), null=True, blank=True)

    class Meta(Mirrored.Meta):
        abstract = False
        indexes: ClassVar = [
            models.Index(fields=["account", "name_key", "id"], name="campaign_by_name", condition=HERE),
            models.Index(fields=["account", "updated_at", "id"], name="campaign_by_updated", condition=HERE),
            models.Index(fields=["account", "status", "id"], name="campaign_by_status", condition=HERE),
            models.Index(fields=["account", "send_time", "id"], name="campaign_by_sent", condition=HERE),
        ]

    @property
    def draft(self) -> bool:
        """Whether it can be edited and sent."""
        return is_draft(self.status)

    @property
    def went_out(self) -> bool:
        """Whether people have got it, so that it has results."""
        return has_results(self.status)

    @property
    def audiences(self) -> dict[str, list[str]]:
        """Ids of lists and segments, included and excluded; nothing says which is which."""
        found = self.attributes.get("audiences") or {}
        return {side: list(found.get(side) or []) for side in ("included", "excluded")}

    @classmethod
    def list_queries(cls, revision: str) -> tuple[Query, ...]:
        """E-mail and SMS, each archived and not: Klaviyo asks for a channel and leaves the archived ones out."""
        return tuple(
            Query(
                filter=and_(equals("messages.channel", channel), equals("archived", archived)),
                include=("campaign-messages",),
            )
            for channel in ("email", "sms")
            for archived in (False, True)
        )

    @classmethod
    def with_included(cls, resources: list[dict[str, Any]], included: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Each campaign with its messages, for channel and subject."""
        messages = {one["id"]: one for one in included if one.get("type") == "campaign-message"}
        for one in resources:
            links = ((one.get("relationships") or {}).get("campaign-messages") or {}).get("data") or []
            one["messages"] = [messages[link["id"]] for link in links if link["id"] in messages]
        return resources

    @classmethod
    def columns_of(cls, resource: dict[str, Any]) -> dict[str, Any]:
        """Status, times, and of the message its id, channel and subject where it came along."""
        attributes = resource.get("attributes") or {}
        messages = ((resource.get("relationships") or {}).get("campaign-messages") or {}).get("data") or []
        columns: dict[str, Any] = {
            "status": attributes.get("status") or "",
            "archived": bool(attributes.get("archived")),
            "scheduled_at": moment(attributes.get("scheduled_at")),
            "send_time": moment(attributes.get("send_time")),
            "message_id": messages[0]["id"] if messages else "",
        }
        if resource.get("messages"):
            message = read_message(resource["messages"][0])
            columns |= {"channel": message.channel, "subject": str(message.content.get("subject") or "")[:1000]}
        return columns
