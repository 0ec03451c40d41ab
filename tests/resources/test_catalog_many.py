"""Many items and variants at once, over HTTP against the sandbox: frozen, asked about, done by a job."""

from __future__ import annotations

from typing import Any

import pytest

from dashboard.audit.models import Entry
from klaviyo_app.gateway.errors import FieldError, Invalid
from klaviyo_app.jobs import batches
from klaviyo_app.jobs.models import Job, JobState, RowState, Selection
from klaviyo_app.resources.catalogs import tasks
from tests.resources.catalog_steps import (
    category_path,
    colours,
    group,
    inside,
    key,
    leave,
    planned,
    published,
    states,
    stock,
    work_off,
)
from tests.sandbox_server import World

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("act", "was"), [("hide", True), ("publish", False)])
def test_ticked_items_are_hidden_or_published_by_one_job_of_klaviyos(
    world: World, account: Any, browse: Any, act: str, was: bool
) -> None:
    ids = stock(world, 5, published=was)
    job = work_off(planned(browse, f"catalog/items/many/{act}/", ids=ids[:3]))
    assert (job.state, states(job)) == (JobState.DONE, {RowState.DONE: 3})
    assert [published(world)[one] for one in ids] == [not was] * 3 + [was] * 2
    assert world.count("bulk_update_catalog_items") == 1
    line = Entry.objects.filter(action="catalog_item.changed").first()
    assert (line.target[:5], line.before, line.after) == ("Item ", {"published": was}, {"published": not was})


def test_the_question_shows_count_sample_and_what_it_means_and_changes_nothing(
    world: World, account: Any, browse: Any
) -> None:
    ids = stock(world, 12)
    question = browse("catalog/items/many/delete/", {"ids": ids})["Location"]
    page = browse(question).content.decode()
    for words in ("Delete 12 items", "Item 0", "and 2 more", "Their variants are deleted too"):
        assert words in page
    assert len(published(world)) == 12
    assert not Job.objects.exists()


def test_what_was_frozen_is_done_whatever_comes_after(world: World, account: Any, browse: Any) -> None:
    ids = stock(world, 3)
    question = browse("catalog/items/many/delete/", {"ids": ids[:2]})["Location"]
    world.call("DELETE", f"catalog-items/{ids[0]}")
    late = {"external_id": "LATE", "title": "Late", "description": "", "url": "https://x.example"}
    world.call("POST", "catalog-items", {"data": {"type": "catalog-item", "attributes": late}})
    assert "1 more is gone already" in browse(question).content.decode()
    browse(question, {})
    work_off(Job.objects.get())
    assert set(published(world)) == {ids[2], key("LATE")}


def test_deleting_items_deletes_their_variants_and_each_has_a_line_in_the_log(
    world: World, account: Any, browse: Any
) -> None:
    ids = stock(world, 2)
    colours(world, ids[0], 2)
    job = work_off(planned(browse, "catalog/items/many/delete/", ids=ids))
    assert states(job) == {RowState.DONE: 2}
    assert published(world) == published(world, "variants") == {}
    assert Entry.objects.filter(action="catalog_item.deleted").count() == 2


def test_variants_are_hidden_and_deleted_and_their_item_stays(world: World, account: Any, browse: Any) -> None:
    item = stock(world, 1)[0]
    ids = colours(world, item, 3)
    work_off(planned(browse, "catalog/variants/many/hide/", ids=ids[:2]))
    assert published(world, "variants") == {ids[0]: False, ids[1]: False, ids[2]: True}
    work_off(planned(browse, "catalog/variants/many/delete/", ids=ids[1:]))
    assert set(published(world, "variants")) == {ids[0]}
    assert set(published(world)) == {item}


def test_a_bulk_job_that_fails_in_part_names_the_rows_and_the_others_are_done(
    world: World, account: Any, browse: Any
) -> None:
    ids = stock(world, 4)
    job = planned(browse, "catalog/items/many/hide/", ids=ids)
    world.call("DELETE", f"catalog-items/{ids[1]}")
    work_off(job)
    assert (job.state, states(job)) == (JobState.DONE, {RowState.DONE: 3, RowState.REFUSED: 1})
    refused = job.rows.get(state=RowState.REFUSED)
    assert refused.payload["id"] == ids[1]
    assert ids[1] in refused.detail  # Klaviyo's own words
    assert refused.detail.split("'")[0] in browse(f"jobs/{job.pk}/").content.decode()
    assert Entry.objects.filter(action="catalog_item.changed").count() == 3


