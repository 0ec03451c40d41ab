"""Long work as rows: what is planned is done once, whoever dies, and what is cancelled stops."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from dashboard.audit.models import Entry
from dashboard.teams.models import User
from klaviyo_app.gateway.errors import (
    Forbidden,
    GatewayError,
    GrantRefused,
    NotConnected,
    OutcomeUnknown,
    TooMany,
    Unreachable,
    Upstream,
)
from klaviyo_app.jobs import batches, tasks, work
from klaviyo_app.jobs.models import Job, JobState, RowState, Selection
from klaviyo_app.pages.models import Receipt

KEYS = ("a", "b", "c", "d", "e")


def states(job: Job) -> str:
    """The first letters of the rows' states, in order."""
    return "".join(state[0] for state in job.rows.order_by("position").values_list("state", flat=True))


def later(job: Job, seconds: float) -> None:
    """Move what the job waits for into the past, as if so many seconds had gone by."""
    fresh = Job.objects.get(pk=job.pk)
    for name in ("lease_until", "next_at"):
        if moment := getattr(fresh, name):
            Job.objects.filter(pk=job.pk).update(**{name: moment - timedelta(seconds=seconds)})


def claimed(job: Job) -> Job:
    mine = work.claim(job.pk)
    assert mine is not None
    return mine


def test_a_plan_is_rows_and_then_a_doorbell(planned, rang, django_capture_on_commit_callbacks) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        job = planned(*KEYS)
        assert rang == []
    assert rang == [(job.pk, 0)]
    assert (job.total, states(job)) == (5, "wwwww")
    assert Entry.objects.get(action="job.planned").target == "Codes"


def test_a_job_is_worked_on_by_one_worker(planned) -> None:
    job = planned(*KEYS)
    assert work.claim(job.pk) is not None
    assert work.claim(job.pk) is None


def test_batches_are_marked_before_they_are_sent_and_end_settled(planned) -> None:
    job = claimed(planned(*KEYS))
    first = work.take(job, 2)
    assert ([row.key for row in first], states(job)) == (["a", "b"], "sswww")
    work.settle(first[:1], RowState.DONE)
    work.settle(first[1:], RowState.REFUSED, "no")
    while rows := work.take(job, 2):
        work.settle(rows, RowState.DONE)
    work.finish(job)
    job.refresh_from_db()
    assert (job.state, states(job), work.progress(job).percent) == (JobState.DONE, "drddd", 100)


def test_a_job_of_a_dead_worker_is_found_and_its_rows_come_first(planned, rang) -> None:
    job = planned(*KEYS)
    work.take(claimed(job), 2)
    tasks.sweep()
    assert rang == []
    later(job, work.LEASE_S + 1)
    tasks.sweep()
    assert rang == [(job.pk, 0)]
    assert [row.key for row in work.take(claimed(job), 3)] == ["a", "b"]


def test_a_worker_that_was_taken_over_does_nothing_more(planned) -> None:
    job = planned(*KEYS)
    frozen = claimed(job)
    later(job, work.LEASE_S + 1)
    new = claimed(job)
    assert not work.still_mine(frozen)
    assert work.take(frozen, 2) == []
    work.finish(frozen)
    work.fail(frozen, "no")
    work.put_off(frozen, wait_s=99)
    new.refresh_from_db()
    assert (new.state, states(new)) == (JobState.RUNNING, "wwwww")
    assert work.still_mine(new)


def test_an_idle_job_is_cancelled_at_once_and_nothing_is_begun(planned, bob: User) -> None:
    job = planned(*KEYS)
    work.cancel(job, by=bob)
    job.refresh_from_db()
    assert (job.state, states(job)) == (JobState.CANCELLED, "wwwww")
    assert work.claim(job.pk) is None
    assert Entry.objects.filter(action="job.cancelled").count() == 1


def test_a_running_job_that_is_cancelled_follows_what_is_on_its_way(planned, bob: User) -> None:
    job = claimed(planned(*KEYS))
    rows = work.take(job, 2)
    work.cancel(job, by=bob)
    assert work.still_mine(job)
    assert work.take(job, 2) == []
    work.settle(rows, RowState.DONE)
    assert not work.still_mine(job)
    work.finish(job)
    job.refresh_from_db()
    assert (job.state, states(job)) == (JobState.CANCELLED, "ddwww")


