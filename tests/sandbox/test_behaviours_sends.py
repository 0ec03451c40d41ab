"""Sending in the sandbox: refusals, statuses by the clock, both natures of a second send."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests.sandbox.shop import NOW, SUBJECT, Shop


def at(days: float) -> str:
    return (NOW + dt.timedelta(days=days)).isoformat()


def accepted(shop: Shop, campaign: str) -> int:
    return len(shop.things.get("campaign", campaign).hidden["accepted"])


def test_an_immediate_send_goes_through_its_statuses_to_sent(shop: Shop) -> None:
    campaign = shop.draft()
    assert shop.send(campaign).status == 202
    seen = []
    for _ in range(11):
        seen.append((shop.status(campaign), shop.job(campaign)))
        shop.later(0.1)
    assert list(dict.fromkeys(seen)) == [
        ("Preparing to send", "queued"),
        ("Adding Recipients", "processing"),
        ("Sending", "processing"),
        ("Sent", "complete"),
    ]


@pytest.mark.parametrize(
    ("made", "words"),
    [
        ({"content": {**SUBJECT, "subject": ""}}, "subject"),
        ({"content": {**SUBJECT, "from_email": None}}, "sender"),
        ({"template": False}, "template"),
    ],
)
def test_an_incomplete_campaign_is_refused_with_400(shop: Shop, made: dict[str, Any], words: str) -> None:
    campaign = shop.draft(**made)
    refused = shop.refused("send_campaign", {"id": campaign})
    assert (refused.status, refused.code, refused.errors[0][1]) == (400, "invalid", {"pointer": "/data/id"})
    assert words in refused.errors[0][0]


def test_an_unknown_campaign_is_404(shop: Shop) -> None:
    assert shop.refused("send_campaign", {"id": "nothing"}).status == 404


def test_a_second_send_is_refused_with_409(shop: Shop) -> None:
    campaign = shop.draft()
    shop.send(campaign)
    assert shop.refused("send_campaign", {"id": campaign}).status == 409
    assert accepted(shop, campaign) == 1


def test_the_refusing_nature_refuses_even_while_draft_still_shows(shop: Shop) -> None:
    shop.settings["send_lag_s"] = 5
    campaign = shop.draft()
    shop.send(campaign)
    assert shop.status(campaign) == "Draft"
    assert shop.refused("send_campaign", {"id": campaign}).status == 409


def test_the_accepting_nature_sends_twice_while_draft_still_shows(shop: Shop) -> None:
    shop.settings |= {"second_send": "accept", "send_lag_s": 5}
    campaign = shop.draft()
    shop.send(campaign)
    assert (shop.status(campaign), shop.refused("get_campaign_send_job", id=campaign).status) == ("Draft", 404)
    shop.send(campaign)
    assert accepted(shop, campaign) == 2


def test_the_accepting_nature_refuses_once_the_first_send_shows(shop: Shop) -> None:
    shop.settings |= {"second_send": "accept", "send_lag_s": 5}
    campaign = shop.draft()
    shop.send(campaign)
    shop.later(6)
    assert shop.refused("send_campaign", {"id": campaign}).status == 409


def test_a_static_campaign_waits_for_its_time(shop: Shop) -> None:
    campaign = shop.draft(send_strategy={"method": "static", "datetime": at(1)})
    shop.send(campaign)
    assert shop.status(campaign) == "Preparing to schedule"
    shop.later(1)
    assert (shop.status(campaign), shop.job(campaign)) == ("Scheduled", "queued")
    shop.later(86400)
    assert shop.status(campaign) == "Sent"


def test_a_time_that_is_over_is_refused(shop: Shop) -> None:
    campaign = shop.draft(send_strategy={"method": "static", "datetime": at(-1)})
    assert shop.refused("send_campaign", {"id": campaign}).status == 400


def test_revert_goes_back_to_draft_and_may_be_sent_again(shop: Shop) -> None:
    campaign = shop.draft(send_strategy={"method": "static", "datetime": at(1)})
    shop.send(campaign)
    shop.later(2)
    assert (
        shop.do("cancel_campaign_send", {"id": campaign, "attributes": {"action": "revert"}}, id=campaign).status == 204
    )
    assert shop.status(campaign) == "Draft"
    assert shop.send(campaign).status == 202


def test_cancel_is_final(shop: Shop) -> None:
    campaign = shop.draft()
    shop.send(campaign)
    shop.do("cancel_campaign_send", {"id": campaign, "attributes": {"action": "cancel"}}, id=campaign)
    assert (shop.status(campaign), shop.job(campaign)) == ("Cancelled", "cancelled")
    assert shop.refused("send_campaign", {"id": campaign}).status == 409


def test_what_is_sent_cannot_be_cancelled(shop: Shop) -> None:
    campaign = shop.draft()
    shop.send(campaign)
    shop.later(2)
    refused = shop.refused("cancel_campaign_send", {"id": campaign, "attributes": {"action": "cancel"}}, id=campaign)
    assert refused.status == 409


def test_a_campaign_to_nobody_ends_cancelled(shop: Shop) -> None:
    nobody = shop.do("create_list", {"attributes": {"name": "Nobody"}}).thing
    campaign = shop.draft(audiences={"included": [nobody.id]})
    shop.send(campaign)
    shop.later(2)
    assert shop.status(campaign) == "Cancelled: No Recipients"


def test_an_estimate_has_no_results_until_its_job_is_complete(shop: Shop) -> None:
    campaign = shop.draft()
    assert shop.refused("get_campaign_recipient_estimation", id=campaign).status == 404
    shop.do("refresh_campaign_recipient_estimation", {"id": campaign})
    states = []
    for _ in range(3):
        states.append(shop.do("get_campaign_recipient_estimation_job", id=campaign).thing.attributes["status"])
        shop.later(0.5)
    assert states == ["queued", "processing", "complete"]


def test_an_estimate_counts_people_who_may_be_mailed_less_the_excluded(shop: Shop) -> None:
    inside, outside = shop.named("list", "Newsletter").id, shop.named("list", "Trail Club members").id
    people = (
        shop.things.linked("list", inside, "profiles").keys() - shop.things.linked("list", outside, "profiles").keys()
    )
    leaving = shop.things.get("profile", min(people)).attributes["email"]
    consent = {"email": {"marketing": {"consent": "UNSUBSCRIBED"}}}
    gone = {"profiles": {"data": [{"type": "profile", "attributes": {"email": leaving, "subscriptions": consent}}]}}
    shop.do("bulk_unsubscribe_profiles", {"attributes": gone})
    campaign = shop.draft(audiences={"included": [inside], "excluded": [outside]})
    shop.do("refresh_campaign_recipient_estimation", {"id": campaign})
    shop.later(2)
    counted = shop.do("get_campaign_recipient_estimation", id=campaign).thing.attributes["estimated_recipient_count"]
    marketing = [shop.things.get("profile", one).hidden["subscriptions"]["email"]["marketing"] for one in people]
    assert 0 < counted == sum(one["can_receive_email_marketing"] for one in marketing) < len(people)