def test_what_somebody_else_has_deleted_is_nothing_to_do(world: World, account: Any, browse: Any) -> None:
    ids = stock(world, 2)
    job = planned(browse, "catalog/items/many/delete/", ids=ids)
    world.call("DELETE", f"catalog-items/{ids[0]}")
    assert states(work_off(job)) == {RowState.DONE: 1, RowState.SKIPPED: 1}


@pytest.mark.parametrize("fault", ["reset-after", "empty"])
@pytest.mark.parametrize(("act", "gone"), [("delete", 3), ("hide", 0)])
def test_a_lost_answer_ends_with_everything_done_and_nothing_refused(
    world: World, account: Any, browse: Any, act: str, gone: int, fault: str
) -> None:
    """The POST arrives, its answer does not: it is asked again, and what is as wished by then counts as done."""
    begin = "bulk_delete_catalog_items" if act == "delete" else "bulk_update_catalog_items"
    world.fault(begin, fault)
    ids = stock(world, 3)
    job = work_off(planned(browse, f"catalog/items/many/{act}/", ids=ids))
    assert (job.state, states(job)) == (JobState.DONE, {RowState.DONE: 3})
    assert world.count(begin) == 2
    assert len(published(world)) == 3 - gone
    assert not any(published(world).values())


def test_a_killed_workers_job_is_taken_over(world: World, account: Any, browse: Any) -> None:
    ids = stock(world, 3)
    job = planned(browse, "catalog/items/many/delete/", ids=ids)
    world.call("DELETE", f"catalog-items/{ids[0]}")
    leave(job)
    job.refresh_from_db()
    assert states(work_off(job)) == {RowState.DONE: 3}
    assert published(world) == {}


def test_when_klaviyo_has_forgotten_its_job_the_things_themselves_are_looked_at(
    world: World, account: Any, browse: Any
) -> None:
    ids = stock(world, 3)
    job = planned(browse, "catalog/items/many/hide/", ids=ids)
    for one, hidden in zip(ids, (True, True, False), strict=True):
        change = {"type": "catalog-item", "id": one, "attributes": {"published": not hidden}}
        world.call("PATCH", f"catalog-items/{one}", {"data": change})
    leave(job)
    Job.objects.filter(pk=job.pk).update(memory={"klaviyo_job": "01FORGOTTEN"})
    job.refresh_from_db()
    assert states(work_off(job)) == {RowState.DONE: 2, RowState.REFUSED: 1}
    assert job.rows.get(state=RowState.REFUSED).payload["id"] == ids[2]


def test_of_a_batch_that_klaviyo_does_not_begin_only_the_named_row_is_refused(
    world: World, account: Any, browse: Any
) -> None:
    job = planned(browse, "catalog/items/many/hide/", ids=stock(world, 3))
    rows = list(job.rows.order_by("position"))
    complaint = FieldError("/data/attributes/items/data/1/attributes/published", "", "invalid", "Not this one.")
    batches.refuse(rows, Invalid(fields=(complaint,)))
    assert (states(job), job.rows.get(state=RowState.REFUSED).detail) == (
        {RowState.WAITING: 2, RowState.REFUSED: 1},
        "Not this one.",
    )
    batches.refuse(rows, Invalid("Too many jobs."))
    assert states(job) == {RowState.REFUSED: 3}


def test_a_busy_klaviyo_is_waited_for(world: World, account: Any, browse: Any) -> None:
    world.fault("bulk_update_catalog_items", "429", times=1)
    world.fault("get_bulk_update_catalog_items_job", "503", times=1)
    job = work_off(planned(browse, "catalog/items/many/hide/", ids=stock(world, 2)))
    assert states(job) == {RowState.DONE: 2}


