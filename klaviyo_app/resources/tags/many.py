"""A tag on many things of one kind, or off them, as a job: fifty a call, a result each."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import cast

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dashboard.teams.models import User
from klaviyo_app.accounts.models import Account
from klaviyo_app.gateway.client import Client
from klaviyo_app.gateway.errors import Conflict, GatewayError, Invalid, NotFound
from klaviyo_app.jobs import work
from klaviyo_app.jobs.models import Job, JobRow, RowState
from klaviyo_app.mirror.models import Mirrored
from klaviyo_app.mirror.sync import mirrored
from klaviyo_app.resources.tags import services

TASK = "klaviyo_app.resources.tags.tasks.tag_many"
AT_ONCE = 50  # things a call; Klaviyo names no limit


def title(kind: str, count: int, *, on: bool = True) -> str:
    """Such as "Tag 3 lists"."""
    words = {
        ("campaign", True): ngettext("Tag %(num)s campaign", "Tag %(num)s campaigns", count),
        ("flow", True): ngettext("Tag %(num)s flow", "Tag %(num)s flows", count),
        ("list", True): ngettext("Tag %(num)s list", "Tag %(num)s lists", count),
        ("segment", True): ngettext("Tag %(num)s segment", "Tag %(num)s segments", count),
        ("campaign", False): ngettext("Untag %(num)s campaign", "Untag %(num)s campaigns", count),
        ("flow", False): ngettext("Untag %(num)s flow", "Untag %(num)s flows", count),
        ("list", False): ngettext("Untag %(num)s list", "Untag %(num)s lists", count),
        ("segment", False): ngettext("Untag %(num)s segment", "Untag %(num)s segments", count),
    }
    return words[kind, on] % {"num": f"{count:,}"}


def plan(account: Account, *, rows: Sequence[Mirrored], tag: Mapping[str, str], put_on: bool, by: User) -> Job:
    """Store the things as a job's rows. `tag`: its id and name."""
    kind, count, name = rows[0].kind, len(rows), tag["name"]
    return work.plan(
        account,
        kind="tags.many",
        task=TASK,
        title=f"{title(kind, count)}: {name}" if put_on else f"{title(kind, count, on=False)}: {name}",
        rows=((row.name, {"id": row.klaviyo_id}) for row in rows),
        options={"kind": kind, "tag": {"id": tag["id"], "name": name}, "put_on": put_on},
        calls=math.ceil(count / AT_ONCE),
        asked_by=by,
    )


def run(job: Job, client: Client) -> None:
    """Go on with a claimed job; a broken line lets it go on later, and what Klaviyo refuses together is tried alone."""
    try:
        while work.still_mine(job) and (taken := work.take(job, AT_ONCE)):
            things = _things(job, taken)
            gone = [row for row in taken if row.payload["id"] not in things]
            work.settle(gone, RowState.SKIPPED, _("It is gone already."))
            rows = [row for row in taken if row not in gone]
            if job.asked_by is None:
                work.settle(rows, RowState.SKIPPED, _("Who asked for it is gone."))
            elif rows:
                _change_batch(job, client, rows, things)
        work.finish(job)
    except NotFound as error:  # the tag
        work.fail(job, f"{error.sentence} {error.detail}")
    except GatewayError as error:
        work.wait_for(job, error)


def _change_batch(job: Job, client: Client, rows: Sequence[JobRow], things: Mapping[str, Mirrored]) -> None:
    """Change these together; alone where Klaviyo refuses that. Raises GatewayError: NotFound where the tag is gone."""
    try:
        _change(job, client, rows, things)
    except (Invalid, Conflict, NotFound) as error:
        if len(rows) == 1:
            work.settle(rows, RowState.REFUSED, f"{error.sentence} {error.detail}")
            return
        services.named_tag(client, job.options["tag"]["id"])  # without the tag itself nothing helps
        for row in rows:
            _change_batch(job, client, [row], things)


def _change(job: Job, client: Client, rows: Sequence[JobRow], things: Mapping[str, Mirrored]) -> None:
    change = services.put_on if job.options["put_on"] else services.take_off
    found = [things[row.payload["id"]] for row in rows]
    change(job.options["tag"], *found, client=client, by=cast("User", job.asked_by))
    work.settle(rows, RowState.DONE)


def _things(job: Job, rows: Sequence[JobRow]) -> dict[str, Mirrored]:
    model = mirrored()[job.options["kind"]]
    ids = [row.payload["id"] for row in rows]
    found = model._default_manager.filter(account=job.account, gone_at=None, klaviyo_id__in=ids)
    return {one.klaviyo_id: one for one in found}
