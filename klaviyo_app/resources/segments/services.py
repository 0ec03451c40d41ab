"""What can be done with segments: Klaviyo first, then the mirror, then the audit log."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from dashboard import audit
from dashboard.teams.models import User
from klaviyo_app.accounts.models import Account
from klaviyo_app.gateway.client import Client
from klaviyo_app.gateway.errors import NotFound
from klaviyo_app.jobs import work
from klaviyo_app.jobs.models import Job
from klaviyo_app.mirror import edits
from klaviyo_app.mirror.absorb import absorb, absorb_gone
from klaviyo_app.resources.counting import outdate
from klaviyo_app.resources.segments.models import Segment

DELETE_TASK = "klaviyo_app.resources.segments.tasks.delete_segments"


def _record(account: Account, by: User, action: str, name: str, **change: Any) -> None:
    audit.record(team=account.team, actor=by, action=action, target=name, account_id=account.pk, **change)


def create_segment(
    account: Account,
    *,
    client: Client,
    by: User,
    now: datetime,
    name: str,
    definition: dict[str, Any],
    is_starred: bool,
) -> Segment:
    """Make a segment. Raises GatewayError (Invalid with pointers into the definition)."""
    attributes = {"name": name, "definition": definition, "is_starred": is_starred}
    answer = client.call("create_segment", body={"data": {"type": "segment", "attributes": attributes}})
    row = absorb(Segment, account, answer.data, by=by, now=now)
    _record(account, by, "segment.created", name, after=attributes)
    return row


def edit_segment(
    row: Segment,
    *,
    client: Client,
    by: User,
    now: datetime,
    seen: str,
    name: str,
    definition: dict[str, Any],
    is_starred: bool,
) -> Segment:
    """Change name, definition, star. Only what differs is written: a definition starts a recount at Klaviyo."""
    live = client.call("get_segment", path={"id": row.klaviyo_id}).data
    edits.check(seen, live)
    wanted = {"name": name, "definition": definition, "is_starred": is_starred}
    before = {field: live["attributes"].get(field) for field in wanted}
    changes = {field: value for field, value in wanted.items() if before[field] != value}
    if changes:
        body = {"type": "segment", "id": row.klaviyo_id, "attributes": changes}
        live = client.call("update_segment", path={"id": row.klaviyo_id}, body={"data": body}).data
    changed = absorb(Segment, row.account, live, by=by, now=now)
    _record(row.account, by, "segment.changed", changed.name, before=before, after=wanted)
    return changed


def delete_segment(row: Segment, *, client: Client, by: User, now: datetime) -> None:
    """Delete it at Klaviyo, then here; gone already counts as done."""
    with suppress(NotFound):
        client.call("delete_segment", path={"id": row.klaviyo_id})
    absorb_gone(row, by=by, now=now)
    _record(row.account, by, "segment.deleted", row.name, before={"definition": row.attributes.get("definition")})


def star_segment(row: Segment, *, client: Client, by: User, now: datetime, is_starred: bool) -> Segment:
    """Put a star on it, or take it off. Raises GatewayError."""
    body = {"type": "segment", "id": row.klaviyo_id, "attributes": {"is_starred": is_starred}}
    answer = client.call("update_segment", path={"id": row.klaviyo_id}, body={"data": body})
    changed = absorb(Segment, row.account, answer.data, by=by, now=now)
    _record(row.account, by, "segment.starred" if is_starred else "segment.unstarred", row.name)
    return changed


def read_state(row: Segment, *, client: Client, now: datetime) -> Segment:
    """The segment as Klaviyo has it now, processing or not. Raises GatewayError."""
    answer = client.call("get_segment", path={"id": row.klaviyo_id})
    changed = absorb(Segment, row.account, answer.data, now=now)
    if row.is_processing and not changed.is_processing:
        outdate(changed)
    return changed


def plan_deletion(account: Account, *, rows: Sequence[Segment], by: User) -> Job:
    """Delete many segments by a job, one call each."""
    return work.plan(
        account,
        kind="segments.delete",
        task=DELETE_TASK,
        title=f"Delete {len(rows):,} segments",
        rows=((row.name, {"id": row.klaviyo_id}) for row in rows),
        calls=len(rows),
        asked_by=by,
    )
