"""Lists over HTTP against the sandbox: the table, one list, make, edit, delete, bulk."""

from __future__ import annotations

from typing import Any

import pytest

from dashboard.audit.models import Entry
from klaviyo_app.jobs.models import Job, JobState, RowState
from klaviyo_app.mirror.models import Version
from klaviyo_app.resources.lists import tasks
from klaviyo_app.resources.lists.models import KlaviyoList
from tests.sandbox_server import World

pytestmark = pytest.mark.django_db


def make(world: World, name: str) -> str:
    body = {"data": {"type": "list", "attributes": {"name": name}}}
    return str(world.call("POST", "lists", body)["data"]["id"])


@pytest.fixture
def newsletter(world: World, account: Any, read: Any) -> KlaviyoList:
    make(world, "Newsletter")
    read("list")
    return KlaviyoList.objects.get(name="Newsletter")


def form(row: KlaviyoList, **changed: str) -> dict[str, str]:
    return {"name": row.name, "opt_in_process": row.opt_in_process, "seen": row.fingerprint, **changed}


def test_the_table_finds_a_list_by_part_of_its_name_whatever_its_page_at_klaviyo(
    world: World, read: Any, browse: Any
) -> None:
    for number in range(12):
        make(world, f"Group {number:02}")
    make(world, "The Summer Crowd")
    read("list")
    page = browse("lists/?q=mmer").content.decode()
    assert "The Summer Crowd" in page
    assert "Group 03" not in page


def test_a_list_that_is_made_is_klaviyos_and_in_the_mirror(world: World, browse: Any) -> None:
    answer = browse("lists/new/", {"name": "Friends", "opt_in_process": "single_opt_in"})
    row = KlaviyoList.objects.get(name="Friends")
    assert answer.status_code == 303
    assert answer["Location"].endswith(f"/lists/{row.klaviyo_id}/")
    found = world.call("GET", f"lists/{row.klaviyo_id}")["data"]["attributes"]
    assert (found["name"], found["opt_in_process"]) == ("Friends", "single_opt_in")


def test_making_a_list_leaves_a_line_in_the_audit_trail(browse: Any, bob: Any) -> None:
    browse("lists/new/", {"name": "Friends", "opt_in_process": "single_opt_in"})
    line = Entry.objects.get(action="list.created")
    assert (line.actor, line.target) == (bob, "Friends")


def test_a_list_without_a_name_is_refused_beside_its_field(world: World, browse: Any) -> None:
    answer = browse("lists/new/", {"name": " ", "opt_in_process": "single_opt_in"})
    assert answer.status_code == 422
    assert "This field is required" in answer.content.decode()
    assert world.count("create_list") == 0


def test_the_same_form_posted_twice_makes_one_list(world: World, browse: Any) -> None:
    typed = {"name": "Once", "opt_in_process": "single_opt_in", "form_token": "t" * 32}
    first, second = browse("lists/new/", typed), browse("lists/new/", typed)
    assert world.count("create_list") == 1
    assert first["Location"] == second["Location"]


def test_at_an_old_revision_the_form_does_not_offer_what_cannot_be_written(settings: Any, browse: Any) -> None:
    settings.KLAVIYO_REVISION = "2025-01-15"
    assert "opt_in_process" not in browse("lists/new/").content.decode()


def test_renaming_a_list_renames_it_at_klaviyo_and_keeps_a_version(
    world: World, newsletter: KlaviyoList, browse: Any, bob: Any
) -> None:
    browse(f"lists/{newsletter.klaviyo_id}/edit/", form(newsletter, name="The Letter"))
    assert world.call("GET", f"lists/{newsletter.klaviyo_id}")["data"]["attributes"]["name"] == "The Letter"
    assert Version.objects.filter(klaviyo_id=newsletter.klaviyo_id).latest("pk").by == bob


def test_a_change_made_elsewhere_meanwhile_is_shown_and_not_overwritten(
    world: World, newsletter: KlaviyoList, browse: Any
) -> None:
    theirs = {"type": "list", "id": newsletter.klaviyo_id, "attributes": {"name": "Theirs"}}
    world.call("PATCH", f"lists/{newsletter.klaviyo_id}", {"data": theirs})
    answer = browse(f"lists/{newsletter.klaviyo_id}/edit/", form(newsletter, name="Mine"))
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Theirs" in page
    assert "Mine" in page
    assert world.count("update_list") == 1


def test_saving_again_after_seeing_both_overwrites(world: World, newsletter: KlaviyoList, browse: Any) -> None:
    theirs = {"type": "list", "id": newsletter.klaviyo_id, "attributes": {"name": "Theirs"}}
    world.call("PATCH", f"lists/{newsletter.klaviyo_id}", {"data": theirs})
    answer = browse(f"lists/{newsletter.klaviyo_id}/edit/", form(newsletter, name="Mine"))
    seen = answer.content.decode().split('name="seen" value="')[1].split('"')[0]
    browse(f"lists/{newsletter.klaviyo_id}/edit/", form(newsletter, name="Mine", seen=seen))
    assert world.call("GET", f"lists/{newsletter.klaviyo_id}")["data"]["attributes"]["name"] == "Mine"


