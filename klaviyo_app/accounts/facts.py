"""What an account says about itself, and which families of its things we may read."""

from __future__ import annotations

from typing import Any

from klaviyo_app.gateway.client import Answer, Client
from klaviyo_app.gateway.errors import Forbidden, GatewayError, Upstream
from klaviyo_app.gateway.query import Query, equals

# family -> the cheapest read of it. Klaviyo's scopes of Maton's app are published nowhere: they are learned.
PROBES: dict[str, tuple[str, Query]] = {
    "lists": ("get_lists", Query()),
    "segments": ("get_segments", Query()),
    "profiles": ("get_profiles", Query()),
    "campaigns": ("get_campaigns", Query(filter=equals("messages.channel", "email"))),
    "templates": ("get_templates", Query()),
    "coupons": ("get_coupons", Query()),
    "metrics": ("get_metrics", Query()),
    "flows": ("get_flows", Query()),
    "tags": ("get_tags", Query()),
}


# What an account says of itself beside its id: fields of our Account, and keys of account_of().
FACTS = (
    *("name", "industry", "time_zone", "currency", "locale", "sender_name", "sender_email", "website", "address"),
    *("public_key", "test_account"),
)


def read_account(client: Client) -> dict[str, str | bool]:
    """Id, name and the rest of the account behind a connection. Raises GatewayError."""
    return account_of(client.call("get_accounts"))


def account_of(answer: Answer) -> dict[str, str | bool]:
    """The same of an answer that is there. Raises Upstream where it names no account."""
    data = answer.data
    resource = data[0] if isinstance(data, list) and data else None
    if not isinstance(resource, dict) or not resource.get("id"):
        raise Upstream("The answer names no account.", operation="get_accounts", speaker="klaviyo")
    attributes = resource.get("attributes") or {}
    contact = attributes.get("contact_information") or {}
    return {
        "id": str(resource["id"]),
        "name": str(contact.get("organization_name") or resource["id"]),
        "industry": str(attributes.get("industry") or ""),
        "time_zone": str(attributes.get("timezone") or "UTC"),
        "currency": str(attributes.get("preferred_currency") or ""),
        "locale": str(attributes.get("locale") or ""),
        "sender_name": str(contact.get("default_sender_name") or ""),
        "sender_email": str(contact.get("default_sender_email") or ""),
        "website": str(contact.get("website_url") or "")[:500],
        "address": _one_line(contact.get("street_address") or {})[:500],
        "public_key": str(attributes.get("public_api_key") or "")[:64],
        "test_account": bool(attributes.get("test_account")),
    }


def _one_line(address: dict[str, Any]) -> str:
    """A street address as one line, as far as it is known."""
    parts = (address.get(name) for name in ("address1", "address2", "zip", "city", "region", "country"))
    return ", ".join(str(one) for one in parts if one)


def probe(client: Client) -> dict[str, Any]:
    """Family -> {"may": bool or None, "detail": words}; None where the read failed for another reason.

    Of a family that may be read also "count", the things on its first page, and "more", whether there are others:
    Klaviyo gives no totals.
    """
    found: dict[str, Any] = {}
    for family, (operation, query) in PROBES.items():
        try:
            answer = client.call(operation, query=query)
        except Forbidden as error:
            found[family] = {"may": False, "detail": error.detail[:300]}
        except GatewayError as error:
            found[family] = {"may": None, "detail": str(error.sentence)}
        else:
            found[family] = {
                "may": True,
                "detail": "",
                "count": len(answer.data or []),
                "more": bool(answer.links.get("next")),
            }
    return found
