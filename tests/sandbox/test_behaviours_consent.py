"""What Klaviyo demands of jobs that change consent, of merges and of deletions."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.calls import error, make_list, make_profile
from tests.sandbox_server import World

PAST, FUTURE = "2026-01-01T00:00:00Z", "2099-01-01T00:00:00Z"
AT = "/data/attributes/profiles/data/0/attributes"


def job(channels: Any, act: str = "create", relations: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    person = {"email": "mia@example.com", "phone_number": "+491701234567", "subscriptions": channels}
    attributes = {"profiles": {"data": [{"type": "profile", "attributes": person}]}, **more}
    data = {"type": f"profile-subscription-bulk-{act}-job", "attributes": attributes}
    return {"data": {**data, "relationships": relations} if relations else data}


def said(consent: str = "SUBSCRIBED", **more: Any) -> dict[str, Any]:
    return {"consent": consent, **more}


def ask(world: World, body: dict[str, Any]) -> Any:
    return world.ask("POST", f"{body['data']['type']}s", body)


def subscriptions(world: World, person: str) -> Any:
    found = world.call("GET", f"profiles/{person}?additional-fields%5Bprofile%5D=subscriptions")
    return found["data"]["attributes"]["subscriptions"]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (job({"email": {"marketing": said("UNSUBSCRIBED")}}), f"{AT}/subscriptions/email/marketing/consent"),
        (job({"fax": {"marketing": said()}}), f"{AT}/subscriptions/fax"),
        (job({"email": {"marketing": {}}}), f"{AT}/subscriptions/email/marketing/consent"),
        (job({}, custom="x"), "/data/attributes/custom"),
        (
            job({"email": {"marketing": said()}}, historical_import=True),
            f"{AT}/subscriptions/email/marketing/consented_at",
        ),
        (
            job({"sms": {"marketing": said(consented_at=FUTURE)}}, historical_import=True),
            f"{AT}/subscriptions/sms/marketing/consented_at",
        ),
        (
            job({"email": {"marketing": said("UNSUBSCRIBED", consented_at=PAST)}}, "delete"),
            f"{AT}/subscriptions/email/marketing/consented_at",
        ),
    ],
)
def test_a_job_that_cannot_be_is_pointed_at(world: World, body: dict[str, Any], pointer: str) -> None:
    answer = ask(world, body)
    assert (answer.status_code, error(answer)["source"]) == (400, {"pointer": pointer})


def test_channels_must_be_named_since_2025(world: World) -> None:
    world.settings(oldest_revision="2024-10-15")
    body = job({})
    del body["data"]["attributes"]["profiles"]["data"][0]["attributes"]["subscriptions"]
    kind = f"{body['data']['type']}s"
    assert world.ask("POST", kind, body, headers={"revision": "2024-10-15"}).status_code == 202
    answer = world.ask("POST", kind, body, headers={"revision": "2025-01-15"})
    assert error(answer)["source"] == {"pointer": f"{AT}/subscriptions"}


def test_only_the_purposes_that_are_named_change(world: World) -> None:
    mia = make_profile(world, "mia@example.com")
    assert ask(world, job({"sms": {"transactional": said()}})).status_code == 202
    found = subscriptions(world, mia)
    assert found["sms"]["transactional"]["can_receive_sms_transactional"]
    assert (found["sms"]["marketing"]["consent"], found["email"]["marketing"]["consent"]) == ("NEVER_SUBSCRIBED",) * 2


def test_an_import_of_the_past_keeps_when_consent_was_given(world: World) -> None:
    readers = make_list(world, "Readers")
    relation = {"list": {"data": {"type": "list", "id": readers}}}
    body = job({"email": {"marketing": said(consented_at=PAST)}}, relations=relation, historical_import=True)
    assert ask(world, body).status_code == 202
    mia = world.call("GET", f"lists/{readers}/relationships/profiles")["data"][0]["id"]
    assert subscriptions(world, mia)["email"]["marketing"]["consent_timestamp"] == PAST


def test_only_one_profile_is_merged_at_a_time(world: World) -> None:
    people = [{"type": "profile", "id": make_profile(world, f"p{one}@example.com")} for one in range(3)]
    data = {"type": "profile-merge", "id": people[0]["id"], "relationships": {"profiles": {"data": people[1:]}}}
    answer = world.ask("POST", "profile-merge", {"data": data})
    assert (answer.status_code, error(answer)["source"]) == (400, {"pointer": "/data/relationships/profiles/data"})


def test_nobody_is_deleted_where_nobody_is_meant(world: World) -> None:
    profile = {"data": {"type": "profile", "attributes": {"email": "mia@example.com"}}}
    body = {"data": {"type": "data-privacy-deletion-job", "attributes": {"profile": profile}}}
    answer = world.ask("POST", "data-privacy-deletion-jobs", body)
    assert (answer.status_code, 'email "mia@example.com"' in error(answer)["detail"]) == (404, True)
    make_profile(world, "mia@example.com")
    assert world.ask("POST", "data-privacy-deletion-jobs", body).status_code == 202
