"""A category and its items, over HTTP against the sandbox: seen, taken out and added by jobs."""

from __future__ import annotations

import re
from typing import Any

import pytest

from dashboard.audit.models import Entry
from klaviyo_app.jobs.models import Job, JobState, RowState
from tests.resources.catalog_steps import (
    category_path,
    group,
    inside,
    planned,
    published,
    rows_of,
    states,
    stock,
    work_off,
)
from tests.sandbox_server import World

pytestmark = pytest.mark.django_db


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
    within = dict(re.findall(r">(Item \d)</a>.*?<td>(yes|no)</td>\s*</tr>", page, re.DOTALL))
    assert within == {"Item 0": "yes", "Item 1": "no", "Item 2": "no", "Item 3": "no"}
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
