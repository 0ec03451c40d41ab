"""Templates over HTTP against the sandbox: make, edit, copy, delete, render for somebody, the draft in the editor."""

from __future__ import annotations

from typing import Any

import pytest

from dashboard.audit.models import Entry
from klaviyo_app.resources.email_templates.models import EmailTemplate
from tests.sandbox_server import World

pytestmark = pytest.mark.django_db
HTML = "<p>Hello {{ first_name|default:'friend' }}, from {{ city }}</p>{% unsubscribe %}"


@pytest.fixture
def letter(world: World, account: Any, read: Any) -> EmailTemplate:
    own = {"name": "Letter", "editor_type": "CODE", "html": HTML}
    world.call("POST", "templates", {"data": {"type": "template", "attributes": own}})
    read("template")
    return EmailTemplate.objects.get()


def form(row: EmailTemplate, **changed: str) -> dict[str, str]:
    return {"name": row.name, "html": row.attributes["html"], "text": "", "seen": row.fingerprint, **changed}


def at_klaviyo(world: World, row: EmailTemplate) -> dict[str, Any]:
    return dict(world.call("GET", f"templates/{row.klaviyo_id}")["data"]["attributes"])


def test_a_template_that_is_made_is_klaviyos_and_in_the_mirror(world: World, browse: Any) -> None:
    answer = browse("templates/new/", {"name": "Welcome", "html": HTML, "text": "Hello"})
    row = EmailTemplate.objects.get()
    assert answer["Location"].endswith(f"/templates/{row.klaviyo_id}/")
    found = at_klaviyo(world, row)
    assert (found["name"], found["editor_type"], found["text"]) == ("Welcome", "CODE", "Hello")
    assert "Hello {{ first_name" in found["html"]


def test_a_template_without_a_name_is_refused_and_its_html_kept(world: World, browse: Any) -> None:
    answer = browse("templates/new/", {"name": "", "html": "<p>typed with care</p>", "text": ""})
    assert answer.status_code == 422
    assert "&lt;p&gt;typed with care&lt;/p&gt;" in answer.content.decode()
    assert world.count("create_template") == 0


def test_an_edit_reaches_klaviyo_and_the_audit_trail(
    world: World, letter: EmailTemplate, browse: Any, bob: Any
) -> None:
    changed = form(letter, name="The Letter", html="<p>Good day</p>")
    assert browse(f"templates/{letter.klaviyo_id}/edit/", changed).status_code == 303
    line = Entry.objects.get(action="template.changed")
    assert "Good day" in at_klaviyo(world, letter)["html"]
    assert (line.actor, line.before["name"], line.after["name"]) == (bob, "Letter", "The Letter")


def test_a_change_made_elsewhere_meanwhile_is_shown_and_not_overwritten(
    world: World, letter: EmailTemplate, browse: Any
) -> None:
    theirs = {"type": "template", "id": letter.klaviyo_id, "attributes": {"name": "Theirs"}}
    world.call("PATCH", f"templates/{letter.klaviyo_id}", {"data": theirs})
    answer = browse(f"templates/{letter.klaviyo_id}/edit/", form(letter, name="Mine"))
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Theirs" in page
    assert "Mine" in page
    assert at_klaviyo(world, letter)["name"] == "Theirs"


def test_a_copy_stands_beside_the_original(world: World, letter: EmailTemplate, browse: Any) -> None:
    assert browse(f"templates/{letter.klaviyo_id}/copy/", {"name": "Letter two"}).status_code == 303
    copy = EmailTemplate.objects.get(name="Letter two")
    assert at_klaviyo(world, copy)["html"] == at_klaviyo(world, letter)["html"]


def test_deleting_takes_it_from_klaviyo_and_the_table(world: World, letter: EmailTemplate, browse: Any) -> None:
    browse(f"templates/{letter.klaviyo_id}/delete/", {})
    assert world.call("GET", "templates")["data"] == []
    assert "Letter" not in browse("templates/").content.decode().partition("<tbody>")[2]


def test_it_is_rendered_by_klaviyo_as_a_person_would_see_it(world: World, letter: EmailTemplate, browse: Any) -> None:
    own = {"email": "ada@example.com", "first_name": "Ada", "properties": {"city": "Aarhus"}}
    world.call("POST", "profiles", {"data": {"type": "profile", "attributes": own}})
    page = browse(f"templates/{letter.klaviyo_id}/rendered/?email=ada@example.com").content.decode()
    assert "Hello Ada, from Aarhus" in page


