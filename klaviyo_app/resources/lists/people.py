"""People into a list and out of it, as a job: looked up by address, made where asked for, then changed in batches.

Adding the same person twice changes nothing (Klaviyo's description), so a batch whose answer was lost is sent again.
"""

from __future__ import annotations

from klaviyo_app.gateway.client import Client
from klaviyo_app.gateway.errors import Conflict, GatewayError, Invalid, NotFound
from klaviyo_app.gateway.query import Query, any_of
from klaviyo_app.jobs import work
from klaviyo_app.jobs.models import Job, JobRow, RowState
from klaviyo_app.resources.counting import outdate
from klaviyo_app.resources.lists.models import KlaviyoList

BATCH = 100  # profiles a look-up page and a relationship call (1,000 are allowed at some revisions only)


def change_batch(job: Job, client: Client) -> bool:
    """Do the next batch of a claimed job; False where no row is left. Raises GatewayError where none got through."""
    rows = work.take(job, BATCH)
    if not rows:
        return False
    ids = _known(client, rows)
    missing = [row for row in rows if row.key not in ids]
    if missing and job.options["add"] and job.options["make"]:
        ids |= _made(client, missing)
        missing = [row for row in missing if row.key not in ids]
        missing = [row for row in missing if row.state == RowState.SENT]
    work.settle(missing, RowState.REFUSED if job.options["add"] else RowState.SKIPPED, "Klaviyo knows nobody with it.")
    there = [row for row in rows if row.key in ids]
    if there:
        name = "add_profiles_to_list" if job.options["add"] else "remove_profiles_from_list"
        data = [{"type": "profile", "id": ids[row.key]} for row in there]
        try:
            client.call(name, path={"id": job.options["list"]}, body={"data": data})
        except (Invalid, Conflict) as error:
            work.settle(there, RowState.REFUSED, error.detail)
        else:
            work.settle(there, RowState.DONE)
    return True


def _known(client: Client, rows: list[JobRow]) -> dict[str, str]:
    """Address -> profile id, of those that Klaviyo knows."""
    wanted = [row.key for row in rows]
    asked = Query(filter=any_of("email", wanted), fields={"profile": ("email",)}, page_size=BATCH)
    found = client.items("get_profiles", query=asked)
    return {str(one["attributes"].get("email") or "").lower(): str(one["id"]) for one in found}


def _made(client: Client, rows: list[JobRow]) -> dict[str, str]:
    """Make profiles; a duplicate was made meanwhile and counts. A refused one is settled with Klaviyo's words."""
    ids: dict[str, str] = {}
    for row in rows:
        body = {"type": "profile", "attributes": {"email": row.key}}
        try:
            ids[row.key] = client.call("create_profile", body={"data": body}).data["id"]
        except Conflict as error:
            if error.duplicate_id:
                ids[row.key] = error.duplicate_id
        except Invalid as error:
            work.settle([row], RowState.REFUSED, error.detail)
            row.state = RowState.REFUSED
    return ids


def run(job: Job, client: Client) -> None:
    """Go on with a claimed job until it is done, cancelled, or has to wait."""
    try:
        while work.still_mine(job):
            if not change_batch(job, client):
                break
        work.finish(job)
        counted = KlaviyoList.objects.filter(account=job.account, klaviyo_id=job.options["list"]).first()
        if counted:
            outdate(counted)
    except NotFound as error:
        work.fail(job, f"{error.sentence} {error.detail}")
    except GatewayError as error:
        work.wait_for(job, error)
