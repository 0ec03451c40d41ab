"""Segments over HTTP against the sandbox: the table, words, editor, state, people, star, delete, bulk."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dashboard.audit.models import Entry
from klaviyo_app.jobs.models import Job, JobState
from klaviyo_app.resources.segments import tasks
from klaviyo_app.resources.segments.models import Segment
from tests.sandbox_server import World

pytestmark = pytest.mark.django_db
EUROPE = {"type": "profile-region", "in_region": True, "region": "european_union"}


def definition(*conditions: dict[str, Any]) -> dict[str, Any]:
    return {"condition_groups": [{"conditions": [one]} for one in conditions]}


def make(world: World, name: str, *conditions: dict[str, Any]) -> str:
    own = {"name": name, "definition": definition(*(conditions or (EUROPE,)))}
    return str(world.call("POST", "segments", {"data": {"type": "segment", "attributes": own}})["data"]["id"])


@pytest.fixture
def europe(world: World, account: Any, read: Any) -> Segment:
    make(world, "Europe")
    read("segment")
    return Segment.objects.get(name="Europe")


def form(name: str, text: Any, **more: str) -> dict[str, str]:
    return {"name": name, "definition": text if isinstance(text, str) else json.dumps(text, indent=2), **more}


def live(world: World, row: Segment) -> dict[str, Any]:
    return dict(world.call("GET", f"segments/{row.klaviyo_id}")["data"]["attributes"])


def test_the_definition_stands_on_the_page_in_words(europe: Segment, browse: Any) -> None:
    assert "is within the European Union" in browse(f"segments/{europe.klaviyo_id}/").content.decode()


def test_metrics_and_lists_are_called_by_their_names(world: World, account: Any, read: Any, browse: Any) -> None:
    made = world.call("POST", "lists", {"data": {"type": "list", "attributes": {"name": "Newsletter"}}})
    condition = {"type": "profile-group-membership", "is_member": True, "group_ids": [made["data"]["id"]]}
    klaviyo_id = make(world, "Readers", condition)
    read("list")
    read("segment")
    assert "is in “Newsletter”" in browse(f"segments/{klaviyo_id}/").content.decode()


def test_a_segment_that_is_made_is_klaviyos_and_in_the_mirror(world: World, browse: Any) -> None:
    answer = browse("segments/new/", form("Europe", definition(EUROPE), is_starred="on"))
    row = Segment.objects.get(name="Europe")
    assert answer.status_code == 303
    assert live(world, row)["definition"] == definition(EUROPE)
    assert live(world, row)["is_starred"] is True


def test_a_mistake_in_the_json_is_named_by_its_line_and_nothing_is_sent(world: World, browse: Any) -> None:
    answer = browse("segments/new/", form("Europe", '{"condition_groups":\n [,]}'))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "line 2" in page
    assert "Europe" in page
    assert world.count("create_segment") == 0


def test_what_klaviyo_refuses_is_named_by_line_and_path_in_the_editor(world: World, browse: Any) -> None:
    wrong = {**EUROPE, "region": "atlantis"}
    answer = browse("segments/new/", form("Europe", definition(wrong)))
    assert answer.status_code == 422
    assert "Line 8, condition_groups[0].conditions[0].region:" in answer.content.decode()


def test_a_condition_that_is_new_to_us_survives_an_edit_of_the_name(
    world: World, account: Any, read: Any, browse: Any
) -> None:
    new = {"type": "profile-permissions", "permission": {"type": "x"}, "channel": "whatsapp_marketing"}
    klaviyo_id = make(world, "New", new)
    read("segment")
    row = Segment.objects.get(klaviyo_id=klaviyo_id)
    page = browse(f"segments/{klaviyo_id}/edit/").content.decode()
    assert "profile-permissions" in page
    typed = form("Newer", row.attributes["definition"], seen=row.fingerprint)
    browse(f"segments/{klaviyo_id}/edit/", typed)
    assert live(world, row)["definition"] == definition(new)
    assert live(world, row)["name"] == "Newer"


def test_renaming_does_not_start_a_recount(world: World, europe: Segment, browse: Any) -> None:
    world.sandbox.tell("clock", key=world.key, advance_s=60)
    typed = form("EU", europe.attributes["definition"], seen=europe.fingerprint)
    browse(f"segments/{europe.klaviyo_id}/edit/", typed)
    assert Segment.objects.get(pk=europe.pk).name == "EU"
    assert Segment.objects.get(pk=europe.pk).is_processing is False


def test_a_change_made_elsewhere_meanwhile_is_shown_and_not_overwritten(
    world: World, europe: Segment, browse: Any
) -> None:
    theirs = {"type": "segment", "id": europe.klaviyo_id, "attributes": {"name": "Theirs"}}
    world.call("PATCH", f"segments/{europe.klaviyo_id}", {"data": theirs})
    typed = form("Mine", europe.attributes["definition"], seen=europe.fingerprint)
    answer = browse(f"segments/{europe.klaviyo_id}/edit/", typed)
    assert answer.status_code == 409
    assert "Theirs" in answer.content.decode()
    assert live(world, europe)["name"] == "Theirs"


def test_a_small_form_adds_its_condition_to_what_is_typed_and_saves_nothing(world: World, browse: Any) -> None:
    typed = form("Half done", definition(EUROPE), add="region", where="0")
    page = browse("segments/new/", {**typed, "region-inside": "no", "region-region": "united_states"})
    text = page.content.decode()
    assert page.status_code == 200
    assert "united_states" in text
    assert "is not within the United States" in text
    assert "Half done" in text
    assert world.count("create_segment") == 0


def test_a_small_form_with_a_mistake_adds_nothing_and_loses_nothing(browse: Any) -> None:
    typed = form("Half done", definition(EUROPE), add="property", where="")
    answer = browse("segments/new/", {**typed, "property-property": "", "property-operator": "equals"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Half done" in page
    assert "profile-property" not in page
    assert "This field is required" in page


def test_the_words_follow_the_editor(browse: Any) -> None:
    page = browse("segments/words/", {"definition": json.dumps(definition(EUROPE))}, htmx=True).content.decode()
    assert page.lstrip().startswith('<div id="words"')
    assert "is within the European Union" in page


def test_the_page_asks_again_only_while_klaviyo_counts(world: World, europe: Segment, browse: Any) -> None:
    Segment.objects.filter(pk=europe.pk).update(is_processing=True)
    assert "every 3s" in browse(f"segments/{europe.klaviyo_id}/").content.decode()
    world.sandbox.tell("clock", key=world.key, advance_s=60)
    answer = browse(f"segments/{europe.klaviyo_id}/state/", htmx=True).content.decode()
    assert "every 3s" not in answer
    assert Segment.objects.get(pk=europe.pk).is_processing is False


def test_the_people_of_a_segment_are_shown(world: World, account: Any, read: Any, browse: Any) -> None:
    own = {"email": "ada@example.com", "location": {"country": "Austria"}}
    world.call("POST", "profiles", {"data": {"type": "profile", "attributes": own}})
    klaviyo_id = make(world, "Europe")
    read("segment")
    assert "ada@example.com" in browse(f"segments/{klaviyo_id}/people/").content.decode()


def test_a_star_is_put_on_at_klaviyo(world: World, europe: Segment, browse: Any) -> None:
    browse(f"segments/{europe.klaviyo_id}/star/", {"starred": "1"})
    assert live(world, europe)["is_starred"] is True
    assert Segment.objects.get(pk=europe.pk).is_starred is True


def test_deleting_a_segment_keeps_its_definition_in_the_audit_trail(world: World, europe: Segment, browse: Any) -> None:
    browse(f"segments/{europe.klaviyo_id}/delete/", {})
    assert world.call("GET", "segments")["data"] == []
    assert Entry.objects.get(action="segment.deleted").before["definition"] == definition(EUROPE)


def test_many_segments_are_deleted_by_a_job(world: World, account: Any, read: Any, browse: Any) -> None:
    ids = [make(world, f"Old {number}") for number in range(2)]
    read("segment")
    question = browse("segments/bulk/", {"ids": ids})
    assert "Old 1" in browse(question["Location"]).content.decode()
    browse(question["Location"], {})
    job = Job.objects.get()
    tasks.delete_segments(job.pk)
    job.refresh_from_db()
    assert job.state == JobState.DONE
    assert world.call("GET", "segments")["data"] == []


def test_a_viewer_cannot_make_a_segment(world: World, browse: Any, vera: Any) -> None:
    assert browse("segments/new/", form("Europe", definition(EUROPE)), user=vera).status_code == 403
    assert world.count("create_segment") == 0
