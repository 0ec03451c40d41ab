"""The growth of segments over HTTP against the sandbox: one report for all, read when asked, kept."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest

from klaviyo_app.accounts.models import Account
from klaviyo_app.resources.results.growth import weeks_of
from klaviyo_app.resources.results.models import Growth
from klaviyo_app.resources.segments.models import Segment
from tests.contract.sent import wrong_requests
from tests.sandbox_server import Sandbox, World

pytestmark = pytest.mark.django_db
OPERATION = "query_segment_series"


@pytest.fixture
def world(sandbox: Sandbox) -> Iterator[World]:
    """An account of the demo's, whose segments have people."""
    made = sandbox.world("demo", job_seconds=0.2)
    yield made
    assert made.unused_faults() == []
    assert wrong_requests(made) == []


@pytest.fixture
def segment(account: Account, read: Any) -> Segment:
    read("segment")
    found = Segment.objects.filter(account=account).order_by("name_key").first()
    assert found is not None
    return found


def words(page: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page.content.decode()).split())


def test_the_page_of_a_segment_asks_for_nothing_by_itself(segment: Segment, world: World, browse: Any) -> None:
    assert f"segments/{segment.klaviyo_id}/growth/" in browse(f"segments/{segment.klaviyo_id}/").content.decode()
    assert "Not read yet" in words(browse(f"segments/{segment.klaviyo_id}/growth/", htmx=True))
    assert world.count(OPERATION) == 0


def test_one_report_brings_all_segments_and_ends_with_who_is_in_them(
    segment: Segment, account: Account, world: World, browse: Any
) -> None:
    part = browse(f"segments/{segment.klaviyo_id}/growth/", {}, htmx=True)
    assert 'class="chart"' in part.content.decode()
    assert world.count(OPERATION) == 1
    kept = {one.segment_id: one for one in Growth.objects.all()}
    assert kept.keys() == {one.klaviyo_id for one in Segment.objects.filter(account=account)}
    for key, growth in kept.items():
        answer = world.call("GET", f"segments/{key}?additional-fields[segment]=profile_count")
        weeks = weeks_of(growth, "Europe/Berlin")
        assert weeks[-1].total == answer["data"]["attributes"]["profile_count"]
        assert all(after.at > before.at for before, after in pairwise(weeks))
        assert [one.total for one in weeks[1:]] == [
            before.total + after.came - after.left for before, after in pairwise(weeks)
        ]


def test_without_script_the_part_is_a_page_and_reading_leads_back_to_it(segment: Segment, browse: Any) -> None:
    address = f"segments/{segment.klaviyo_id}/growth/"
    assert browse(address, {}).status_code == 303
    assert "As of" in words(browse(address))


def test_a_report_that_fails_is_said_and_what_was_kept_stays(segment: Segment, world: World, browse: Any) -> None:
    address = f"segments/{segment.klaviyo_id}/growth/"
    browse(address, {}, htmx=True)
    before = Growth.objects.count()
    world.fault(OPERATION, "403")
    part = browse(address, {}, htmx=True)
    assert 'role="alert"' in part.content.decode()
    assert "people" in words(part)
    assert Growth.objects.count() == before > 0


def test_a_segment_that_the_report_does_not_know_yet_says_so(segment: Segment, browse: Any) -> None:
    address = f"segments/{segment.klaviyo_id}/growth/"
    browse(address, {}, htmx=True)
    Growth.objects.filter(segment_id=segment.klaviyo_id).delete()
    assert "does not speak of this segment yet" in words(browse(address, htmx=True))