def test_the_count_is_asked_once_in_ten_minutes(world: World, newsletter: KlaviyoList, browse: Any) -> None:
    before = world.count("get_list")
    browse(f"lists/{newsletter.klaviyo_id}/count/")
    browse(f"lists/{newsletter.klaviyo_id}/count/")
    assert world.count("get_list") == before + 1


def test_the_table_shows_what_was_counted_last(newsletter: KlaviyoList, browse: Any, read: Any) -> None:
    KlaviyoList.objects.filter(pk=newsletter.pk).update(profile_count=4321)
    read("list")
    assert "4,321" in browse("lists/").content.decode()


def test_deleting_says_which_segment_is_built_on_the_list(
    world: World, newsletter: KlaviyoList, browse: Any, read: Any
) -> None:
    condition = {"type": "profile-group-membership", "is_member": True, "group_ids": [newsletter.klaviyo_id]}
    own = {"name": "Readers", "definition": {"condition_groups": [{"conditions": [condition]}]}}
    world.call("POST", "segments", {"data": {"type": "segment", "attributes": own}})
    read("segment")
    assert "1 segment is built on it: Readers" in browse(f"lists/{newsletter.klaviyo_id}/delete/").content.decode()


def test_deleting_a_list_takes_it_from_klaviyo_and_the_table(
    world: World, newsletter: KlaviyoList, browse: Any
) -> None:
    browse(f"lists/{newsletter.klaviyo_id}/delete/", {})
    assert world.call("GET", "lists")["data"] == []
    assert "Newsletter" not in browse("lists/").content.decode()


def test_a_list_that_somebody_else_deleted_counts_as_deleted(
    world: World, newsletter: KlaviyoList, browse: Any
) -> None:
    world.call("DELETE", f"lists/{newsletter.klaviyo_id}")
    assert browse(f"lists/{newsletter.klaviyo_id}/delete/", {}).status_code == 303
    newsletter.refresh_from_db()
    assert newsletter.gone_at is not None


def test_what_was_saved_and_what_was_deleted_is_said_once_on_the_next_page(
    newsletter: KlaviyoList, account: Any, bob: Any, client_of: Any
) -> None:
    browser, own = client_of(bob), f"/a/{account.pk}/lists/{newsletter.klaviyo_id}/"
    saved = browser.post(f"{own}edit/", form(newsletter, name="News"))["Location"]
    assert ["Saved." in browser.get(saved).content.decode() for _ in range(2)] == [True, False]
    deleted = browser.post(f"{own}delete/", {})["Location"]
    assert "Deleted: News" in browser.get(deleted).content.decode()


@pytest.mark.parametrize("part", ["a%00b", "%2E%2E", "a%0Ab"])
def test_an_address_that_can_name_nothing_is_not_found(account: Any, browse: Any, part: str) -> None:
    for page in ("lists/{}/", "profiles/{}/", "campaigns/{}/estimate/", "events/{}/"):
        assert browse(page.format(part)).status_code == 404


def test_when_klaviyo_fails_the_question_stays_with_its_words(
    world: World, newsletter: KlaviyoList, browse: Any
) -> None:
    world.fault("delete_list", "500", times=20)
    answer = browse(f"lists/{newsletter.klaviyo_id}/delete/", {})
    assert answer.status_code == 502
    assert "trouble answering" in answer.content.decode()


def test_many_lists_are_deleted_by_a_job_that_touches_the_ticked_ones_alone(
    world: World, read: Any, browse: Any
) -> None:
    kept, gone = make(world, "Kept"), [make(world, f"Old {number}") for number in range(3)]
    read("list")
    question = browse("lists/bulk/", {"ids": gone})
    assert "Old 0" in browse(question["Location"]).content.decode()
    make(world, "Old 4, made later")
    answer = browse(question["Location"], {})
    job = Job.objects.get()
    tasks.delete_lists(job.pk)
    job.refresh_from_db()
    assert answer["Location"].endswith(f"/jobs/{job.pk}/")
    assert job.state == JobState.DONE
    assert set(job.rows.values_list("state", flat=True)) == {RowState.DONE}
    assert {one["attributes"]["name"] for one in world.call("GET", "lists")["data"]} == {"Kept", "Old 4, made later"}
    assert KlaviyoList.objects.get(klaviyo_id=kept).gone_at is None


def test_a_viewer_sees_no_button_that_changes_something(newsletter: KlaviyoList, browse: Any, vera: Any) -> None:
    page = browse(f"lists/{newsletter.klaviyo_id}/", user=vera).content.decode()
    assert "edit/" not in page
    assert "delete/" not in page


def test_a_viewer_cannot_delete_a_list(world: World, newsletter: KlaviyoList, browse: Any, vera: Any) -> None:
    assert browse(f"lists/{newsletter.klaviyo_id}/delete/", {}, user=vera).status_code == 403
    assert world.count("delete_list") == 0
