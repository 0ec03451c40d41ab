"""What our services ask of Klaviyo at each revision; the end of `world` holds every call against the description."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any, NamedTuple

import pytest
from django.utils import timezone
from redis import Redis

from dashboard.teams.models import User
from klaviyo_app.accounts.clients import client_for
from klaviyo_app.accounts.facts import probe
from klaviyo_app.accounts.models import Account
from klaviyo_app.gateway.client import Client
from klaviyo_app.gateway.once import OutcomeKind
from klaviyo_app.gateway.shapes import Audiences, Strategy
from klaviyo_app.gateway.wire import USER_AGENT
from klaviyo_app.mirror.fingerprint import fingerprint
from klaviyo_app.mirror.sync import mirrored, read_kind
from klaviyo_app.resources import counting
from klaviyo_app.resources.campaigns import estimates
from klaviyo_app.resources.campaigns import services as campaigns
from klaviyo_app.resources.campaigns.composition import Composition
from klaviyo_app.resources.coupons import services as coupons
from klaviyo_app.resources.email_templates import services as templates
from klaviyo_app.resources.lists import services as lists
from klaviyo_app.resources.lists.uses import flows_of
from klaviyo_app.resources.segments import services as segments
from klaviyo_app.sending.content import read_back
from klaviyo_app.sending.remote import remote_for, send_job_body
from tests.contract.runs import REVISIONS
from tests.contract.sent import wrong_request, wrong_requests
from tests.sandbox.described import FOLDER
from tests.sandbox_server import Sandbox, World
from tests.waiting import without_waiting

pytestmark = pytest.mark.django_db
NOW = timezone.now()
DAY = timedelta(days=1)
described = pytest.mark.skipif(not FOLDER.is_dir(), reason="Klaviyo's descriptions are not beside the checkout")


class Desk(NamedTuple):
    """Who works on what."""

    account: Account
    client: Client
    by: User

    @property
    def making(self) -> dict[str, Any]:
        return {"client": self.client, "by": self.by, "now": NOW}

    def changing(self, name: str, path_id: str) -> dict[str, Any]:
        """For an edit: what Klaviyo has now was seen."""
        return {**self.making, "seen": fingerprint(self.client.call(name, path={"id": path_id}).data["attributes"])}


def work_on_lists(desk: Desk) -> None:
    settable = {"opt_in_process": "single_opt_in"} if desk.client.served_revision >= "2025-10-15" else {}
    row = lists.create_list(desk.account, **desk.making, name="Readers", **settable)
    row = lists.edit_list(row, **desk.changing("get_list", row.klaviyo_id), name="The readers", **settable)
    counting.count(row, desk.client, now=NOW)
    flows_of(desk.client, row)
    lists.delete_list(row, **desk.making)


def work_on_segments(desk: Desk) -> None:
    condition = {
        "type": "profile-property",
        "property": "location['city']",
        "filter": {"type": "string", "operator": "equals", "value": "Oslo"},
    }
    definition = {"condition_groups": [{"conditions": [condition]}]}
    own: dict[str, Any] = {"definition": definition, "is_starred": False}
    row = segments.create_segment(desk.account, **desk.making, name="Oslo", **own)
    seen = desk.changing("get_segment", row.klaviyo_id)
    row = segments.edit_segment(row, **seen, name="From Oslo", **own)
    row = segments.star_segment(row, **desk.making, is_starred=True)
    row = counting.count(segments.read_state(row, client=desk.client, now=NOW), desk.client, now=NOW)
    flows_of(desk.client, row)
    segments.delete_segment(row, **desk.making)


def work_on_templates(desk: Desk) -> None:
    row = templates.create_template(desk.account, **desk.making, name="Letter", html="<p>Hello</p>", text="Hello")
    row = templates.edit_template(row, **desk.changing("get_template", row.klaviyo_id), html="<p>Hello you</p>")
    copy = templates.clone_template(row, **desk.making, name="Another letter")
    templates.render_template(desk.client, copy.klaviyo_id, {"first_name": "Ada"})
    templates.delete_template(copy, **desk.making)


def work_on_coupons(desk: Desk) -> None:
    monitor = desk.client.served_revision >= "2025-07-15"
    limit = 100 if monitor else None
    row = coupons.create_coupon(
        desk.account, **desk.making, external_id="TEN", description="Ten percent", threshold=limit
    )
    seen = desk.changing("get_coupon", row.klaviyo_id)
    row = coupons.edit_coupon(row, **seen, description="Ten per cent", threshold=limit, monitor=monitor)
    working = {"client": desk.client, "by": desk.by}
    code = coupons.create_code(row, **working, code="TEN-1", expires_at=NOW + DAY)["id"]
    coupons.edit_code(row, **working, code_id=code, expires_at=NOW + 2 * DAY)
    coupons.delete_code(row, **working, code_id=code)
    coupons.delete_coupon(row, **desk.making)


def work_on_campaigns(desk: Desk) -> None:
    readers = lists.create_list(desk.account, **desk.making, name="Readers").klaviyo_id
    letter = templates.create_template(desk.account, **desk.making, name="Letter", html="<p>Hi {% unsubscribe %}</p>")
    written = {"subject": "Spring", "preview_text": "", "from_email": "shop@example.com", "from_label": "Shop"}
    composition = Composition(
        name="Spring",
        audiences=Audiences((readers,)),
        content=written,
        strategy=Strategy("static", at=NOW + 1000 * DAY),
        template_id=letter.klaviyo_id,
        smart_sending=True,
        tracking={"is_tracking_opens": True},
    )
    row, trouble = campaigns.compose_campaign(desk.account, **desk.making, composition=composition)
    assert trouble is None
    seen = fingerprint(campaigns.read_live(desk.client, row.klaviyo_id).seen["attributes"])
    throttled = replace(composition, name="Summer", strategy=Strategy("throttled", at=NOW + 900 * DAY, percent=20))
    row = campaigns.edit_campaign(row, **desk.making, seen=seen, composition=throttled)
    copy = campaigns.clone_campaign(row, **desk.making, name="Another")
    estimates.start_estimate(desk.client, row.klaviyo_id)
    estimates.read_estimate(desk.client, row.klaviyo_id)
    campaigns.delete_campaign(copy, **desk.making)
    assert _sent(desk, row.klaviyo_id) is OutcomeKind.ACCEPTED
    read_back(desk.client, row.klaviyo_id)


def _sent(desk: Desk, campaign_id: str) -> OutcomeKind:
    """What came of the send, which the rate budget may have told to wait: then nothing has left."""
    until = time.monotonic() + 20
    while True:
        outcome = remote_for(desk.account).post(body=send_job_body(campaign_id), before_first_byte=lambda: None)
        if outcome.kind is not OutcomeKind.NOTHING_LEFT or time.monotonic() > until:
            return outcome.kind
        time.sleep(outcome.wait_s or 0.2)


def look_around(desk: Desk) -> None:
    probe(desk.client)
    for model in mirrored().values():
        assert read_kind(desk.account, model)


@pytest.mark.parametrize("revision", REVISIONS)
@pytest.mark.parametrize(
    "work", [work_on_lists, work_on_segments, work_on_templates, work_on_coupons, work_on_campaigns, look_around]
)
def test_what_our_services_ask_is_as_klaviyo_describes_it(
    world: World,
    account: Account,
    settings: Any,
    suite_redis: Redis,
    bob: User,
    revision: str,
    work: Callable[[Desk], None],
) -> None:
    settings.KLAVIYO_REVISION = revision
    world.settings(oldest_revision="2024-10-15")
    without_waiting(world, suite_redis)
    work(Desk(account, client_for(account), bob))
    asked = [one for one in world.requests() if one["user_agent"] == USER_AGENT]
    assert {one["revision"] for one in asked} == {revision}
    assert wrong_requests(world) == []


@described
@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        ({"query": "fields%5Blist%5D=nonsense"}, ["?fields[list]: nonsense is not offered"]),
        ({"query": "sort=-nonsense"}, ["?sort: -nonsense is not offered"]),
        ({"query": "page%5Bsize%5D=1000"}, ["?page[size]: 1000 is out of range"]),
        ({"query": "nonsense=1"}, ["?nonsense is unknown"]),
        ({"body": "{}"}, ["a body where none is described"]),
    ],
)
def test_a_call_that_is_not_described_is_found(path: dict[str, str], wrong: list[str]) -> None:
    entry = {"operation": "get_lists", "query": "", "body": "", "length": 0, **path}
    assert list(wrong_request(entry, "2026-07-15")) == wrong


@described
def test_what_the_sandbox_passes_over_is_found_in_its_log(sandbox: Sandbox) -> None:
    world = sandbox.world()
    assert world.ask("GET", "lists?fields[list]=nonsense", headers={"User-Agent": USER_AGENT}).ok
    assert world.ask("GET", "lists?fields[list]=foreign").ok
    assert world.ask("GET", "lists?sort=nonsense", headers={"User-Agent": USER_AGENT}).status_code == 400
    assert wrong_requests(world) == ["get_lists?fields[list]: nonsense is not offered"]


@described
def test_a_body_that_is_not_described_is_found() -> None:
    attributes = {"name": 7, "colour": "red"}
    body = json.dumps({"data": {"type": "list", "attributes": attributes}})
    entry = {"operation": "create_list", "query": "", "length": len(body), "body": body, "content_type": "text/plain"}
    assert list(wrong_request(entry, "2026-07-15")) == [
        " as text/plain",
        ".data.attributes.name: 7 is no string",
        ".data.attributes.colour is unknown",
    ]
