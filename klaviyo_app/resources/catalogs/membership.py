"""Items into a category and out of it, from the category's side, as a job: a hundred a call, a result a row.

Adding an item that is in it already is a 409 for the whole call (recorded), so what is in it is read first; a batch
that Klaviyo refuses all the same goes one by one.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from dashboard.teams.models import User
from klaviyo_app.accounts.models import Account
from klaviyo_app.gateway.client import Client
from klaviyo_app.gateway.errors import Conflict, GatewayError, Invalid, NotFound
from klaviyo_app.jobs import work
from klaviyo_app.jobs.models import Job, JobRow, RowState
from klaviyo_app.resources.catalogs import acts, finding, services
from klaviyo_app.resources.catalogs.bulk import label

BATCH = 100
TASK = "klaviyo_app.resources.catalogs.tasks.change_category"
INSIDE = "get_items_for_catalog_category"


def plan(
    account: Account, *, category: Mapping[str, Any], act: str, things: Sequence[Mapping[str, Any]], by: User
) -> Job:
    """Store the items as a job's rows and ring for it. Nothing is sent here. `act`: add or remove."""
    name = services.title_of(category)
    return work.plan(
        account,
        kind=f"catalogs.category_{act}",
        task=TASK,
        title=acts.title("item", act, len(things), name),
        rows=((label(one), {"id": one["id"]}) for one in things),
        options={"category": category["id"], "name": name, "act": act},
        calls=math.ceil(len(things) / BATCH) * 2,
        asked_by=by,
    )


def run(job: Job, client: Client) -> None:
    """Go on with a claimed job until it is done, cancelled, or has to wait."""
    try:
        while work.still_mine(job) and _change_batch(job, client):
            pass
        work.finish(job)
    except NotFound as error:  # the category
        work.fail(job, f"{error.sentence} {error.detail}")
    except GatewayError as error:
        work.wait_for(job, error)


def _change_batch(job: Job, client: Client) -> bool:
    """Do the next batch; False where no row is left. Raises GatewayError: NotFound where the category is gone."""
    if job.rows.filter(state=RowState.SENT).exists():
        work.remember(job, maybe_done=True)  # by a worker that died, or whose answer was lost
    rows = work.take(job, BATCH)
    if not rows:
        return False
    adding = job.options["act"] == "add"
    ids = [row.payload["id"] for row in rows]
    inside = finding.some(client, "item", ids, operation=INSIDE, path={"id": job.options["category"]})
    idle = [row for row in rows if (row.payload["id"] in inside) is adding]
    if job.memory.get("maybe_done"):
        _settle_done(job, idle)
    else:
        work.settle(idle, RowState.SKIPPED, _in_already() if adding else _("It is not in the category."))
    left = [row for row in rows if row not in idle]
    try:
        _change(job, client, left)
    except (Invalid, Conflict, NotFound):
        for row in left:
            _change_one(job, client, row)
    work.remember(job, maybe_done=False)
    return True


def _in_already() -> str:
    return _("It is in the category already.")


def _change_one(job: Job, client: Client, row: JobRow) -> None:
    try:
        _change(job, client, [row])
    except Conflict:
        work.settle([row], RowState.SKIPPED, _in_already())
    except (Invalid, NotFound) as error:
        work.settle([row], RowState.REFUSED, f"{error.sentence} {error.detail}")


def _change(job: Job, client: Client, rows: Sequence[JobRow]) -> None:
    """One call, and the result of its rows. Raises GatewayError."""
    if not rows:
        return
    data = [{"type": "catalog-item", "id": row.payload["id"]} for row in rows]
    adding = job.options["act"] == "add"
    name = "add_items_to_catalog_category" if adding else "remove_items_from_catalog_category"
    client.call(name, path={"id": job.options["category"]}, body={"data": data})
    _settle_done(job, rows)


def _settle_done(job: Job, rows: Sequence[JobRow]) -> None:
    """The result of rows, with one line in the audit log."""
    if not rows:
        return
    done = "items_added" if job.options["act"] == "add" else "items_removed"
    change = {"items": [row.key for row in rows]}
    with transaction.atomic():
        work.settle(rows, RowState.DONE)
        services.record(job.account, job.asked_by, f"catalog_category.{done}", job.options["name"], after=change)
