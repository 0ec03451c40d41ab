"""The pages of jobs: they follow the rows, survive a reload, and let the right people cancel."""

from __future__ import annotations

import csv
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from klaviyo_app.accounts.models import Account
from klaviyo_app.jobs import work
from klaviyo_app.jobs.models import Job, JobState, RowState
from klaviyo_app.jobs.views import ROW_STATES, STATES
from tests.shop import make_account


def page(browser, shop: Account, job: Job, more: str = "", **headers: str) -> str:
    answer = browser.get(f"/a/{shop.pk}/jobs/{job.pk}/{more}", headers=headers)
    assert answer.status_code == 200
    return answer.content.decode()


def test_each_state_has_words_and_an_icon() -> None:
    assert set(STATES) == set(JobState)
    assert set(ROW_STATES) == set(RowState)
    assert all(pill.label and pill.icon for pill in (*STATES.values(), *ROW_STATES.values()))


def test_the_page_asks_again_only_while_the_job_is_open(shop: Account, planned, vera, client_of) -> None:
    job, browser = planned("a"), client_of(vera)
    assert 'hx-trigger="every' in page(browser, shop, job)
    mine = work.claim(job.pk)
    work.settle(work.take(mine, 1), RowState.DONE)
    work.finish(mine)
    assert 'hx-trigger="every' not in page(browser, shop, job)


def test_progress_survives_a_reload_since_it_is_the_rows(shop: Account, planned, vera, client_of) -> None:
    job = planned("a", "b", "c", "d")
    work.settle(work.take(work.claim(job.pk), 1), RowState.DONE)
    shown = [page(client_of(vera), shop, job) for _ in range(2)]
    assert all("1 of 4" in one and 'value="25"' in one for one in shown)


def test_the_part_is_one_root_that_asks_for_itself(shop: Account, planned, vera, client_of) -> None:
    part = page(client_of(vera), shop, planned("a"), "?rows=waiting", **{"HX-Request": "true"}).strip()
    assert part.startswith('<section id="job" hx-get="/a/')
    assert "?rows=waiting" in part
    assert part.endswith("</section>")


def test_rows_can_be_narrowed_to_a_result(shop: Account, planned, vera, client_of) -> None:
    job = planned("good", "bad")
    rows = work.take(work.claim(job.pk), 2)
    work.settle(rows[:1], RowState.DONE)
    work.settle(rows[1:], RowState.REFUSED, "<b>no</b>")
    shown = page(client_of(vera), shop, job, "?rows=refused")
    assert "<td>bad</td>" in shown
    assert "<td>good</td>" not in shown
    assert "&lt;b&gt;no&lt;/b&gt;" in shown


def test_an_editor_cancels_and_a_viewer_does_not(shop: Account, planned, vera, bob, client_of) -> None:
    job = planned("a")
    address = f"/a/{shop.pk}/jobs/{job.pk}/cancel/"
    assert client_of(vera).post(address).status_code == 403
    assert address not in page(client_of(vera), shop, job)
    assert address in page(client_of(bob), shop, job)
    assert client_of(bob).post(address).status_code == 303
    job.refresh_from_db()
    assert job.state == JobState.CANCELLED


def test_a_get_does_not_cancel(shop: Account, planned, bob, client_of) -> None:
    job = planned("a")
    assert client_of(bob).get(f"/a/{shop.pk}/jobs/{job.pk}/cancel/").status_code == 405


def test_a_stranger_and_another_account_see_nothing(shop: Account, planned, vera, charlie, client_of) -> None:
    job = planned("a")
    other = make_account(shop.team, "Other", connection_id="conn-2")
    assert client_of(charlie).get(f"/a/{shop.pk}/jobs/{job.pk}/").status_code == 404
    assert client_of(vera).get(f"/a/{other.pk}/jobs/{job.pk}/").status_code == 404


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_refused_rows_are_a_file_that_no_spreadsheet_runs(shop: Account, planned, vera, client_of, start: str) -> None:
    job = planned(f"{start}cmd|'/C calc'!A0", "fine")
    rows = work.take(work.claim(job.pk), 2)
    work.settle(rows[:1], RowState.REFUSED, "=1+1")
    work.settle(rows[1:], RowState.DONE)
    answer = client_of(vera).get(f"/a/{shop.pk}/jobs/{job.pk}/refused.csv")
    assert answer["Content-Type"].startswith("text/csv")
    written = list(csv.reader(io.StringIO(answer.content.decode(), newline="")))
    assert len(written) == 2
    assert all(cell[0] not in "=+-@\t\r" for cell in written[1])


def test_all_rows_are_a_file_with_the_number_they_had_in_the_one_they_came_from(
    shop: Account, bob, vera, client_of
) -> None:
    rows = [("a", {"row": 3}), ("b", {"row": 7}), ("c", {})]
    job = work.plan(shop, kind="x", task="no.such.task", title="Rows", rows=rows, asked_by=bob)
    taken = work.take(work.claim(job.pk), 2)
    work.settle_each([(taken[0], RowState.DONE, ""), (taken[1], RowState.REFUSED, "Not this one.")])
    answer = client_of(vera).get(f"/a/{shop.pk}/jobs/{job.pk}/rows.csv")
    written = list(csv.reader(io.StringIO(answer.content.decode(), newline="")))
    assert written[1:] == [["3", "a", "done", ""], ["7", "b", "refused", "Not this one."], ["3", "c", "waiting", ""]]


def test_the_list_shows_all_jobs_newest_first_and_finds_by_title(shop: Account, planned, vera, client_of) -> None:
    for title in ("First codes", "Second codes", "People"):
        planned("a", title=title)
    browser = client_of(vera)
    text = browser.get(f"/a/{shop.pk}/jobs/?q=codes").content.decode()
    assert "People" not in text
    assert text.index("Second codes") < text.index("First codes")


def test_a_page_of_a_thousand_rows_costs_few_queries(shop: Account, planned, vera, client_of) -> None:
    job, browser = planned(*map(str, range(1000))), client_of(vera)
    browser.get("/me/")
    with CaptureQueriesContext(connection) as asked:
        text = page(browser, shop, job)
    assert len(asked) <= 8
    assert text.count("<td>") == 3 * 200
