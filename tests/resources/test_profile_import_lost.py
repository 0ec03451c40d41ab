"""An import whose answer was lost, over HTTP against the sandbox: found again or not known, and never sent twice."""

from __future__ import annotations

import time
from typing import Any

import pytest

from klaviyo_app.jobs.models import JobRow, JobState, RowState
from klaviyo_app.resources.profiles import lost_import
from tests.resources.test_profile_import import CSV, planned, run
from tests.sandbox_server import World

pytestmark = pytest.mark.django_db

LOST = ["reset-after", "500-after", "truncated", "malformed", "empty", "wrong-id"]


@pytest.mark.parametrize("fault", LOST)
def test_an_import_whose_answer_was_lost_is_found_and_followed(
    world: World, account: Any, browse: Any, fault: str
) -> None:
    job = planned(browse, CSV)
    world.fault("bulk_import_profiles", fault)
    assert set(run(job, world, rounds=4).values()) == {RowState.DONE}
    assert world.count("bulk_import_profiles") == 1


@pytest.mark.parametrize("fault", ["reset-before", "503"])
def test_an_import_that_never_arrived_is_not_sent_again_and_the_rows_say_so(
    world: World, account: Any, browse: Any, fault: str
) -> None:
    job = planned(browse, CSV)
    world.fault("bulk_import_profiles", fault)
    assert set(run(job, world, rounds=lost_import.LOOKS + 1).values()) == {RowState.UNKNOWN}
    assert "most likely it took none of it" in job.rows.first().detail
    assert (job.state, world.count("bulk_import_profiles")) == (JobState.DONE, 1)


def test_an_import_that_arrives_late_is_found(world: World, account: Any, browse: Any) -> None:
    job = planned(browse, CSV)
    world.fault("bulk_import_profiles", "late", seconds=0.5)
    assert RowState.SENT in run(job, world, rounds=1).values()
    time.sleep(0.8)
    assert set(run(job, world, rounds=3).values()) == {RowState.DONE}


def test_somebody_else_s_import_of_as_many_is_not_taken_for_ours(world: World, account: Any, browse: Any) -> None:
    job = planned(browse, CSV)
    world.fault("bulk_import_profiles", "reset-before")
    run(job, world, rounds=1)
    others = [{"type": "profile", "attributes": {"email": f"other{n}@example.com"}} for n in range(2)]
    body = {"type": "profile-bulk-import-job", "attributes": {"profiles": {"data": others}}}
    world.call("POST", "profile-bulk-import-jobs", {"data": body})
    assert set(run(job, world, rounds=lost_import.LOOKS + 1).values()) == {RowState.UNKNOWN}


def test_rows_that_a_dead_worker_left_on_their_way_are_never_sent_again(
    world: World, account: Any, browse: Any
) -> None:
    job = planned(browse, CSV)
    JobRow.objects.filter(job=job).update(state=RowState.SENT)
    assert set(run(job, world, rounds=lost_import.LOOKS + 1).values()) == {RowState.UNKNOWN}
    assert world.count("bulk_import_profiles") == 0


def test_a_long_import_whose_answer_was_lost_is_found_when_klaviyo_shows_its_people(
    world: World, account: Any, browse: Any
) -> None:
    """It shows none of them while it runs, and that may be longer than a POST can be on its way."""
    world.settings(job_seconds=200)
    job = planned(browse, CSV)
    world.fault("bulk_import_profiles", "reset-after")
    assert set(run(job, world, rounds=lost_import.LOOKS + 4).values()) == {RowState.SENT}
    assert set(run(job, world, rounds=14).values()) == {RowState.DONE}
    assert world.count("bulk_import_profiles") == 1
