"""Names for what Klaviyo tells apart by id: campaigns, flows, lists and forms.

A message of a campaign has the campaign's name; Klaviyo's older campaigns have one id for both. A message of a flow is
not mirrored, so that each is asked for, as far as it is shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from django.db.models import Q
from django.urls import reverse

from klaviyo_app.accounts.models import Account
from klaviyo_app.gateway.client import Client
from klaviyo_app.gateway.errors import GatewayError
from klaviyo_app.gateway.query import Query
from klaviyo_app.mirror.sync import mirrored
from klaviyo_app.resources.metrics.numbers import SHOWN, Numbers, Series

# Dimension -> the kind whose ids it holds; one of Klaviyo's dimensions that is not here holds text.
KINDS: Mapping[str, str] = {
    "$message": "message",
    "$attributed_message": "message",
    "$flow": "flow",
    "$attributed_flow": "flow",
    "List": "list",
    "form_id": "form",
}
Names = dict[str, tuple[str, str]]  # id -> name, address of its page or ""


def named(found: Numbers, account: Account, client: Client, by: str) -> Numbers:
    """The same numbers with names in place of ids; what nobody knows keeps its id."""
    kind = KINDS.get(by)
    ids = [one.name for one in found.series if one.name]
    if kind is None or not ids:
        return found
    names = _names(account, client, kind, ids)
    return replace(found, series=[_renamed(one, names) for one in found.series])


def _renamed(one: Series, names: Names) -> Series:
    name, url = names.get(one.name, (one.name, ""))
    return replace(one, name=name, url=url)


def _names(account: Account, client: Client, kind: str, ids: list[str]) -> Names:
    if kind == "form":
        return _forms(client)
    if kind != "message":
        return _of_mirror(account, kind, ids)
    names = _campaigns(account, ids)
    return names | _flow_messages(client, [one for one in ids[:SHOWN] if one not in names])


def _of_mirror(account: Account, kind: str, ids: Iterable[str]) -> Names:
    rows = mirrored()[kind]._default_manager.filter(account=account, klaviyo_id__in=ids)
    return {key: (name, _page(account, kind, key)) for key, name in rows.values_list("klaviyo_id", "name") if name}


def _campaigns(account: Account, ids: list[str]) -> Names:
    campaigns: Any = mirrored()["campaign"]  # they know of segments, and these of metrics
    rows = campaigns.objects.filter(Q(klaviyo_id__in=ids) | Q(message_id__in=ids), account=account)
    names: Names = {}
    for key, message, name in rows.values_list("klaviyo_id", "message_id", "name"):
        said = (name, _page(account, "campaign", key))
        names |= {message: said, key: said} if name else {}
    return names


def _flow_messages(client: Client, ids: Iterable[str]) -> Names:
    """By one call each; where Klaviyo does not answer, they stay ids: the numbers are more than their names."""
    names: Names = {}
    for one in ids:
        try:
            told = client.call("get_flow_message", path={"id": one}).data["attributes"]
        except GatewayError:
            continue
        message = told.get("definition") or told.get("content") or {}
        subject = message.get("subject_line") or message.get("subject") or message.get("body")
        if name := told.get("name") or message.get("name") or subject:
            names[one] = (str(name), "")
    return names


def _forms(client: Client) -> Names:
    try:
        found = list(client.items("get_forms", query=Query(fields={"form": ("name",)})))
    except GatewayError:
        return {}
    return {one["id"]: (str(one["attributes"]["name"]), "") for one in found}


def _page(account: Account, kind: str, klaviyo_id: str) -> str:
    return reverse(kind, kwargs={"account_id": account.pk, "klaviyo_id": klaviyo_id})
