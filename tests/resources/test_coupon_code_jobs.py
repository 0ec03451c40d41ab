"""Many codes by a job, over HTTP against the sandbox: batches, results a row, lost answers."""

from __future__ import annotations

import time
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from klaviyo_app.jobs.models import Job, JobRow, JobState, RowState
from klaviyo_app.resources.coupons import tasks
from klaviyo_app.resources.coupons.generation import BATCH
from klaviyo_app.resources.coupons.models import Coupon
from tests.sandbox_server import World

pytestmark = pytest.mark.django_db
MANY = 2500


@pytest.fixture
def summer(world: World, account: Any, read: Any) -> Coupon:
    body = {"data": {"type": "coupon", "attributes": {"external_id": "SUMMER", "description": "Ten"}}}
    world.call("POST", "coupons", body)
    read("coupon")
    return Coupon.objects.get()


def paste(browse: Any, coupon: Coupon, codes: list[str]) -> Job:
    """Ask for these codes by the form."""
    answer = browse(f"coupons/{coupon.klaviyo_id}/codes/make/", {"pasted": "\n".join(codes)})
    job = Job.objects.get()
    assert answer["Location"].endswith(f"/jobs/{job.pk}/")
    return job


def work_off(job: Job) -> Job:
    """Ring for it as the sweep would, until it has ended."""
    until = time.monotonic() + 30
    while job.state not in {JobState.DONE, JobState.FAILED, JobState.CANCELLED}:
        assert time.monotonic() < until, (job.state, job.error)
        Job.objects.filter(pk=job.pk).update(next_at=timezone.now())
        tasks.make_codes(job.pk)
        job.refresh_from_db()
        time.sleep(0.05)
    return job


def leave(job: Job, rows: list[JobRow]) -> None:
    """As a worker leaves it that was killed: rows on their way, a lease that has run out."""
    JobRow.objects.filter(pk__in=[row.pk for row in rows]).update(state=RowState.SENT)
    Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING, lease_until=timezone.now() - timedelta(seconds=1))


def states(job: Job) -> Counter[str]:
    return Counter(job.rows.values_list("state", flat=True))


def codes_of(world: World) -> list[str]:
    """Every code that Klaviyo has, page by page."""
    path: str | None = "coupon-codes?filter=equals(coupon.id,%22SUMMER%22)"
    found: list[str] = []
    while path:
        page = world.call("GET", path)
        found += [one["attributes"]["unique_code"] for one in page["data"]]
        onward = page["links"]["next"]
        path = onward.split("/api/")[1] if onward else None
    return found


def make_code(world: World, code: str) -> None:
    relation = {"coupon": {"data": {"type": "coupon", "id": "SUMMER"}}}
    data = {"type": "coupon-code", "attributes": {"unique_code": code}, "relationships": relation}
    world.call("POST", "coupon-codes", {"data": data})


def test_thousands_of_codes_are_made_a_thousand_at_a_time_and_the_duplicate_is_named(
    world: World, summer: Coupon, browse: Any
) -> None:
    codes = [f"SUN-{number:05}" for number in range(MANY)]
    make_code(world, codes[1234])
    job = work_off(paste(browse, summer, codes))
    assert job.state == JobState.DONE
    assert states(job) == {RowState.DONE: MANY - 1, RowState.REFUSED: 1}
    refused = job.rows.get(state=RowState.REFUSED)
    assert (refused.key, bool(refused.detail)) == (codes[1234], True)
    assert sorted(codes_of(world)) == codes
    assert world.count("bulk_create_coupon_codes") == 3


def test_a_pattern_makes_as_many_codes_as_were_asked_for(world: World, summer: Coupon, browse: Any) -> None:
    browse(f"coupons/{summer.klaviyo_id}/codes/make/", {"pattern": "VIP-*****", "count": "40"})
    work_off(Job.objects.get())
    found = codes_of(world)
    assert len(set(found)) == len(found) == 40
    assert all(code.startswith("VIP-") for code in found)


def test_a_lost_answer_ends_with_every_code_once_and_none_refused(world: World, summer: Coupon, browse: Any) -> None:
    """The POST arrives, its answer does not: the same codes are sent again, and what exists by then counts as made."""
    world.fault("bulk_create_coupon_codes", "reset-after")
    codes = [f"SUN-{number:02}" for number in range(30)]
    job = work_off(paste(browse, summer, codes))
    assert job.state == JobState.DONE
    assert states(job) == {RowState.DONE: 30}
    assert sorted(codes_of(world)) == codes
    assert world.count("bulk_create_coupon_codes") == 2


def test_a_worker_killed_between_post_and_answer_is_taken_over_and_every_code_is_there_once(
    world: World, summer: Coupon, browse: Any
) -> None:
    codes = [f"SUN-{number:02}" for number in range(30)]
    job = paste(browse, summer, codes)
    for code in codes:
        make_code(world, code)
    leave(job, list(job.rows.all()[:BATCH]))
    job.refresh_from_db()
    assert states(work_off(job)) == {RowState.DONE: 30}
    assert sorted(codes_of(world)) == codes


def test_a_batch_that_klaviyo_refuses_whole_leaves_its_reason_with_the_rows(
    world: World, summer: Coupon, browse: Any
) -> None:
    job = paste(browse, summer, ["A1", "A2"])
    world.call("DELETE", f"coupons/{summer.klaviyo_id}")
    work_off(job)
    assert RowState.DONE not in states(job)
    assert job.error or all(job.rows.values_list("detail", flat=True))


def test_a_busy_klaviyo_is_waited_for(world: World, summer: Coupon, browse: Any) -> None:
    world.fault("bulk_create_coupon_codes", "429", times=1)
    assert states(work_off(paste(browse, summer, ["A1", "A2"]))) == {RowState.DONE: 2}


def test_the_page_of_the_job_names_the_refused_code_with_klaviyos_words(
    world: World, summer: Coupon, browse: Any
) -> None:
    make_code(world, "TAKEN-1")
    job = work_off(paste(browse, summer, ["TAKEN-1", "FREE-1"]))
    page = browse(f"jobs/{job.pk}/").content.decode()
    assert "TAKEN-1" in page
    assert job.rows.get(state=RowState.REFUSED).detail in page


def test_the_same_form_posted_twice_plans_one_job(summer: Coupon, browse: Any) -> None:
    typed = {"pasted": "A1 A2", "form_token": "t" * 32}
    first, second = (browse(f"coupons/{summer.klaviyo_id}/codes/make/", typed) for _ in range(2))
    assert first["Location"] == second["Location"]
    assert Job.objects.count() == 1