def test_a_cancelled_job_follows_what_is_on_its_way_and_begins_nothing_new(
    world: World, account: Any, browse: Any
) -> None:
    stock(world, 150)
    job = planned(browse, "catalog/items/many/hide/", all="1", match="")
    world.settings(job_seconds=600)
    tasks.act_on_many(job.pk)  # the first hundred have left
    assert browse(f"jobs/{job.pk}/cancel/", {}).status_code == 303
    world.advance(600)
    work_off(job)
    assert (job.state, states(job)) == (JobState.CANCELLED, {RowState.DONE: 100, RowState.WAITING: 50})


@pytest.mark.parametrize("revision", ["2025-01-15", "2026-07-15"])
def test_all_that_are_found_go_in_hundreds_at_each_revision(
    world: World, account: Any, browse: Any, settings: Any, revision: str
) -> None:
    settings.KLAVIYO_REVISION = revision
    stock(world, 120)
    page = browse("catalog/items/?q=Item+1").content.decode()
    assert "all found" not in page  # a page holds them all: Item 1, 10 to 19, 100 to 119
    page = browse("catalog/items/").content.decode()
    assert "Hide all found" in page
    job = work_off(planned(browse, "catalog/items/many/hide/", all="1", match="published=yes"))
    assert states(job) == {RowState.DONE: 120}
    assert world.count("bulk_update_catalog_items") == 2
    assert world.call("GET", "catalog-items?filter=equals(published,true)")["data"] == []


def test_all_found_means_what_the_table_was_narrowed_to(world: World, account: Any, browse: Any) -> None:
    stock(world, 12)
    job = planned(browse, "catalog/items/many/delete/", all="1", match="q=Item+1")
    assert sorted(job.rows.values_list("key", flat=True)) == ["Item 1 (I-1)", "Item 10 (I-10)", "Item 11 (I-11)"]


@pytest.mark.parametrize(
    ("count", "posted", "words"),
    [
        (1001, {"all": "1", "match": "published=yes"}, "more than 1000 rows"),
        (0, {"match": "published=yes"}, "Tick at least one row first"),
    ],
)
def test_too_many_and_none_are_said_at_the_table_as_it_was(
    world: World, account: Any, bob: Any, client_of: Any, count: int, posted: dict[str, str], words: str
) -> None:
    stock(world, count)
    browser = client_of(bob)
    answer = browser.post(f"/a/{account.pk}/catalog/items/many/hide/", posted)
    assert answer["Location"].endswith("/catalog/items/?published=yes")
    assert not Selection.objects.exists()
    assert words in browser.get(answer["Location"]).content.decode()


def test_the_same_answer_posted_twice_plans_one_job(world: World, account: Any, browse: Any) -> None:
    question = browse("catalog/items/many/hide/", {"ids": stock(world, 2)})["Location"]
    first, second = (browse(question, {"form_token": "t" * 32}) for _ in range(2))
    assert first["Location"] == second["Location"]
    assert Job.objects.count() == 1


def test_a_viewer_has_no_ticks_and_is_refused(world: World, account: Any, browse: Any, vera: Any) -> None:
    ids = stock(world, 2)
    category = group(world, "Tents", ids[:1])
    page = browse("catalog/items/", user=vera).content.decode()
    assert 'name="ids"' not in page
    path = category_path(browse, "Tents")
    page = browse(path, user=vera).content.decode()
    assert "Item 0" in page
    assert 'name="ids"' not in page
    assert "/add/" not in page
    for refused in ("catalog/items/many/hide/", "catalog/variants/many/delete/", f"{path}items/remove/"):
        assert browse(refused, {"ids": ids}, user=vera).status_code == 403
    assert browse(f"{path}add/", user=vera).status_code == 403
    assert inside(world, category) == {ids[0]}


def test_a_selection_is_its_makers_alone(world: World, account: Any, browse: Any, paul: Any) -> None:
    question = browse("catalog/items/many/hide/", {"ids": stock(world, 1)})["Location"]
    assert browse(question, user=paul).status_code == 404
    assert browse(question.replace("/items/", "/variants/")).status_code == 404
    assert browse(question.replace("hide", "paint")).status_code == 404
