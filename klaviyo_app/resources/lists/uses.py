"""What hangs on a list or segment: campaigns and segments from the mirror, flows from Klaviyo."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.apps import apps
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from klaviyo_app.accounts.models import Account
from klaviyo_app.gateway.client import Client
from klaviyo_app.gateway.errors import GatewayError
from klaviyo_app.resources.counting import Counted

LISTED = 10


TRIGGERED_BY = {"list": "get_flows_triggered_by_list", "segment": "get_flows_triggered_by_segment"}


@dataclass(frozen=True, slots=True)
class Use:
    """Something that names the list or segment. `kind`: campaign, segment or flow."""

    kind: str
    klaviyo_id: str
    name: str
    status: str = ""


def uses_of(account: Account, klaviyo_id: str) -> list[Use]:
    """Campaigns that send to it or leave it out, and segments whose definition names it."""
    found = []
    # By name: these rooms lie beside or above this one.
    campaigns = apps.get_model("klaviyo_app", "Campaign").objects.filter(account=account, gone_at=None)
    for key, name, status, attributes in campaigns.values_list("klaviyo_id", "name", "status", "attributes").iterator():
        audiences = attributes.get("audiences") or {}
        if klaviyo_id in (audiences.get("included") or []) or klaviyo_id in (audiences.get("excluded") or []):
            found.append(Use("campaign", key, name, status))
    segments = apps.get_model("klaviyo_app", "Segment").objects.filter(account=account, gone_at=None)
    for key, name, attributes in segments.values_list("klaviyo_id", "name", "attributes").iterator():
        if klaviyo_id in _groups(attributes.get("definition")):
            found.append(Use("segment", key, name))
    return found


def _groups(definition: object) -> set[str]:
    """The ids that a segment's definition names in membership conditions."""
    if isinstance(definition, dict):
        own = definition.get("group_ids")
        inner = (_groups(value) for value in definition.values())
        return set(map(str, own if isinstance(own, list) else ())).union(*inner)
    if isinstance(definition, list):
        return set().union(*(_groups(one) for one in definition))
    return set()


def flows_of(client: Client, row: Counted) -> list[Use]:
    """Flows that people start by coming into it, asked of Klaviyo (60 a minute). Raises GatewayError."""
    answer = client.call(TRIGGERED_BY[row.kind], path={"id": row.klaviyo_id})
    flows = [(one["id"], one.get("attributes") or {}) for one in answer.data or []]
    return [Use("flow", key, str(own.get("name") or key), str(own.get("status") or "")) for key, own in flows]


def with_flows(uses: Sequence[Use], client: Client | None, row: Counted) -> tuple[list[Use], bool]:
    """The uses and the flows; False where Klaviyo could not be asked for these."""
    try:
        return [*uses, *(flows_of(client, row) if client else ())], client is not None
    except GatewayError:
        return list(uses), False


def consequences(uses: Sequence[Use], *, flows_known: bool) -> list[str]:
    """What hangs on a list or segment, in sentences."""
    found = []
    for kind, one, many in (
        ("campaign", _("campaign names it"), _("campaigns name it")),
        ("segment", _("segment is built on it"), _("segments are built on it")),
        ("flow", _("flow starts from it"), _("flows start from it")),
    ):
        names = [use.name + (f" ({use.status})" if use.status else "") for use in uses if use.kind == kind]
        if names:
            more = ", …" if len(names) > LISTED else ""
            found.append(f"{len(names)} {ngettext(one, many, len(names))}: {', '.join(names[:LISTED])}{more}")
    if not flows_known:
        found.append(_("Klaviyo could not be asked which flows start from it."))
    return found or [_("No campaign, segment or flow that we know of uses it.")]
