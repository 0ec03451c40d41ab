"""Results of campaigns over HTTP against the sandbox: read when asked, kept, never asked for by drawing a page."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone

from dashboard.teams.models import User
from klaviyo_app.accounts.models import Account
from klaviyo_app.resources.campaigns.models import Campaign
from klaviyo_app.resources.results import timeframes
from klaviyo_app.resources.results.models import Report, Result
from tests.contract.sent import wrong_requests
from tests.sandbox_server import Sandbox, World

pytestmark = pytest.mark.django_db
OPERATION = "query_campaign_values"


@pytest.fixture
def world(sandbox: Sandbox) -> Iterator[World]:
    """An account of the demo's, whose campaigns led to something."""
    made = sandbox.world("demo", job_seconds=0.2)
    yield made
    assert made.unused_faults() == []
    assert wrong_requests(made) == []


@pytest.fixture
def followed(account: Account, bob: User, client_of: Any) -> Any:
    """followed(time) reads a report as the page does, and gives the page after it."""
    return lambda time: client_of(bob).post(f"/a/{account.pk}/results/read/", {"time": time}, follow=True)


@pytest.fixture
def kept(world: World, account: Account, read: Any) -> Account:
    """The demo's campaigns and metrics, mirrored."""
    read("campaign")
    read("metric")
    return account


@pytest.fixture
def sent(kept: Account) -> Campaign:
    """The newest e-mail that went out."""
    found = Campaign.objects.filter(account=kept, channel="email", status="Sent").order_by("-send_time").first()
    assert found is not None
    return found


def asked(world: World) -> int:
    return world.count(OPERATION)


def read_all(browse: Any, time: str = "last_365_days", **more: str) -> Any:
    return browse("results/read/", {"time": time, **more})


def words(page: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page.content.decode()).split())


def test_before_anything_is_read_the_page_says_what_to_do_and_asks_nothing(
    kept: Account, world: World, browse: Any
) -> None:
    page = words(browse("results/"))
    assert "not read yet" in page
    assert "225 reports a day" in page
    assert asked(world) == 0


def test_one_report_brings_all_campaigns_of_the_time(kept: Account, world: World, browse: Any) -> None:
    answer = read_all(browse)
    assert answer.status_code == 303
    since = timezone.now() - dt.timedelta(days=365)
    went = Campaign.objects.filter(account=kept, status__in=("Sent", "Variations Sent"), send_time__gt=since)
    assert {one.klaviyo_id for one in Result.objects.all()} == {one.klaviyo_id for one in went}
    page = words(browse(answer.url))
    assert all(one.name.replace("'", "&#39;") in page for one in went)
    assert asked(world) == 1


