"""Flows over HTTP against the sandbox: read as an outline, switched after a question, copied, made, deleted."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from dashboard.audit.models import Entry
from klaviyo_app.accounts.clients import client_for
from klaviyo_app.resources.flows.models import Flow
from klaviyo_app.resources.flows.services import as_new
from klaviyo_app.resources.flows.words import outline, step_of
from tests.resources.test_events import metric_id, record
from tests.sandbox_server import World

pytestmark = pytest.mark.django_db


def email(number: str, following: str | None, template: str, subject: str = "Hello") -> dict[str, Any]:
    message = {"subject_line": subject, "from_email": "a@example.com", "from_label": "A", "template_id": template}
    empty = dict.fromkeys(("reply_to_email", "cc_email", "bcc_email"))
    data = {"message": {**message, **empty, "preview_text": "", "name": subject}, "status": "draft"}
    return {"temporary_id": number, "type": "send-email", "links": {"next": following}, "data": data}


def wait(number: str, following: str | None, days: int) -> dict[str, Any]:
    data = {"unit": "days", "value": days, "secondary_value": 0, "timezone": "profile"}
    return {"temporary_id": number, "type": "time-delay", "links": {"next": following}, "data": data}


def split(number: str, yes: str | None, no: str | None) -> dict[str, Any]:
    links = {"next_if_true": yes, "next_if_false": no}
    return {"temporary_id": number, "type": "conditional-split", "links": links, "data": {"profile_filter": None}}


@pytest.fixture
def template(world: World) -> str:
    attributes = {"name": "T", "editor_type": "CODE", "html": "<p>Dear {{ first_name }}</p>", "text": ""}
    return str(world.call("POST", "templates", {"data": {"type": "template", "attributes": attributes}})["data"]["id"])


@pytest.fixture
def definition(world: World, template: str) -> dict[str, Any]:
    made = world.call("POST", "lists", {"data": {"type": "list", "attributes": {"name": "Readers"}}})["data"]["id"]
    # in no useful order, as Klaviyo gives them
    actions = [
        email("4", None, template, "Last"),
        wait("2", "3", 2),
        split("3", None, "4"),
        email("1", "2", template, "First"),
    ]
    return {"triggers": [{"type": "list", "id": made}], "actions": actions, "entry_action_id": "1"}


@pytest.fixture
def flow(world: World, account: Any, definition: dict[str, Any], read: Any) -> str:
    body = {"data": {"type": "flow", "attributes": {"name": "Welcome", "definition": definition}}}
    made = world.call("POST", "flows", body)["data"]["id"]
    read("flow")
    read("list")
    return str(made)


def status(world: World, flow: str) -> str:
    return str(world.call("GET", f"flows/{flow}")["data"]["attributes"]["status"])


def switched(browse: Any, flow: str, to: str, user: Any) -> Any:
    page = browse(f"flows/{flow}/set/{to}/", user=user).content.decode()
    seen = re.search(r'name="seen" value="(\w+)"', page)
    assert seen
    return browse(f"flows/{flow}/set/{to}/", {"seen": seen[1]}, user=user)


def test_a_flow_is_read_as_an_outline_in_the_order_of_its_links(flow: str, browse: Any) -> None:
    page = browse(f"flows/{flow}/steps/", htmx=True).content.decode()
    assert "Somebody comes into the list Readers" in page
    words = ("First", "Waits 2 days", "Splits by who", "if so", "Nothing more comes", "if not", "Last")
    assert sorted(words, key=page.index) == list(words)


@given(some.dictionaries(some.sampled_from("abcd"), some.lists(some.sampled_from("abcdx"), max_size=3), max_size=4))
def test_whatever_hangs_together_how_ever_an_outline_ends_and_shows_each_step_once(
    ways: dict[str, list[str]],
) -> None:
    names = ("next", "next_if_true", "next_if_false")
    actions = [{"id": key, "type": "x", "links": dict(zip(names, to, strict=False))} for key, to in ways.items()]
    steps = outline({"actions": actions, "entry_action_id": "a"})
    assert sum(step.words == "x" for step in steps) <= len(actions)


def test_a_metric_told_apart_by_messages_names_those_of_flows(world: World, flow: str, browse: Any, read: Any) -> None:
    page = browse(f"flows/{flow}/steps/", htmx=True).content.decode()
    message = re.search(rf"/flows/{flow}/mails/(\w+)/", page)[1]  # type: ignore[index]
    record(world, "Opened", "ada@example.com", "2026-08-02T12:00:00Z", **{"$message": message, "$flow": flow})
    read("metric")
    numbers = f"metrics/{metric_id(world, 'Opened')}/numbers/?since=2026-08-01&until=2026-08-03&by="
    assert re.search(r">(First|Last)</th>", browse(f"{numbers}$message", htmx=True).content.decode())
    assert f'/flows/{flow}/">Welcome</a>' in browse(f"{numbers}$flow", htmx=True).content.decode()


def test_an_action_that_is_new_to_us_is_shown_as_klaviyo_spells_it() -> None:
    assert step_of({"type": "dance", "data": None}).words == "dance"


def test_what_starts_it_names_it(
    world: World, definition: dict[str, Any], account: Any, browse: Any, read: Any
) -> None:
    record(world, "Visited Store", "ada@example.com")
    metric = metric_id(world, "Visited Store")
    definition["triggers"] = [{"type": "metric", "id": metric}]
    assert browse("flows/new/", {"name": "Thanks", "definition": json.dumps(definition)}).status_code == 303
    read("metric")
    page = browse(f"metrics/{metric}/uses/", htmx=True).content.decode()
    assert re.search(r'href="/a/\d+/flows/\w+/">Thanks</a>', page)


def test_a_mail_of_it_is_shown_by_klaviyos_rendering_in_a_frame_that_can_do_nothing(flow: str, browse: Any) -> None:
    page = browse(f"flows/{flow}/steps/", htmx=True).content.decode()
    around = re.search(r'href="([^"]+/mails/[^"]+)"', page)
    assert around
    framed = re.search(r'<iframe[^>]* sandbox [^>]*src="([^"]+)"', browse(around[1]).content.decode())
    assert framed
    answer = browse(framed[1])
    assert "Dear Ada" in answer.content.decode()
    policy = answer.headers["Content-Security-Policy"]
    assert "sandbox" in policy
    assert "default-src 'none'" in policy


def test_going_live_says_what_it_means_and_is_done_after_the_question(
    world: World, flow: str, browse: Any, paul: Any
) -> None:
    page = browse(f"flows/{flow}/set/live/", user=paul).content.decode()
    assert "mails people by itself" in page
    assert "up to 2 messages" in page
    assert status(world, flow) == "draft"
    assert switched(browse, flow, "live", paul).status_code == 303
    assert (status(world, flow), Flow.objects.get(klaviyo_id=flow).status) == ("live", "live")
    assert Entry.objects.get(action="flow.switched").after == {"status": "live"}


def test_an_editor_switches_nothing_on(world: World, flow: str, browse: Any) -> None:
    assert browse(f"flows/{flow}/set/live/", {}).status_code == 403
    assert "/set/live/" not in browse(f"flows/{flow}/").content.decode()
    assert status(world, flow) == "draft"


def test_a_flow_that_was_switched_meanwhile_is_not_switched_unseen(
    world: World, flow: str, browse: Any, paul: Any
) -> None:
    page = browse(f"flows/{flow}/set/manual/", user=paul).content.decode()
    seen = re.search(r'name="seen" value="(\w+)"', page)
    assert seen
    body = {"data": {"type": "flow", "id": flow, "attributes": {"status": "live"}}}
    world.call("PATCH", f"flows/{flow}", body)
    answer = browse(f"flows/{flow}/set/manual/", {"seen": seen[1]}, user=paul)
    assert answer.status_code == 409
    assert status(world, flow) == "live"


def test_a_copy_does_the_same_and_is_a_draft(world: World, flow: str, browse: Any, paul: Any) -> None:
    switched(browse, flow, "live", paul)
    answer = browse(f"flows/{flow}/copy/", {"name": "Welcome, again"})
    assert answer.status_code == 303
    page = browse(f"{answer['Location']}steps/", htmx=True).content.decode()
    assert "Waits 2 days" in page
    made = answer["Location"].rstrip("/").rsplit("/", 1)[1]
    assert (status(world, made), Flow.objects.get(klaviyo_id=made).name) == ("draft", "Welcome, again")


def test_a_flow_is_made_of_a_definition(definition: dict[str, Any], account: Any, browse: Any) -> None:
    answer = browse("flows/new/", {"name": "New", "definition": json.dumps(definition)})
    assert answer.status_code == 303
    assert Flow.objects.get().name == "New"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "This is not JSON"),
        ("[]", "Write a JSON object"),
        ('{"actions": []}', "It lacks: triggers, entry_action_id"),
    ],
)
def test_a_definition_that_is_none_is_said_at_its_place(
    world: World, account: Any, browse: Any, text: str, words: str
) -> None:
    answer = browse("flows/new/", {"name": "New", "definition": text})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert world.count("create_flow") == 0


def test_what_klaviyo_refuses_of_a_definition_stands_at_its_place_and_nothing_is_lost(
    definition: dict[str, Any], account: Any, browse: Any
) -> None:
    definition["entry_action_id"] = "nowhere"
    answer = browse("flows/new/", {"name": "New", "definition": json.dumps(definition)})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "There is no action" in page
    assert "nowhere" in page


def test_a_definition_that_was_read_is_made_new_without_what_klaviyo_gave_it() -> None:
    action = {"id": "7", "type": "send-email", "data": {"message": {"id": "M", "name": "N"}, "status": "live"}}
    (new,) = as_new({"actions": [action]})["actions"]
    assert new == {"type": "send-email", "temporary_id": "7", "data": {"message": {"name": "N"}, "status": "draft"}}


def test_it_is_deleted_after_a_question(world: World, flow: str, browse: Any) -> None:
    assert "cannot be brought back" in browse(f"flows/{flow}/delete/").content.decode()
    assert browse(f"flows/{flow}/delete/", {}).status_code == 303
    assert world.ask("GET", f"flows/{flow}").status_code == 404
    assert browse(f"flows/{flow}/").status_code == 404


def test_it_is_tagged_on_its_own_page(world: World, flow: str, browse: Any) -> None:
    body = {"data": {"type": "tag", "attributes": {"name": "spring"}}}
    tag = world.call("POST", "tags", body)["data"]["id"]
    assert browse(f"tags/of/flow/{flow}/change/", {"add": tag}).status_code in {200, 303}
    assert [one["id"] for one in world.call("GET", f"flows/{flow}/tags")["data"]] == [tag]


def test_archived_flows_are_left_out_unless_asked_for(flow: str, browse: Any) -> None:
    Flow.objects.update(archived=True)
    assert "Welcome" not in browse("flows/", htmx=True).content.decode()
    assert "Welcome" in browse("flows/?status=archived", htmx=True).content.decode()


@pytest.mark.parametrize("revision", ["2024-10-15", "2025-01-15"])
def test_older_revisions_show_what_they_can_and_say_what_they_cannot(
    world: World, account: Any, flow: str, browse: Any, settings: Any, revision: str
) -> None:
    world.settings(oldest_revision="2024-10-15")
    settings.KLAVIYO_REVISION = revision
    client_for(account).call("get_accounts")  # the first answer says which revision is really served
    page = browse(f"flows/{flow}/steps/", htmx=True).content.decode()
    assert "Sends an e-mail" in page, page
    told = "does not tell in which order" in page
    assert told is (revision == "2024-10-15")
    if told:  # what is sent is told by each action, one call each
        parts = re.findall(rf"/a/\d+/flows/{flow}/actions/\w+/", page)
        page = "".join(browse(one, htmx=True).content.decode() for one in sorted({*parts}))
        assert world.count("get_flow_action_messages") == 2
    assert "First" in page
    assert "Last" in page
    mail = re.search(rf"/flows/{flow}/mails/(\w+)/", page)[1]  # type: ignore[index]
    assert "<p>Dear" in browse(f"flows/messages/{mail}/").content.decode()


def test_messages_that_cannot_be_read_are_said_in_their_place(
    world: World, account: Any, flow: str, browse: Any, settings: Any
) -> None:
    world.settings(oldest_revision="2024-10-15")
    settings.KLAVIYO_REVISION = "2024-10-15"
    client_for(account).call("get_accounts")
    page = browse(f"flows/{flow}/steps/", htmx=True).content.decode()
    world.fault("get_flow_action_messages", "503", times=9)
    part = re.search(rf"/a/\d+/flows/{flow}/actions/\w+/", page)[0]  # type: ignore[index]
    assert "has trouble answering" in browse(part, htmx=True).content.decode()


def test_a_fork_says_by_what_it_splits_and_a_flow_whom_it_lets_in(
    world: World, definition: dict[str, Any], browse: Any, read: Any, account: Any
) -> None:
    group = definition["triggers"][0]["id"]
    member = {"type": "profile-group-membership", "is_member": True, "group_ids": [group]}
    filtered = {"condition_groups": [{"conditions": [member]}]}
    next(one for one in definition["actions"] if one["type"] == "conditional-split")["data"]["profile_filter"] = (
        filtered
    )
    definition["profile_filter"] = filtered
    read("list")
    made = browse("flows/new/", {"name": "Forked", "definition": json.dumps(definition)})
    page = browse(f"{made['Location']}steps/", htmx=True).content.decode()
    assert re.search(r"Splits by who the person is: <b>[^<]*Readers", page), page
    assert re.search(r"Only people of whom this is true: [^<]*Readers", page)
