"""What the sandbox shows, held against Klaviyo's published descriptions where they are at hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sandbox.described import FOLDER, Described
from tests.sandbox.shop import Shop

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the published descriptions are not at hand")
READS = {
    "account": "get_account",
    "campaign": "get_campaign",
    "campaign-message": "get_campaign_message",
    "coupon": "get_coupon",
    "coupon-code": "get_coupon_code",
    "flow": "get_flow",
    "list": "get_list",
    "metric": "get_metric",
    "profile": "get_profile",
    "segment": "get_segment",
    "tag": "get_tag",
    "tag-group": "get_tag_group",
    "template": "get_template",
}
RECORDED = {"campaign.send_options.ignore_unsubscribes is unknown"}  # seen in real answers at 2026-07-15
ADDED = {"profile": {"subscriptions", "predictive_analytics"}, "list": {"profile_count"}, "segment": {"profile_count"}}


@pytest.mark.parametrize("revision", ["2024-10-15", "2025-01-15", "2026-07-15"])
def test_every_thing_of_the_demo_has_the_described_attributes(tmp_path: Path, revision: str) -> None:
    shop = Shop(tmp_path)
    shop.revision = revision
    described = Described(revision)
    wrong: set[str] = set()
    for kind, operation in READS.items():
        schema = described.attributes_of(operation)
        for one in shop.things.all(kind):
            wrong |= set(described.wrong(shop.shown(one, additional=ADDED), schema, kind))
    assert wrong <= RECORDED


@pytest.mark.parametrize("revision", ["2024-10-15", "2025-01-15", "2026-07-15"])
def test_every_event_of_the_demo_has_the_described_attributes(shop: Shop, revision: str) -> None:
    shop.revision = revision
    described = Described(revision)
    schema = described.attributes_of("get_event")
    shown = [one.attributes for one in shop.do("get_events").things]
    assert shown
    assert [wrong for one in shown for wrong in described.wrong(one, schema, "event")] == []


@pytest.mark.parametrize("revision", ["2024-10-15", "2025-01-15", "2026-07-15"])
def test_the_jobs_have_the_described_attributes(tmp_path: Path, revision: str) -> None:
    shop = Shop(tmp_path)
    campaign = shop.draft()
    shop.send(campaign)
    shop.do("refresh_campaign_recipient_estimation", {"id": campaign})
    coupon = next(iter(shop.things.all("coupon")))
    relation = {"coupon": {"data": {"type": "coupon", "id": coupon.id}}}
    codes = [{"type": "coupon-code", "attributes": {"unique_code": "TWICE"}, "relationships": relation}] * 2
    job = shop.do("bulk_create_coupon_codes", {"attributes": {"coupon-codes": {"data": codes}}}).thing
    shop.later(2)
    described, shop.revision = Described(revision), revision
    wrong = described.wrong(shop.shown(job), described.attributes_of("get_bulk_create_coupon_codes_job"))
    for operation in (
        "get_campaign_send_job",
        "get_campaign_recipient_estimation_job",
        "get_campaign_recipient_estimation",
    ):
        thing = shop.do(operation, id=campaign).thing
        wrong += described.wrong(thing.attributes, described.attributes_of(operation))
    assert wrong == []
