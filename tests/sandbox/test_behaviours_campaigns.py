"""Campaigns and their messages in the sandbox, in both shapes."""

from __future__ import annotations

from typing import Any

import pytest

from klaviyo_app.sandbox.behaviours import Refused
from tests.sandbox.shop import SUBJECT, Shop

OLD, MIDDLE, NEW = "2024-10-15", "2025-01-15", "2026-07-15"
WHEN = "2026-12-24T09:00:00+00:00"


def flat(shop: Shop, **more: Any) -> dict[str, Any]:
    message = {"type": "campaign-message", "attributes": {"channel": "email", "label": "Snow", "content": SUBJECT}}
    audiences = {"included": [shop.named("list", "Newsletter").id]}
    return {"attributes": {"name": "Old", "audiences": audiences, "campaign-messages": {"data": [message]}, **more}}


def pointers(refused: Any) -> list[str]:
    return [source["pointer"] for _, source in refused.errors]


def test_the_flat_shape_is_taken_and_given_back_at_the_old_revision(shop: Shop) -> None:
    shop.revision = OLD
    static = {"datetime": WHEN, "is_local": True, "send_past_recipients_immediately": False}
    strategy = {"method": "static", "options_static": static}
    campaign = shop.do("create_campaign", flat(shop, send_strategy=strategy)).thing
    message = shop.things.get("campaign-message", shop.message(campaign.id))
    assert shop.shown(campaign)["send_strategy"] == strategy
    assert shop.shown(message)["content"] == SUBJECT
    assert shop.shown(message)["channel"] == "email"


def test_the_same_campaign_is_seen_with_a_definition_at_a_newer_revision(shop: Shop) -> None:
    shop.revision = OLD
    strategy = {"method": "static", "options_static": {"datetime": WHEN, "is_local": False}}
    campaign = shop.do("create_campaign", flat(shop, send_strategy=strategy)).thing
    shop.revision = MIDDLE
    assert shop.shown(campaign)["send_strategy"] == {
        "method": "static",
        "datetime": WHEN,
        "options": {"is_local": False},
    }
    message = shop.things.get("campaign-message", shop.message(campaign.id))
    assert shop.shown(message)["definition"] == {"channel": "email", "label": "Snow", "content": SUBJECT}


@pytest.mark.parametrize("revision", [MIDDLE, NEW])
def test_the_flat_shape_is_refused_since_2025(shop: Shop, revision: str) -> None:
    shop.revision = revision
    refused = shop.refused("create_campaign", flat(shop))
    base = "/data/attributes/campaign-messages/data/0/attributes"
    assert refused.status == 400
    assert set(pointers(refused)) == {f"{base}/definition", f"{base}/channel", f"{base}/label", f"{base}/content"}


@pytest.mark.parametrize(
    ("attributes", "pointer"),
    [
        ({"colour": "red"}, "/data/attributes/colour"),
        ({"name": " "}, "/data/attributes/name"),
        ({"audiences": {"included": []}}, "/data/attributes/audiences/included"),
        ({"audiences": {"included": ["Nobody"]}}, "/data/attributes/audiences/included/0"),
        ({"send_strategy": {"method": "tomorrow"}}, "/data/attributes/send_strategy/method"),
        ({"send_strategy": {"method": "static"}}, "/data/attributes/send_strategy/datetime"),
        (
            {"send_strategy": {"method": "throttled", "datetime": WHEN, "throttle_percentage": 12}},
            "/data/attributes/send_strategy/throttle_percentage",
        ),
        (
            {"tracking_options": {"custom_tracking_params": [{"type": "static", "name": "a", "value": "b"}]}},
            "/data/attributes/tracking_options/custom_tracking_params",
        ),
    ],
)
def test_a_wrong_campaign_is_refused_with_a_pointer(shop: Shop, attributes: dict[str, Any], pointer: str) -> None:
    with pytest.raises(Refused) as caught:
        shop.draft(**attributes)
    assert pointers(caught.value) == [pointer]


def test_slow_throttles_came_with_2026_07_15(shop: Shop) -> None:
    slow = {"send_strategy": {"method": "throttled", "datetime": WHEN, "throttle_percentage": 5}}
    assert shop.status(shop.draft(**slow)) == "Draft"
    shop.revision = MIDDLE
    with pytest.raises(Refused):
        shop.draft(**slow)