def test_typed_values_stand_above_those_of_the_person(world: World, letter: EmailTemplate, browse: Any) -> None:
    own = {"email": "ada@example.com", "first_name": "Ada", "properties": {"city": "Aarhus"}}
    world.call("POST", "profiles", {"data": {"type": "profile", "attributes": own}})
    asked = "?email=ada@example.com&context=%7B%22city%22%3A%22Rome%22%7D"
    assert "Hello Ada, from Rome" in browse(f"templates/{letter.klaviyo_id}/rendered/{asked}").content.decode()


def test_without_a_person_the_defaults_of_the_template_are_seen(letter: EmailTemplate, browse: Any) -> None:
    assert "Hello friend" in browse(f"templates/{letter.klaviyo_id}/rendered/").content.decode()


def test_an_address_that_klaviyo_does_not_know_is_said(letter: EmailTemplate, browse: Any) -> None:
    answer = browse(f"templates/{letter.klaviyo_id}/rendered/?email=nobody@example.com")
    assert answer.status_code == 404
    assert "knows no person" in answer.content.decode()


def test_values_that_are_no_json_are_named_by_their_line(world: World, letter: EmailTemplate, browse: Any) -> None:
    answer = browse(f"templates/{letter.klaviyo_id}/rendered/?context=%7Bbroken")
    assert answer.status_code == 422
    assert "line 1" in answer.content.decode()
    assert world.count("render_template") == 0


@pytest.mark.parametrize("klaviyo", ["500", "html", "truncated"])
def test_when_klaviyo_fails_a_sentence_stands_where_the_mail_would(
    world: World, letter: EmailTemplate, browse: Any, klaviyo: str
) -> None:
    world.fault("render_template", klaviyo, times=20)
    answer = browse(f"templates/{letter.klaviyo_id}/rendered/")
    assert answer.status_code == 502
    assert "Hello friend" not in answer.content.decode()


@pytest.mark.parametrize("path", ["templates/{id}/rendered/", "templates/draft/"])
def test_a_shown_mail_can_run_nothing_and_is_framed_by_us_alone(letter: EmailTemplate, browse: Any, path: str) -> None:
    hostile = {"html": "<script>alert(1)</script>"} if "draft" in path else None
    policy = browse(path.format(id=letter.klaviyo_id), hostile)["Content-Security-Policy"]
    parts = {one.split()[0]: one.split()[1:] for one in policy.split(";")}
    assert parts["sandbox"] == []
    assert parts["default-src"] == ["'none'"]
    assert parts["frame-ancestors"] == ["'self'"]
    assert not parts.keys() & {"script-src", "connect-src", "frame-src", "worker-src"}


def test_the_draft_is_drawn_without_asking_klaviyo(world: World, account: Any, browse: Any) -> None:
    page = browse("templates/draft/", {"html": "<p>Hello {{ first_name }}</p>"}).content.decode()
    assert "Hello Ada" in page
    assert world.requests() == []


def test_a_template_of_klaviyos_own_editor_says_that_it_cannot_be_changed_here(
    letter: EmailTemplate, browse: Any
) -> None:
    EmailTemplate.objects.update(editor_type="SYSTEM_DRAGGABLE")
    assert "can be changed in Klaviyo only" in browse(f"templates/{letter.klaviyo_id}/").content.decode()


def test_a_mail_without_a_way_to_unsubscribe_is_marked(world: World, browse: Any) -> None:
    answer = browse("templates/new/", {"name": "Bare", "html": "<p>Hello</p>", "text": ""})
    assert "There is no unsubscribe link" in browse(answer["Location"]).content.decode()


def test_many_bytes_of_html_come_through_whole(world: World, browse: Any) -> None:
    html = "<body>" + "<p>æøå 🌷</p>" * 20_000 + "</body></html>"
    assert browse("templates/new/", {"name": "Long", "html": f"<html>{html}", "text": ""}).status_code == 303
    assert at_klaviyo(world, EmailTemplate.objects.get())["html"].endswith(html)


@pytest.mark.parametrize("page", ["edit/", "copy/", "delete/"])
def test_a_viewer_changes_nothing(world: World, letter: EmailTemplate, browse: Any, vera: Any, page: str) -> None:
    before = len(world.requests())
    assert browse(f"templates/{letter.klaviyo_id}/{page}", form(letter), user=vera).status_code == 403
    assert len(world.requests()) == before
