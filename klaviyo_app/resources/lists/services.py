"""What can be done with lists: Klaviyo first, then the mirror, then the audit log. Many people are a job."""

from __future__ import annotations

import math
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
from klaviyo_app.resources.lists.models import KlaviyoList

# First revision in which a list's opt-in process can be written (Klaviyo's description).
OPT_IN_SINCE = "2025-10-15"
PEOPLE_TASK = "klaviyo_app.resources.lists.tasks.change_people"
DELETE_TASK = "klaviyo_app.resources.lists.tasks.delete_lists"


def _record(account: Account, by: User, action: str, name: str, **change: Any) -> None:
    audit.record(team=account.team, actor=by, action=action, target=name, account_id=account.pk, **change)


def _attributes(name: str, opt_in_process: str) -> dict[str, str]:
    return {"name": name, **({"opt_in_process": opt_in_process} if opt_in_process else {})}


def create_list(
    account: Account, *, client: Client, by: User, now: datetime, name: str, opt_in_process: str = ""
) -> KlaviyoList:
    """Make a list; an empty `opt_in_process` leaves it to the account's default. Raises GatewayError."""
    body = {"type": "list", "attributes": _attributes(name, opt_in_process)}
    row = absorb(KlaviyoList, account, client.call("create_list", body={"data": body}).data, by=by, now=now)
    _record(account, by, "list.created", name, after=_attributes(name, row.opt_in_process))
    return row


def edit_list(
    row: KlaviyoList, *, client: Client, by: User, now: datetime, seen: str, name: str, opt_in_process: str = ""
) -> KlaviyoList:
    """Rename, and change the opt-in process where it is given. Raises ChangedMeanwhile, GatewayError."""
    live = client.call("get_list", path={"id": row.klaviyo_id}).data
    edits.check(seen, live)
    body = {"type": "list", "id": row.klaviyo_id, "attributes": _attributes(name, opt_in_process)}
    answer = client.call("update_list", path={"id": row.klaviyo_id}, body={"data": body})
    before = _attributes(row.name, row.opt_in_process)
    changed = absorb(KlaviyoList, row.account, answer.data, by=by, now=now)
    after = _attributes(changed.name, changed.opt_in_process)
    _record(row.account, by, "list.changed", changed.name, before=before, after=after)
    return changed


def delete_list(row: KlaviyoList, *, client: Client, by: User, now: datetime) -> None:
    """Delete it at Klaviyo, then here; gone already counts as done."""
    with suppress(NotFound):
        client.call("delete_list", path={"id": row.klaviyo_id})
    absorb_gone(row, by=by, now=now)
    _record(row.account, by, "list.deleted", row.name, before={"name": row.name})


def plan_people(row: KlaviyoList, *, addresses: Sequence[str], add: bool, make: bool, by: User) -> Job:
    """Store the addresses as a job's rows. `make`: people whom Klaviyo does not know are made first."""
    count = len(addresses)
    title = f"Add {count:,} people to {row.name}" if add else f"Remove {count:,} people from {row.name}"
    return work.plan(
        row.account,
        kind="lists.people",
        task=PEOPLE_TASK,
        title=title,
        rows=((address, {}) for address in addresses),
        options={"list": row.klaviyo_id, "add": add, "make": make},
        calls=math.ceil(len(addresses) / 100) * 2,
        asked_by=by,
    )


def plan_deletion(account: Account, *, rows: Sequence[KlaviyoList], by: User) -> Job:
    """Delete many lists by a job, one call each."""
    return work.plan(
        account,
        kind="lists.delete",
        task=DELETE_TASK,
        title=f"Delete {len(rows):,} lists",
        rows=((row.name, {"id": row.klaviyo_id}) for row in rows),
        calls=len(rows),
        asked_by=by,
    )
