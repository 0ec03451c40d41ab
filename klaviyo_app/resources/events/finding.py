"""What the table of events can be narrowed by, as filters that Klaviyo has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from klaviyo_app.accounts.models import Account
from klaviyo_app.gateway.client import Client
from klaviyo_app.gateway.query import Filter, Query, and_, equals, greater_or_equal, less_than
from klaviyo_app.pages.fields import MomentField
from klaviyo_app.resources.metrics.models import Metric
from klaviyo_app.resources.profiles.finding import wanted


class Nobody(Exception):
    """Klaviyo knows no profile with what was typed."""


class FindForm(forms.Form):
    """Metric, person and time, each where it is wanted. `metrics`: (id, name)."""

    metric = forms.ChoiceField(label=_("Metric"), required=False)
    person = forms.CharField(label=_("Person"), required=False, max_length=255)
    since = MomentField(label=_("From"), required=False)
    until = MomentField(label=_("Until"), required=False)

    def __init__(self, *args: Any, metrics: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["metric"].choices = [("", _("Every metric")), *metrics]  # type: ignore[attr-defined]
        self.fields["person"].widget.attrs["placeholder"] = _("Whole e-mail address, phone number or id")

    def clean(self) -> dict[str, Any]:
        """The range must be one."""
        cleaned = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and since >= until:
            self.add_error("until", ValidationError(_("This must be after “From”.")))
        return cleaned


def metric_choices(account: Account) -> list[tuple[str, str]]:
    """(id, name) of the mirrored metrics; the integration too where two have the same name."""
    rows = list(Metric.objects.filter(account=account, gone_at=None).order_by("name_key"))
    names = [row.name for row in rows]
    return [(row.klaviyo_id, row.title if names.count(row.name) > 1 else row.name) for row in rows]


def filter_of(client: Client, asked: Mapping[str, Any]) -> Filter | None:
    """The filter of a valid FindForm. Raises Nobody, GatewayError (a person is looked up first)."""
    parts: list[Filter] = []
    if asked.get("metric"):
        parts.append(equals("metric_id", asked["metric"]))
    if asked.get("person"):
        parts.append(equals("profile_id", _profile_id(client, asked["person"])))
    if asked.get("since"):
        parts.append(greater_or_equal("datetime", asked["since"]))
    if asked.get("until"):
        parts.append(less_than("datetime", asked["until"]))
    return and_(*parts) if parts else None


def _profile_id(client: Client, typed: str) -> str:
    found = wanted(typed)
    if found is None:
        raise Nobody
    query = Query(filter=found, fields={"profile": ("email",)}, page_size=1)
    for one in client.call("get_profiles", query=query).data or []:
        return str(one["id"])
    raise Nobody