def test_a_report_of_two_pages_is_read_whole(kept: Account, world: World, browse: Any) -> None:
    since = timezone.now() - dt.timedelta(days=365)
    went = Campaign.objects.filter(account=kept, status__in=("Sent", "Variations Sent"), send_time__gt=since)
    world.settings(report_rows=len(went) // 2 + 1)
    read_all(browse)
    assert {one.klaviyo_id for one in Result.objects.all()} == {one.klaviyo_id for one in went}
    assert asked(world) == 2
    assert "had more rows" not in words(browse("results/"))


def test_pages_that_klaviyos_limit_does_not_give_now_are_said_to_be_missing(
    kept: Account, world: World, browse: Any
) -> None:
    world.settings(report_rows=1)
    read_all(browse)
    assert Report.objects.get().partial
    assert Result.objects.count() == asked(world) == 2
    assert "had more rows" in words(browse("results/"))


def test_the_numbers_are_klaviyos(sent: Campaign, world: World, browse: Any) -> None:
    read_all(browse)
    row = Result.objects.get(klaviyo_id=sent.klaviyo_id)
    metric = Report.objects.get().metric_id
    names = ["recipients", "delivered", "opens_unique", "open_rate", "clicks_unique", "conversion_value"]
    attributes = {
        "statistics": names,
        "timeframe": {"key": "last_365_days"},
        "conversion_metric_id": metric,
        "filter": f'equals(campaign_id,"{sent.klaviyo_id}")',
    }
    answer = world.call(
        "POST", "campaign-values-reports", {"data": {"type": "campaign-values-report", "attributes": attributes}}
    )
    (told,) = answer["data"]["attributes"]["results"]
    ours = (row.recipients, row.delivered, row.opened, row.open_rate, row.clicked, row.value)
    assert ours == tuple(told["statistics"][name] for name in names)
    assert row.recipients > 0


def test_drawing_pages_asks_for_no_report(sent: Campaign, world: World, browse: Any) -> None:
    read_all(browse)
    for path in (
        "results/?time=last_365_days",
        f"campaigns/{sent.klaviyo_id}/",
        f"campaigns/{sent.klaviyo_id}/results/",
    ):
        assert browse(path).status_code == 200
    assert asked(world) == 1


def test_the_table_sorts_by_any_number(kept: Account, browse: Any) -> None:
    read_all(browse)
    for name, field in (("recipients", "recipients"), ("open_rate", "open_rate"), ("value", "value")):
        page = words(browse(f"results/?time=last_365_days&sort=-{name}", htmx=True))
        rows = [one.name for one in Result.objects.order_by(f"-{field}", "-pk")]
        places = [page.index(one.replace("'", "&#39;")) for one in rows]
        assert places == sorted(places)


def test_another_time_and_another_metric_are_reports_of_their_own(kept: Account, world: World, browse: Any) -> None:
    read_all(browse)
    assert "not read yet" in words(browse("results/?time=last_7_days"))
    clicked = next(
        one["id"] for one in world.call("GET", "metrics")["data"] if one["attributes"]["name"] == "Clicked Email"
    )
    read_all(browse, metric=clicked)
    assert {one.metric_name for one in Report.objects.all()} == {"Placed Order", "Clicked Email"}
    assert "Clicked Email" in words(browse("results/"))  # the choice is remembered


def test_reading_again_replaces_what_was_kept(kept: Account, browse: Any) -> None:
    read_all(browse)
    before = Result.objects.count()
    read_all(browse)
    assert (Report.objects.count(), Result.objects.count()) == (1, before)


def test_a_sent_campaign_reads_its_results_on_its_own_page(sent: Campaign, world: World, browse: Any) -> None:
    page = browse(f"campaigns/{sent.klaviyo_id}/").content.decode()
    assert f"campaigns/{sent.klaviyo_id}/results/" in page
    part = words(browse(f"campaigns/{sent.klaviyo_id}/results/", htmx=True))
    assert "Not read yet" in part
    part = words(browse(f"campaigns/{sent.klaviyo_id}/results/", {}, htmx=True))
    row = Result.objects.get(klaviyo_id=sent.klaviyo_id)
    assert f"{row.delivered} people got it" in part
    assert "Placed Order" in part
    assert asked(world) == 1


def test_a_campaign_of_an_earlier_year_reads_that_year(kept: Account, browse: Any) -> None:
    now = timezone.now()
    old = now - dt.timedelta(days=500)
    Campaign.objects.filter(account=kept, status="Sent").update(send_time=old)
    one = Campaign.objects.filter(account=kept, status="Sent").first()
    assert one is not None
    browse(f"campaigns/{one.klaviyo_id}/results/", {}, htmx=True)
    assert Report.objects.get().time == str(old.year)


def test_a_draft_has_no_results(kept: Account, browse: Any) -> None:
    draft = Campaign.objects.filter(account=kept, status="Draft").first()
    assert draft is not None
    assert browse(f"campaigns/{draft.klaviyo_id}/results/").status_code == 404
    assert f"{draft.klaviyo_id}/results/" not in browse(f"campaigns/{draft.klaviyo_id}/").content.decode()


def test_a_report_that_fails_on_the_campaigns_page_is_said_and_what_was_kept_stays(
    sent: Campaign, world: World, browse: Any
) -> None:
    read_all(browse)
    before = list(Result.objects.values_list("pk", flat=True))
    world.fault(OPERATION, "403")
    part = browse(f"campaigns/{sent.klaviyo_id}/results/", {}, htmx=True)
    assert part.status_code == 200
    assert 'role="alert"' in part.content.decode()
    assert "people got it" in words(part)
    assert list(Result.objects.values_list("pk", flat=True)) == before


def test_a_report_that_fails_is_said_above_the_table(kept: Account, world: World, browse: Any, followed: Any) -> None:
    read_all(browse)
    world.fault(OPERATION, "403")
    page = words(followed("last_365_days"))
    assert "may not" in page or "allow" in page
    assert Result.objects.exists()


def test_too_many_reports_say_how_long_to_wait(kept: Account, world: World, followed: Any) -> None:
    world.fault(OPERATION, "429", seconds=40)
    assert "two reports a minute" in words(followed("last_30_days"))
    assert not Report.objects.exists()


def test_without_metrics_nothing_is_asked_and_the_page_says_why(world: World, followed: Any) -> None:
    assert "metrics were not read" in words(followed("last_7_days"))
    assert asked(world) == 0


@pytest.mark.parametrize("path", ["results/?about=nonsense", "results/?about=list"])
def test_a_kind_without_results_is_not_there(kept: Account, browse: Any, path: str) -> None:
    assert browse(path).status_code == 404


@pytest.mark.parametrize("days", [0, 6, 29, 89, 364, 366, 900])
def test_the_shortest_time_that_holds_a_moment_holds_it(days: int) -> None:
    now = timezone.now()
    sent = now - dt.timedelta(days=days, minutes=1)
    time = timeframes.holding(sent, "Europe/Berlin", now)
    since, until = timeframes.range_of(time, "Europe/Berlin", now)
    assert since <= sent < until
    assert time in dict(timeframes.choices("Europe/Berlin", now, sent))
