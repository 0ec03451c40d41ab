"""Many items and variants at once, and categories from their own side: over HTTP against the sandbox, by jobs."""

from __future__ import annotations

import re
import time
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from dashboard.audit.models import Entry
from klaviyo_app.gateway.errors import FieldError, Invalid
from klaviyo_app.jobs.models import Job, JobRow, JobState, RowState, Selection
from klaviyo_app.resources.catalogs import bulk, membership, tasks
from tests.sandbox_server import World

pytestmark = pytest.mark.django_db
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
    return Counter(job.rows.values_list("state", flat=True))


def category_path(browse: Any, name: str) -> str:
    """The address of a category's page."""
    page = browse(f"catalog/categories/?q={name}").content.decode()
    found = re.search(r'href="(/a/\d+/catalog/categories/[\w-]+/)">' + name, page)
    assert found
    return found[1]


def rows_of(page: Any) -> str:
    return str(page.content.decode().partition("<tbody>")[2].partition("</tbody>")[0])


# --- publish, hide, delete


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


@pytest.mark.parametrize(("act", "gone"), [("delete", 3), ("hide", 0)])
def test_a_lost_answer_ends_with_everything_done_and_nothing_refused(
    world: World, account: Any, browse: Any, act: str, gone: int
) -> None:
    """The POST arrives, its answer does not: it is asked again, and what is as wished by then counts as done."""
    begin = "bulk_delete_catalog_items" if act == "delete" else "bulk_update_catalog_items"
    world.fault(begin, "reset-after")
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
    bulk.refuse(rows, Invalid(fields=(complaint,)))
    assert (states(job), job.rows.get(state=RowState.REFUSED).detail) == (
        {RowState.WAITING: 2, RowState.REFUSED: 1},
        "Not this one.",
    )
    bulk.refuse(rows, Invalid("Too many jobs."))
    assert states(job) == {RowState.REFUSED: 3}


def test_a_busy_klaviyo_is_waited_for(world: World, account: Any, browse: Any) -> None:
    world.fault("bulk_update_catalog_items", "429", times=1)
    world.fault("get_bulk_update_catalog_items_job", "503", times=1)
    job = work_off(planned(browse, "catalog/items/many/hide/", ids=stock(world, 2)))
    assert states(job) == {RowState.DONE: 2}


def test_a_cancelled_job_follows_what_is_on_its_way_and_begins_nothing_new(
    world: World, account: Any, browse: Any
) -> None:
    ids = stock(world, 150)
    job = planned(browse, "catalog/items/many/hide/", all="1", match="")
    tasks.act_on_many(job.pk)  # the first hundred have left
    assert browse(f"jobs/{job.pk}/cancel/", {}).status_code == 303
    work_off(job)
    assert (job.state, states(job)) == (JobState.CANCELLED, {RowState.DONE: 100, RowState.WAITING: 50})
    assert len(ids) == 150


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


# --- sorting and finding


def test_items_are_sorted_by_when_they_were_made_and_pages_keep_the_order(
    world: World, account: Any, browse: Any
) -> None:
    for number in range(3):
        attributes = {"external_id": f"D-{number}", "title": f"Day {number}", "description": "", "url": "https://x.y"}
        world.call("POST", "catalog-items", {"data": {"type": "catalog-item", "attributes": attributes}})
        world.advance(86400)
    stock(world, 100)
    newest, oldest = browse("catalog/items/"), browse("catalog/items/?sort=created")
    assert "Day 0" not in rows_of(newest)
    assert re.findall(r"Day \d(?=</a>)", rows_of(oldest)) == ["Day 0", "Day 1", "Day 2"]
    assert 'aria-sort="ascending"' in oldest.content.decode()
    onward = re.search(r'rel="next"[^>]*href="([^"]+)"', oldest.content.decode())
    assert onward
    assert "sort=created" in onward[1]
    assert "Day" not in rows_of(browse(onward[1].replace("&amp;", "&"), htmx=True))
    assert "Item" in rows_of(browse("catalog/items/?sort=title"))  # no such order: the newest


def test_categories_are_sorted_too_though_they_do_not_tell_when(world: World, account: Any, browse: Any) -> None:
    group(world, "Tents")
    page = browse("catalog/categories/").content.decode()
    assert "Oldest first" in page
    assert "Newest first" in browse("catalog/categories/?sort=created").content.decode()
    assert "sort=created" in world.requests("get_catalog_categories")[-1]["query"]


def test_items_are_found_by_whole_external_ids_one_or_several(world: World, account: Any, browse: Any) -> None:
    stock(world, 12)
    odd = {"external_id": "A, B/1", "title": "Odd one", "description": "", "url": "https://x.example"}
    world.call("POST", "catalog-items", {"data": {"type": "catalog-item", "attributes": odd}})
    for typed, found in (
        ("I-1", ["Item 1"]),
        ("I-1, I-11", ["Item 1", "Item 11"]),
        (key("I-3"), ["Item 3"]),
        ("A, B/1", ["Odd one"]),
        ("i", []),
    ):
        page = browse(f"catalog/items/?id={typed.replace(',', '%2C')}", htmx=True)
        assert sorted(re.findall(r"(?:Item \d+|Odd one)(?=</a>)", rows_of(page))) == found, typed
    page = browse("catalog/items/?id=I-99").content.decode()
    assert "Nothing matches" in page
    assert 'value="I-99"' in page


