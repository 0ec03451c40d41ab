"""What can be done with coupons and single codes; many codes are a job (see generation.py)."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import Any

from dashboard import audit
from dashboard.teams.models import User
from klaviyo_app.accounts.models import Account
from klaviyo_app.gateway.client import Client
from klaviyo_app.gateway.errors import NotFound
from klaviyo_app.mirror import edits
from klaviyo_app.mirror.absorb import absorb, absorb_gone
from klaviyo_app.resources.coupons.models import Coupon

# First revision that lets a coupon warn when few codes are left (Klaviyo's description).
MONITOR_SINCE = "2025-07-15"
LOWEST_THRESHOLD = 100


def _record(account: Account, by: User, action: str, name: str, **change: Any) -> None:
    audit.record(team=account.team, actor=by, action=action, target=name, account_id=account.pk, **change)


def _attributes(description: str, threshold: int | None, *, monitor: bool) -> dict[str, Any]:
    attributes: dict[str, Any] = {"description": description}
    if monitor:
        attributes["monitor_configuration"] = {"low_balance_threshold": threshold} if threshold else None
    return attributes


def create_coupon(
    account: Account,
    *,
    client: Client,
    by: User,
    now: datetime,
    external_id: str,
    description: str,
    threshold: int | None = None,
) -> Coupon:
    """Make a coupon; `threshold` codes left make Klaviyo warn. Raises GatewayError (Conflict where the id is taken)."""
    attributes = {"external_id": external_id, **_attributes(description, threshold, monitor=threshold is not None)}
    answer = client.call("create_coupon", body={"data": {"type": "coupon", "attributes": attributes}})
    row = absorb(Coupon, account, answer.data, by=by, now=now)
    _record(account, by, "coupon.created", external_id, after={"description": description})
    return row


def edit_coupon(
    row: Coupon,
    *,
    client: Client,
    by: User,
    now: datetime,
    seen: str,
    description: str,
    threshold: int | None,
    monitor: bool,
) -> Coupon:
    """Change description and threshold. Raises ChangedMeanwhile where Klaviyo's is not the one that was loaded."""
    live = client.call("get_coupon", path={"id": row.klaviyo_id}).data
    edits.check(seen, live)
    attributes = _attributes(description, threshold, monitor=monitor)
    body = {"type": "coupon", "id": row.klaviyo_id, "attributes": attributes}
    answer = client.call("update_coupon", path={"id": row.klaviyo_id}, body={"data": body})
    before = {"description": row.description, "threshold": row.low_balance_threshold}
    changed = absorb(Coupon, row.account, answer.data, by=by, now=now)
    after = {"description": changed.description, "threshold": changed.low_balance_threshold}
    _record(row.account, by, "coupon.changed", row.name, before=before, after=after)
    return changed


def delete_coupon(row: Coupon, *, client: Client, by: User, now: datetime) -> None:
    """Delete it at Klaviyo, then here; gone already counts as done."""
    with suppress(NotFound):
        client.call("delete_coupon", path={"id": row.klaviyo_id})
    absorb_gone(row, by=by, now=now)
    _record(row.account, by, "coupon.deleted", row.name, before={"description": row.description})


def create_code(row: Coupon, *, client: Client, by: User, code: str, expires_at: datetime | None) -> dict[str, Any]:
    """Make one code; without a time Klaviyo lets it expire after a year. Raises GatewayError."""
    data = code_body(row.klaviyo_id, code, expires_at.isoformat() if expires_at else None)
    made: dict[str, Any] = client.call("create_coupon_code", body={"data": data}).data
    _record(row.account, by, "coupon_code.created", f"{row.name}: {code}")
    return made


def edit_code(row: Coupon, *, client: Client, by: User, code_id: str, expires_at: datetime) -> dict[str, Any]:
    """Change when a code expires. Raises GatewayError."""
    before = client.call("get_coupon_code", path={"id": code_id}).data["attributes"]
    data = {"type": "coupon-code", "id": code_id, "attributes": {"expires_at": expires_at.isoformat()}}
    changed: dict[str, Any] = client.call("update_coupon_code", path={"id": code_id}, body={"data": data}).data
    _record(
        row.account,
        by,
        "coupon_code.changed",
        f"{row.name}: {before.get('unique_code')}",
        before={"expires_at": before.get("expires_at")},
        after={"expires_at": changed["attributes"].get("expires_at")},
    )
    return changed


def delete_code(row: Coupon, *, client: Client, by: User, code_id: str) -> None:
    """Delete a code; Klaviyo refuses one that a person already has. Gone already counts as done."""
    with suppress(NotFound):
        client.call("delete_coupon_code", path={"id": code_id})
    _record(row.account, by, "coupon_code.deleted", f"{row.name}: {code_id.removeprefix(f'{row.klaviyo_id}-')}")


def code_body(coupon_id: str, code: str, expires_at: str | None) -> dict[str, Any]:
    """The resource object of a new code."""
    attributes: dict[str, Any] = {"unique_code": code}
    if expires_at:
        attributes["expires_at"] = expires_at
    return {
        "type": "coupon-code",
        "attributes": attributes,
        "relationships": {"coupon": {"data": {"type": "coupon", "id": coupon_id}}},
    }
