"""People of a list: pasted addresses, a job with a result a row, the people page by page."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.utils import timezone

from klaviyo_app.jobs.models import Job, JobRow, JobState, RowState
from klaviyo_app.resources.lists import tasks
from klaviyo_app.resources.lists.addresses import from_text
from klaviyo_app.resources.lists.models import KlaviyoList
from tests.sandbox_server import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def members(world: World, account: Any, read: Any) -> KlaviyoList:
    """An empty list."""
    world.call("POST", "lists", {"data": {"type": "list", "attributes": {"name": "Members"}}})
    read("list")
    return KlaviyoList.objects.get(name="Members")


def make_person(world: World, address: str) -> str:
    body = {"data": {"type": "profile", "attributes": {"email": address}}}
    return str(world.call("POST", "profiles", body)["data"]["id"])


def inside(world: World, row: KlaviyoList) -> set[str]:
    """Who is in the list at Klaviyo."""
    found = world.call("GET", f"lists/{row.klaviyo_id}/profiles?page%5Bsize%5D=100")["data"]
    return {one["attributes"]["email"] for one in found}


def results(job: Job) -> dict[str, str]:
    return dict(JobRow.objects.filter(job=job).values_list("key", "state"))


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("ada@example.com\nBob@Example.com", ["ada@example.com", "bob@example.com"]),
        ("ada@example.com, bob@example.com; ada@example.com", ["ada@example.com", "bob@example.com"]),
        ('"Example, Ada" <ada@example.com>', ["ada@example.com"]),
        ("Ada Example <ada@example.com>\n\n", ["ada@example.com"]),
    ],
)
def test_addresses_are_found_in_what_people_paste(text: str, good: list[str]) -> None:
    found = from_text(text)
    assert list(found.good) == good


@pytest.mark.parametrize("text", ["ada@", "@example.com", "ada@@example.com", "just words"])
def test_what_is_no_address_is_named(text: str) -> None:
    assert from_text(text).bad


def test_a_broken_address_is_named_beside_the_box_and_nothing_typed_is_lost(
    world: World, members: KlaviyoList, browse: Any
) -> None:
    answer = browse(f"lists/{members.klaviyo_id}/people/add/", {"addresses": "good@example.com\nbroken@"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "These are no addresses: broken@" in page
    assert "good@example.com" in page
    assert not Job.objects.exists()


def test_each_person_leads_to_the_profile(world: World, members: KlaviyoList, browse: Any) -> None:
    body = {"data": {"type": "profile", "attributes": {"email": "linked@example.com"}}}
    made = world.call("POST", "profiles", body)["data"]["id"]
    relation = {"data": [{"type": "profile", "id": made}]}
    world.call("POST", f"lists/{members.klaviyo_id}/relationships/profiles", relation)
    page = browse(f"lists/{members.klaviyo_id}/people/", htmx=True).content.decode()
    assert re.search(rf'href="/a/\d+/profiles/{made}/"[^>]*>linked@example.com', page)


def test_the_page_says_that_adding_gives_no_consent(members: KlaviyoList, browse: Any) -> None:
    assert "no consent" in browse(f"lists/{members.klaviyo_id}/people/add/").content.decode()


def test_known_people_are_added_and_unknown_ones_made_where_it_is_ticked(
    world: World, members: KlaviyoList, browse: Any
) -> None:
    make_person(world, "known@example.com")
    typed = {"addresses": "known@example.com\nnew@example.com", "make": "on"}
    browse(f"lists/{members.klaviyo_id}/people/add/", typed)
    job = Job.objects.get()
    tasks.change_people(job.pk)
    assert results(job) == {"known@example.com": RowState.DONE, "new@example.com": RowState.DONE}
    assert inside(world, members) == {"known@example.com", "new@example.com"}


def test_unknown_people_are_not_made_without_the_tick(world: World, members: KlaviyoList, browse: Any) -> None:
    browse(f"lists/{members.klaviyo_id}/people/add/", {"addresses": "new@example.com"})
    job = Job.objects.get()
    tasks.change_people(job.pk)
    assert results(job) == {"new@example.com": RowState.REFUSED}
    assert world.count("create_profile") == 0


def test_people_are_looked_up_a_hundred_at_a_time(world: World, members: KlaviyoList, browse: Any) -> None:
    typed = "\n".join(f"p{number}@example.com" for number in range(250))
    browse(f"lists/{members.klaviyo_id}/people/add/", {"addresses": typed})
    tasks.change_people(Job.objects.get().pk)
    assert world.count("get_profiles") == 3


def test_people_are_removed_and_who_is_unknown_has_nothing_to_do(
    world: World, members: KlaviyoList, browse: Any
) -> None:
    ids = [make_person(world, f"p{number}@example.com") for number in range(2)]
    data = [{"type": "profile", "id": one} for one in ids]
    world.call("POST", f"lists/{members.klaviyo_id}/relationships/profiles", {"data": data})
    typed = {"addresses": "p0@example.com nobody@example.com"}
    browse(f"lists/{members.klaviyo_id}/people/remove/", typed)
    job = Job.objects.get()
    tasks.change_people(job.pk)
    assert results(job) == {"p0@example.com": RowState.DONE, "nobody@example.com": RowState.SKIPPED}
    assert inside(world, members) == {"p1@example.com"}


def test_a_lost_answer_is_repeated_and_everybody_ends_in_the_list_once(
    world: World, members: KlaviyoList, browse: Any
) -> None:
    make_person(world, "ada@example.com")
    world.fault("add_profiles_to_list", "reset-after")
    browse(f"lists/{members.klaviyo_id}/people/add/", {"addresses": "ada@example.com"})
    job = Job.objects.get()
    tasks.change_people(job.pk)
    tasks.change_people(job.pk)
    job.refresh_from_db()
    assert job.state == JobState.DONE
    assert inside(world, members) == {"ada@example.com"}


def test_a_list_that_is_gone_ends_the_job_with_the_reason(world: World, members: KlaviyoList, browse: Any) -> None:
    make_person(world, "ada@example.com")
    browse(f"lists/{members.klaviyo_id}/people/add/", {"addresses": "ada@example.com"})
    world.call("DELETE", f"lists/{members.klaviyo_id}")
    job = Job.objects.get()
    tasks.change_people(job.pk)
    job.refresh_from_db()
    assert job.state == JobState.FAILED
    assert "does not have this any more" in job.error


def test_the_count_is_asked_anew_after_people_were_added(world: World, members: KlaviyoList, browse: Any) -> None:
    assert ">0" in browse(f"lists/{members.klaviyo_id}/count/").content.decode()
    browse(f"lists/{members.klaviyo_id}/people/add/", {"addresses": "new@example.com", "make": "on"})
    tasks.change_people(Job.objects.get().pk)
    assert ">1" in browse(f"lists/{members.klaviyo_id}/count/").content.decode()


def test_the_people_come_page_by_page_with_klaviyos_cursor(world: World, members: KlaviyoList, browse: Any) -> None:
    data = [{"type": "profile", "id": make_person(world, f"p{number:03}@example.com")} for number in range(120)]
    world.call("POST", f"lists/{members.klaviyo_id}/relationships/profiles", {"data": data})
    first = browse(f"lists/{members.klaviyo_id}/people/", htmx=True).content.decode()
    second = first.split('rel="next"')[1].split('href="')[1].split('"')[0].replace("&amp;", "&")
    assert first.count("@example.com") == 100
    assert browse(second, htmx=True).content.decode().count("@example.com") == 20


def test_one_person_is_found_by_the_whole_address(world: World, members: KlaviyoList, browse: Any) -> None:
    data = [{"type": "profile", "id": make_person(world, f"p{number}@example.com")} for number in range(3)]
    world.call("POST", f"lists/{members.klaviyo_id}/relationships/profiles", {"data": data})
    page = browse(f"lists/{members.klaviyo_id}/people/?q=P1@example.com", htmx=True).content.decode()
    assert "p1@example.com" in page
    assert "p2@example.com" not in page


def test_a_viewer_cannot_add_people(members: KlaviyoList, browse: Any, vera: Any) -> None:
    assert (
        browse(f"lists/{members.klaviyo_id}/people/add/", {"addresses": "a@example.com"}, user=vera).status_code == 403
    )


def test_the_table_shows_no_old_number_once_people_were_added(members: KlaviyoList, browse: Any) -> None:
    KlaviyoList.objects.update(profile_count=4711, counted_at=timezone.now())
    assert "4,711" in browse("lists/").content.decode()
    browse(f"lists/{members.klaviyo_id}/people/add/", {"addresses": "ada@example.com", "make": "on"})
    tasks.change_people(Job.objects.get().pk)
    assert "4,711" not in browse("lists/").content.decode()
