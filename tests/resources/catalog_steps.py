"""A catalog for tests: things of it made at the sandbox, and jobs planned by the pages and worked off."""

from __future__ import annotations

import re
import time
from collections import Counter
from datetime import timedelta
from typing import Any

from django.utils import timezone

from klaviyo_app.jobs.models import Job, JobRow, JobState, RowState
from klaviyo_app.resources.catalogs import bulk, membership, tasks
from tests.sandbox_server import World

TASKS = {bulk.TASK: tasks.act_on_many, membership.TASK: tasks.change_category}


def key(external_id: str) -> str:
    return f"$custom:::$default:::{external_id}"


def stock(world: World, count: int, **more: Any) -> list[str]:
    """So many items called Item 0, Item 1 ...; their ids."""
    sold = [
        {"external_id": f"I-{number}", "title": f"Item {number}", "description": "", "url": "https://x.example", **more}
        for number in range(count)
    ]
    for start in range(0, count, 100):
        rows = [{"type": "catalog-item", "attributes": one} for one in sold[start : start + 100]]
        job = {"type": "catalog-item-bulk-create-job", "attributes": {"items": {"data": rows}}}
        world.call("POST", "catalog-item-bulk-create-jobs", {"data": job})
    return [key(one["external_id"]) for one in sold]


def colours(world: World, item: str, count: int) -> list[str]:
    """So many variants of an item; their ids."""
    for number in range(count):
        attributes = {
            "external_id": f"V-{number}",
            "title": f"Variant {number}",
            "description": "",
            "url": "https://x.example",
            "sku": f"S-{number}",
            "inventory_quantity": 1,
            "price": 2,
        }
        relation = {"item": {"data": {"type": "catalog-item", "id": item}}}
        data = {"type": "catalog-variant", "attributes": attributes, "relationships": relation}
        world.call("POST", "catalog-variants", {"data": data})
    return [key(f"V-{number}") for number in range(count)]


def group(world: World, name: str, items: list[str] | None = None) -> str:
    """A category with these items; its id."""
    relation = {"items": {"data": [{"type": "catalog-item", "id": one} for one in items or ()]}}
    data = {"type": "catalog-category", "attributes": {"external_id": name, "name": name}, "relationships": relation}
    return str(world.call("POST", "catalog-categories", {"data": data})["data"]["id"])


def published(world: World, kind: str = "items") -> dict[str, bool]:
    return {one["id"]: one["attributes"]["published"] for one in world.call("GET", f"catalog-{kind}")["data"]}


def inside(world: World, category: str) -> set[str]:
    return {one["id"] for one in world.call("GET", f"catalog-categories/{category}/items")["data"]}


def planned(browse: Any, path: str, **posted: Any) -> Job:
    """The job of what is ticked (`ids`) or found (`all`, `match`), after the question was answered."""
    question = browse(path, posted)["Location"]
    answer = browse(question, {})
    job = Job.objects.latest("pk")
    assert answer["Location"].endswith(f"/jobs/{job.pk}/"), answer.content.decode()
    return job


def work_off(job: Job) -> Job:
    """Ring for it as the sweep would, until it has ended."""
    until = time.monotonic() + 30
    while job.state not in {JobState.DONE, JobState.FAILED, JobState.CANCELLED}:
        assert time.monotonic() < until, (job.state, job.error)
        Job.objects.filter(pk=job.pk).update(next_at=timezone.now())
        TASKS[job.task](job.pk)
        job.refresh_from_db()
        time.sleep(0.05)
    return job


def leave(job: Job) -> None:
    """As a worker leaves it that was killed: rows on their way, a lease that has run out."""
    JobRow.objects.filter(job=job).update(state=RowState.SENT)
    Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING, lease_until=timezone.now() - timedelta(seconds=1))


def states(job: Job) -> Counter[str]:
    """How many rows stand where."""
    return Counter(job.rows.values_list("state", flat=True))


def category_path(browse: Any, name: str) -> str:
    """The address of a category's page."""
    page = browse(f"catalog/categories/?q={name}").content.decode()
    found = re.search(r'href="(/a/\d+/catalog/categories/[\w-]+/)">' + name, page)
    assert found
    return found[1]


def rows_of(page: Any) -> str:
    return str(page.content.decode().partition("<tbody>")[2].partition("</tbody>")[0])
