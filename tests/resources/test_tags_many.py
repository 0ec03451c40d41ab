"""Many things of a table are tagged at once, by a job, over HTTP against the sandbox."""

from __future__ import annotations

import re
from typing import Any

import pytest

from dashboard.audit.models import Entry
from dashboard.teams.models import User
from klaviyo_app.jobs.models import Job, JobState, RowState
from klaviyo_app.resources.tags import many, tasks
from tests.resources.test_flows import wait
from tests.resources.test_tags import carried, make_group, make_tag
from tests.sandbox_server import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def spring(world: World, account: Any) -> str:
    return make_tag(world, "Spring", make_group(world, "Seasons"))


@pytest.fixture
def lists(world: World, account: Any, read: Any) -> list[str]:
    made = [_make(world, f"Readers {number}") for number in range(3)]
    read("list")
    return made


def _make(world: World, name: str) -> str:
    return str(world.call("POST", "lists", {"data": {"type": "list", "attributes": {"name": name}}})["data"]["id"])


def planned(browse: Any, tag: str, ids: list[str], act: str = "add", kind: str = "list") -> Job:
    """Ticks, question, yes."""
    question = browse(f"tags/many/{kind}/", {"ids": ids})
    assert question.status_code == 303, question.content
    answer = browse(question["Location"], {"act": act, "choice": tag})
    job = Job.objects.latest("pk")
    assert answer["Location"].endswith(f"/jobs/{job.pk}/"), answer.content
    return job


def states(job: Job) -> list[str]:
    return list(job.rows.order_by("position").values_list("state", flat=True))


def done(job: Job) -> Job:
    tasks.tag_many(job.pk)
    job.refresh_from_db()
    return job


def test_what_is_ticked_is_tagged_by_one_call_and_nothing_else_is(
    world: World, spring: str, lists: list[str], browse: Any
) -> None:
    job = done(planned(browse, spring, lists[:2]))
    assert job.state == JobState.DONE
    assert set(job.rows.values_list("state", flat=True)) == {RowState.DONE}
    assert [carried(world, one) for one in lists] == [["Spring"], ["Spring"], []]
    assert world.count("tag_lists") == 1
    assert Entry.objects.filter(action="list.tagged").count() == 2


def test_it_is_taken_off_again(world: World, spring: str, lists: list[str], browse: Any) -> None:
    done(planned(browse, spring, lists))
    done(planned(browse, spring, lists[1:], act="take"))
    assert [carried(world, one) for one in lists] == [["Spring"], [], []]


def test_all_that_match_the_search_are_meant(world: World, spring: str, lists: list[str], browse: Any) -> None:
    question = browse("tags/many/list/", {"all": "1", "match": "q=readers+2"})
    page = browse(question["Location"]).content.decode()
    assert "Tag 1 list" in page
    assert "Readers 2" in page
    assert "Readers 1" not in page


def test_what_klaviyo_refuses_together_is_tried_alone(world: World, spring: str, lists: list[str], browse: Any) -> None:
    job = planned(browse, spring, lists)
    world.call("DELETE", f"lists/{lists[1]}")  # gone at Klaviyo, and our copy does not know
    done(job)
    assert states(job) == [RowState.DONE, RowState.REFUSED, RowState.DONE]
    assert carried(world, lists[0]) == carried(world, lists[2]) == ["Spring"]
    assert job.state == JobState.DONE


def test_after_a_refusal_the_next_batch_goes_together_again(
    world: World, spring: str, lists: list[str], browse: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(many, "AT_ONCE", 2)
    job = planned(browse, spring, lists)
    world.call("DELETE", f"lists/{lists[0]}")
    done(job)
    assert sorted(states(job)) == [RowState.DONE, RowState.DONE, RowState.REFUSED]
    assert world.count("tag_lists") == 4  # two together, each of them alone, and the third


def test_without_the_tag_the_job_ends_and_asks_for_nothing_more(
    world: World, spring: str, lists: list[str], browse: Any
) -> None:
    job = planned(browse, spring, lists)
    world.call("DELETE", f"tags/{spring}")
    done(job)
    assert (job.state, world.count("tag_lists")) == (JobState.FAILED, 1)


def test_a_lost_answer_is_asked_for_again(world: World, spring: str, lists: list[str], browse: Any) -> None:
    job = planned(browse, spring, lists)
    world.fault("tag_lists", "reset-after")
    assert done(job).state == JobState.DONE
    assert [carried(world, one) for one in lists] == [["Spring"]] * 3


def test_a_job_that_cannot_reach_klaviyo_stays_open(world: World, spring: str, lists: list[str], browse: Any) -> None:
    job = planned(browse, spring, lists)
    world.mode("dead-grant")
    assert done(job).state == JobState.READY
    assert set(job.rows.values_list("state", flat=True)) == {RowState.SENT}


@pytest.mark.parametrize("kind", ["campaigns", "flows", "lists", "segments"])
def test_each_table_of_what_carries_tags_offers_it(
    world: World, account: Any, read: Any, browse: Any, vera: User, kind: str, spring: str
) -> None:
    shop = _fill(world, kind)
    read(kind[:-1])
    address = f"/a/{account.pk}/tags/many/{kind[:-1]}/"
    assert address in browse(f"{kind}/").content.decode()
    assert address not in browse(f"{kind}/", user=vera).content.decode()
    job = done(planned(browse, spring, [shop], kind=kind[:-1]))
    assert states(job) == [RowState.DONE]
    assert browse(address, {"ids": [shop]}, user=vera).status_code == 403


def _fill(world: World, kind: str) -> str:
    """One thing of a kind at Klaviyo; its id."""
    made = _make(world, "Audience")
    audience = {"included": [made], "excluded": []}
    content = {"channel": "email", "content": {"subject": "Hi", "from_email": "a@example.com", "from_label": "A"}}
    messages = {"data": [{"type": "campaign-message", "attributes": {"definition": content}}]}
    trigger = {"type": "list", "id": made}
    definition = {"triggers": [trigger], "actions": [wait("1", None, 1)], "entry_action_id": "1"}
    member = {"type": "profile-group-membership", "is_member": True, "group_ids": [made]}
    attributes: dict[str, dict[str, Any]] = {
        "campaigns": {"name": "Spring letter", "audiences": audience, "campaign-messages": messages},
        "flows": {"name": "Welcome", "definition": definition},
        "segments": {"name": "In it", "definition": {"condition_groups": [{"conditions": [member]}]}},
    }
    if kind == "lists":
        return made
    body = {"data": {"type": kind[:-1], "attributes": attributes[kind]}}
    return str(world.call("POST", kind, body)["data"]["id"])


def test_the_question_names_what_it_is_about_and_the_groups_of_the_tags(
    world: World, spring: str, lists: list[str], browse: Any
) -> None:
    question = browse("tags/many/list/", {"ids": lists})
    page = browse(question["Location"]).content.decode()
    assert "Tag 3 lists" in page
    assert re.search(r'<optgroup label="Seasons">\s*<option value="[^"]+">Spring', page)
    answer = browse(question["Location"], {"act": "add", "choice": "x"})
    assert answer.status_code == 422
    assert Job.objects.count() == 0