def test_more_than_fifteen_audiences_are_refused(shop: Shop) -> None:
    one = shop.named("list", "Newsletter").id
    with pytest.raises(Refused) as caught:
        shop.draft(audiences={"included": [one] * 16})
    assert pointers(caught.value) == ["/data/attributes/audiences/included"]


def test_patching_a_message_replaces_its_content(shop: Shop) -> None:
    message = shop.message(shop.draft())
    definition = {"channel": "email", "content": {"subject": "Thaw"}}
    shop.do("update_campaign_message", {"attributes": {"definition": definition}}, id=message)
    assert shop.things.get("campaign-message", message).attributes["definition"]["content"] == {"subject": "Thaw"}


def test_an_assigned_template_is_a_private_copy(shop: Shop) -> None:
    template = shop.named("template", "Newsletter: the Thursday letter")
    reply = shop.assign(shop.draft(template=False), template.id)
    copied = reply.included[0]
    assert (reply.flat, copied.attributes["name"]) == (True, f"Clone of {template.id}")
    assert copied.id not in {one.id for one in shop.do("get_templates").things}
    assert shop.refused("update_template", {"attributes": {"name": "x"}}, id=copied.id).status == 400


def test_an_email_campaign_tells_what_no_body_may_say(shop: Shop) -> None:
    campaign = shop.draft()
    options = {"use_smart_sending": True, "ignore_unsubscribes": False}
    assert shop.shown(shop.things.get("campaign", campaign))["send_options"] == options
    wrong = shop.refused("update_campaign", {"attributes": {"send_options": options}}, id=campaign).errors
    assert [one[1]["pointer"] for one in wrong] == ["/data/attributes/send_options/ignore_unsubscribes"]
    shop.revision = "2025-01-15"
    assert shop.shown(shop.things.get("campaign", campaign))["send_options"] == {"use_smart_sending": True}


def test_what_an_email_message_cannot_have_is_told_of_its_definition(shop: Shop) -> None:
    definition = {"channel": "email", "content": SUBJECT, "render_options": {"shorten_links": True}}
    message = shop.message(shop.draft())
    ((detail, at),) = shop.refused(
        "update_campaign_message", {"attributes": {"definition": definition}}, id=message
    ).errors
    assert detail == "'render_options' is not a valid field for the resource 'EmailMessageDefinition'."
    assert at == {"pointer": "/data/attributes/definition/render_options"}


def test_assigning_the_copy_again_changes_nothing(shop: Shop) -> None:
    campaign = shop.draft()
    mine = shop.things.get("campaign-message", shop.message(campaign)).relationships["template"]
    assert shop.assign(campaign, mine).included[0].id == mine


def test_the_library_does_not_reach_a_campaign_any_more(shop: Shop) -> None:
    campaign = shop.draft()
    library = next(iter(shop.things.all("template")))
    shop.do("update_template", {"attributes": {"html": "<p>new</p>"}}, id=library.id)
    copied = shop.do("get_template_for_campaign_message", id=shop.message(campaign)).thing
    assert "<p>new</p>" not in copied.attributes["html"]


def test_only_a_draft_can_be_changed(shop: Shop) -> None:
    campaign = shop.draft()
    shop.send(campaign)
    assert shop.refused("update_campaign", {"attributes": {"name": "x"}}, id=campaign).status == 409


def test_a_clone_is_a_draft_with_a_template_of_its_own(shop: Shop) -> None:
    campaign = shop.draft()
    twin = shop.do("create_campaign_clone", {"id": campaign, "attributes": {"new_name": "Again"}}).thing
    first, second = (
        shop.things.get("campaign-message", shop.message(one)).relationships["template"] for one in (campaign, twin.id)
    )
    assert (twin.attributes["name"], shop.status(twin.id)) == ("Again", "Draft")
    assert first != second


def test_a_deleted_campaign_is_gone_with_its_message_and_copy(shop: Shop) -> None:
    campaign = shop.draft()
    message = shop.things.get("campaign-message", shop.message(campaign))
    assert shop.do("delete_campaign", id=campaign).status == 204
    assert shop.things.get("campaign-message", message.id) is None
    assert shop.things.get("template", message.relationships["template"]) is None


def test_only_campaigns_of_the_channel_asked_for_are_listed(shop: Shop) -> None:
    found = shop.do("get_campaigns", filters=(("messages.channel", "equals", "sms"),)).things
    assert list(found) == []