def test_a_job_that_waits_for_klaviyo_is_not_cancelled_over_its_head(planned, bob: User) -> None:
    job = claimed(planned(*KEYS))
    rows = work.take(job, 2)
    work.put_off(job, wait_s=30)
    work.cancel(job, by=bob)
    again = claimed(job)
    assert work.still_mine(again)
    work.settle(rows, RowState.DONE)
    work.finish(again)
    again.refresh_from_db()
    assert again.state == JobState.CANCELLED


def test_a_second_cancel_and_one_of_an_ended_job_do_nothing(planned, bob: User) -> None:
    job = planned("a")
    work.cancel(job, by=bob)
    work.cancel(job, by=bob)
    done = claimed(planned("b"))
    work.finish(done)
    work.cancel(done, by=bob)
    done.refresh_from_db()
    assert done.state == JobState.DONE
    assert Entry.objects.filter(action="job.cancelled").count() == 1


def test_a_row_that_is_on_its_way_at_the_end_is_not_known(planned) -> None:
    job = claimed(planned("a", "b"))
    work.take(job, 1)
    work.fail(job, "It broke.")
    assert states(job) == "uw"


def test_a_job_that_was_put_off_is_left_alone_until_its_time(planned, rang) -> None:
    job = planned(*KEYS)
    work.put_off(claimed(job), wait_s=30)
    assert rang == [(job.pk, 30)]
    assert work.claim(job.pk) is None
    later(job, 30)
    assert work.claim(job.pk) is not None


@pytest.mark.parametrize(
    ("error", "state", "wait_s"),
    [
        (TooMany(wait_s=7), JobState.READY, 7),
        (Unreachable(), JobState.READY, 1),
        (Upstream(), JobState.READY, 1),
        (OutcomeUnknown(), JobState.READY, 1),
        (NotConnected(), JobState.HELD, work.HELD_S),
        (GrantRefused(), JobState.HELD, work.HELD_S),
        (Forbidden("lists:write"), JobState.FAILED, None),
        (Upstream(passing=False), JobState.FAILED, None),
    ],
)
def test_what_passes_is_waited_for_and_what_does_not_is_told(planned, rang, error: GatewayError, state, wait_s) -> None:
    job = claimed(planned(*KEYS))
    work.wait_for(job, error)
    job.refresh_from_db()
    assert job.state == state
    assert str(error.sentence) in job.error
    assert [seconds for _, seconds in rang] == ([] if wait_s is None else [wait_s])


def test_trouble_without_end_is_told_and_trouble_between_successes_is_not(planned) -> None:
    job = planned(*[str(number) for number in range(work.MOST_TROUBLE * 3)])
    for _ in range(work.MOST_TROUBLE * 2):
        mine = claimed(job)
        work.settle(work.take(mine, 1), RowState.DONE)
        work.wait_for(mine, Upstream())
        later(job, 60)
    for _ in range(work.MOST_TROUBLE):
        work.wait_for(claimed(job), Upstream())
        later(job, 60)
    job.refresh_from_db()
    assert job.state == JobState.FAILED


def test_a_held_job_that_is_cancelled_ends(planned, bob: User) -> None:
    job = claimed(planned(*KEYS))
    work.take(job, 2)
    work.wait_for(job, NotConnected())
    work.cancel(job, by=bob)
    work.wait_for(claimed(job), NotConnected())
    job.refresh_from_db()
    assert (job.state, states(job)) == (JobState.CANCELLED, "uuwww")


def test_receipts_and_selections_go_after_a_day(planned, shop, bob: User) -> None:
    old = timezone.now() - timedelta(days=2)
    for token in ("old", "new"):
        Receipt.objects.create(token=token, user=bob)
        Selection.objects.create(account=shop, made_by=bob, kind=token, sentence="")
    Receipt.objects.filter(token="old").update(made_at=old)
    Selection.objects.filter(kind="old").update(created_at=old)
    tasks.tidy()
    assert [one.token for one in Receipt.objects.all()] == ["new"]
    assert [one.kind for one in Selection.objects.all()] == ["new"]


def test_rows_that_one_call_cannot_carry_are_not_marked_as_on_their_way(planned, monkeypatch) -> None:
    monkeypatch.setattr(batches, "MOST_BYTES", 16)  # two payloads
    job = work.claim(planned("a", "b", "c", "d", "e").pk)
    assert [row.key for row in work.take(job, 4, fit=batches.fitting)] == ["a", "b"]
    assert job.rows.filter(state=RowState.SENT).count() == 2


def test_rows_that_never_left_wait_again(planned) -> None:
    job = work.claim(planned("a", "b").pk)
    work.give_back(work.take(job, 1))
    assert [row.key for row in work.take(job, 2)] == ["a", "b"]