def test_variants_are_found_by_state_and_by_id(world: World, account: Any, browse: Any) -> None:
    ids = colours(world, stock(world, 1)[0], 2)
    change = {"type": "catalog-variant", "id": ids[1], "attributes": {"published": False}}
    world.call("PATCH", f"catalog-variants/{ids[1]}", {"data": change})
    for query, here, gone in (("published=no", "Variant 1", "Variant 0"), ("id=V-0", "Variant 0", "Variant 1")):
        rows = rows_of(browse(f"catalog/variants/?{query}", htmx=True))
        assert here in rows
        assert gone not in rows


# --- a category and its items


def test_a_categorys_page_shows_its_items_page_by_page(world: World, account: Any, browse: Any) -> None:
    ids = stock(world, 130)
    group(world, "Tents", ids[:120])
    path = category_path(browse, "Tents")
    page = browse(path)
    assert rows_of(page).count("</tr>") == 100
    onward = re.search(r'rel="next"[^>]*href="([^"]+)"', page.content.decode())
    assert onward
    assert rows_of(browse(onward[1].replace("&amp;", "&"), htmx=True)).count("</tr>") == 20
    assert "Item 129" not in rows_of(browse(f"{path}?id=I-129"))
    assert "Item 7" in rows_of(browse(f"{path}?q=Item+7"))


def test_ticked_items_are_taken_out_and_stay_in_the_catalog(world: World, account: Any, browse: Any) -> None:
    ids = stock(world, 3)
    category = group(world, "Tents", ids)
    path = category_path(browse, "Tents")
    question = browse(f"{path}items/remove/", {"ids": ids[:2]})["Location"]
    page = browse(question).content.decode()
    assert "Take 2 items out of Tents?" in page
    assert "They stay in the catalog" in page
    browse(question, {})
    job = work_off(Job.objects.get())
    assert states(job) == {RowState.DONE: 2}
    assert inside(world, category) == {ids[2]}
    assert len(published(world)) == 3
    line = Entry.objects.get(action="catalog_category.items_removed")
    assert (line.target, line.after["items"]) == ("Tents", ["Item 0 (I-0)", "Item 1 (I-1)"])


def test_items_are_added_from_the_category_and_those_in_it_are_passed_over(
    world: World, account: Any, browse: Any
) -> None:
    ids = stock(world, 4)
    category = group(world, "Tents", ids[:1])
    path = category_path(browse, "Tents")
    page = browse(f"{path}add/").content.decode()
    assert "Item 3" in page
    job = work_off(planned(browse, f"{path}items/add/", ids=ids[:3]))
    assert states(job) == {RowState.DONE: 2, RowState.SKIPPED: 1}
    assert "already" in job.rows.get(state=RowState.SKIPPED).detail
    assert inside(world, category) == set(ids[:3])
    assert world.count("add_items_to_catalog_category") == 1


def test_all_of_a_category_are_taken_out_in_hundreds(world: World, account: Any, browse: Any) -> None:
    ids = stock(world, 120)
    category = group(world, "Tents", ids[:115])
    job = work_off(planned(browse, f"{category_path(browse, 'Tents')}items/remove/", all="1", match=""))
    assert states(job) == {RowState.DONE: 115}
    assert inside(world, category) == set()
    assert world.count("remove_items_from_catalog_category") == 2


def test_an_item_that_is_gone_is_refused_and_the_others_are_added(world: World, account: Any, browse: Any) -> None:
    ids = stock(world, 3)
    category = group(world, "Tents")
    job = planned(browse, f"{category_path(browse, 'Tents')}items/add/", ids=ids)
    world.call("DELETE", f"catalog-items/{ids[1]}")
    assert states(work_off(job)) == {RowState.DONE: 2, RowState.REFUSED: 1}
    assert inside(world, category) == {ids[0], ids[2]}


def test_a_lost_answer_of_adding_is_read_back_and_not_sent_again(world: World, account: Any, browse: Any) -> None:
    ids = stock(world, 3)
    category = group(world, "Tents")
    world.fault("add_items_to_catalog_category", "reset-after")
    job = work_off(planned(browse, f"{category_path(browse, 'Tents')}items/add/", ids=ids))
    assert states(job) == {RowState.DONE: 3}
    assert inside(world, category) == set(ids)
    assert world.count("add_items_to_catalog_category") == 1


def test_a_category_that_is_gone_ends_the_job_with_the_reason(world: World, account: Any, browse: Any) -> None:
    ids = stock(world, 1)
    category = group(world, "Tents")
    job = planned(browse, f"{category_path(browse, 'Tents')}items/add/", ids=ids)
    world.call("DELETE", f"catalog-categories/{category}")
    work_off(job)
    assert job.state == JobState.FAILED
    assert "does not have this any more" in job.error


def test_a_category_chosen_by_two_at_once_is_no_error(world: World, account: Any, browse: Any) -> None:
    """The item's own page: somebody else put it in meanwhile, which Klaviyo would refuse a second time."""
    ids = stock(world, 1)
    category = group(world, "Tents", ids)
    item = re.search(r'href="(/a/\d+/catalog/items/[\w-]+/)">Item 0', browse("catalog/items/").content.decode())
    assert item
    assert browse(f"{item[1]}categories/", {"categories": [category]}).status_code == 303
    assert inside(world, category) == set(ids)
