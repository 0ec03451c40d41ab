"""Metrics over HTTP against the sandbox: numbers that add up with the events, as chart, table and file."""

from __future__ import annotations

import csv
import html
import io
import json
import re
from typing import Any

import pytest

from klaviyo_app.accounts.models import Account
from klaviyo_app.resources.metrics.models import Metric
from tests.resources.test_events import metric_id, record
from tests.sandbox_server import World

pytestmark = pytest.mark.django_db
JULY = "since=2026-07-01&until=2026-07-03"


@pytest.fixture
def visited(world: World, account: Account, read: Any) -> str:
    """The id of a metric with events of two people around a midnight in Berlin."""
    Account.objects.filter(pk=account.pk).update(time_zone="Europe/Berlin", currency="EUR")
    for at, person, value, shop in (
        ("2026-06-30T22:30:00Z", "ada", 10, "Bergen"),  # the first of July in Berlin
        ("2026-07-01T10:00:00Z", "ada", 20, "Bergen"),
        ("2026-07-01T11:00:00Z", "ben", 5.5, "Oslo"),
        ("2026-07-03T21:59:00Z", "ben", 1, "Oslo"),
        ("2026-07-03T22:01:00Z", "ben", 100, "Oslo"),  # the fourth of July
    ):
        record(world, "Visited Store", f"{person}@example.com", at, **{"List": shop, "$value": value})
    read("metric")
    return metric_id(world, "Visited Store")


def table(page: str) -> list[list[str]]:
    body = page.partition("<tbody>")[2].partition("</tbody>")[0]
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in body.split("</tr>") if "<t" in row]
    return [[html.unescape(cell).replace("\xa0", " ") for cell in row] for row in cells]


def numbers(browse: Any, metric: str, query: str) -> str:
    answer = browse(f"metrics/{metric}/numbers/?{query}", htmx=True)
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_numbers_are_counted_by_the_accounts_days_and_add_up(visited: str, browse: Any) -> None:
    page = numbers(browse, visited, f"{JULY}&interval=day")
    assert table(page) == [["1 Jul 2026", "3"], ["2 Jul 2026", "0"], ["3 Jul 2026", "1"]]
    assert re.search(r"How often: <b>4", page)
    assert "Europe/Berlin" in page


def test_chart_and_table_tell_the_same_from_one_call(visited: str, world: World, browse: Any) -> None:
    before = world.count("query_metric_aggregates")
    page = numbers(browse, visited, f"{JULY}&by=List")
    assert world.count("query_metric_aggregates") == before + 1
    chart = json.loads(html.unescape(re.search(r'data-chart="([^"]+)"', page)[1]))  # type: ignore[index]
    assert [(one["name"], one["values"]) for one in chart["lines"]] == [("Bergen", [2, 0, 0]), ("Oslo", [1, 0, 1])]
    assert [row[1:] for row in table(page)] == [["2", "1"], ["0", "0"], ["0", "1"]]


def test_the_group_of_those_that_have_none_is_not_called_like_the_whole(
    visited: str, world: World, browse: Any
) -> None:
    record(world, "Visited Store", "eve@example.com", "2026-07-02T10:00:00Z")
    page = numbers(browse, visited, f"{JULY}&by=List")
    chart = json.loads(html.unescape(re.search(r'data-chart="([^"]+)"', page)[1]))  # type: ignore[index]
    assert {one["name"] for one in chart["lines"]} == {"Bergen", "Oslo", "(none)"}
    assert "(none)" in browse(f"metrics/{visited}/numbers.csv?{JULY}&by=List").content.decode()


def test_people_are_counted_once_an_interval_and_not_summed_up(visited: str, browse: Any) -> None:
    page = numbers(browse, visited, f"{JULY}&measurement=unique")
    assert [row[1] for row in table(page)] == ["2", "0", "1"]
    assert "<tfoot>" not in page
    assert "cannot be added up" in page


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("since=2026-07-03&until=2026-07-01", "must not be before"),
        ("since=2024-01-01&until=2026-07-01", "at most a year"),
        ("since=2025-01-01&until=2026-01-01", "at most a year"),
        ("since=2024-02-29&until=2025-02-28", "at most a year"),
        ("since=2026-01-01&until=2026-07-01&interval=hour", "at most 31 days"),
        ("since=whenever&until=2026-07-01", "Enter a valid date"),
        ("measurement=guess", "Select a valid choice"),
    ],
)
def test_a_question_that_klaviyo_would_refuse_costs_no_call(
    visited: str, world: World, browse: Any, query: str, words: str
) -> None:
    before = world.count("query_metric_aggregates")
    assert words in browse(f"metrics/{visited}/?{query}").content.decode()
    assert words in numbers(browse, visited, query)
    assert browse(f"metrics/{visited}/numbers.csv?{query}").status_code == 422
    assert world.count("query_metric_aggregates") == before


def test_a_time_without_events_says_so(visited: str, browse: Any) -> None:
    assert "Nothing happened" in numbers(browse, visited, "since=2026-01-01&until=2026-01-31")


def test_the_page_itself_never_waits_for_klaviyo(visited: str, world: World, browse: Any) -> None:
    before = world.count()
    assert browse(f"metrics/{visited}/").status_code == 200
    assert world.count() == before


def test_the_file_has_every_group_and_runs_nothing_in_a_spreadsheet(visited: str, world: World, browse: Any) -> None:
    record(world, "Visited Store", "eve@example.com", "2026-07-02T10:00:00Z", List="=cmd()")
    for number in range(10):
        record(world, "Visited Store", f"p{number}@example.com", "2026-07-02T11:00:00Z", List=f"Shop {number}")
    answer = browse(f"metrics/{visited}/numbers.csv?{JULY}&by=List")
    head, *rows = list(csv.reader(io.StringIO(answer.content.decode())))
    assert "Europe/Berlin" in head[0]
    assert "'=cmd()" in head
    assert len(head) == 1 + 13 + 1
    assert [row[0] for row in rows] == ["2026-07-01 00:00", "2026-07-02 00:00", "2026-07-03 00:00"]


def test_an_interval_that_the_question_cuts_short_says_so_in_table_chart_and_file(visited: str, browse: Any) -> None:
    asked = "since=2026-07-01&until=2026-07-03&interval=week"  # a Wednesday to a Friday
    page = numbers(browse, visited, asked)
    assert re.search(
        r"29\xa0Jun\xa02026 <span[^>]*>only from 1\xa0Jul\xa02026, only until 3\xa0Jul\xa02026</span>", page
    )
    assert json.loads(html.unescape(re.search(r'data-chart="([^"]+)"', page)[1]))["cut"] == [0]  # type: ignore[index]
    file = browse(f"metrics/{visited}/numbers.csv?{asked}").content.decode()
    assert "only from 1 Jul 2026, only until 3 Jul 2026" in file
    assert "only" not in numbers(browse, visited, f"{JULY}&interval=day")


def test_a_call_that_fails_is_said_where_the_numbers_would_stand(visited: str, world: World, browse: Any) -> None:
    world.fault("query_metric_aggregates", "503", times=9)
    assert "has trouble answering" in numbers(browse, visited, JULY)


def test_what_its_events_carry_and_which_segments_speak_of_it_is_shown(
    visited: str, world: World, browse: Any, read: Any
) -> None:
    condition = {
        "type": "profile-metric",
        "metric_id": visited,
        "measurement": "count",
        "measurement_filter": {"type": "numeric", "operator": "greater-than", "value": 0},
        "timeframe_filter": {"type": "date", "operator": "alltime"},
    }
    definition = {"condition_groups": [{"conditions": [condition]}]}
    body = {"data": {"type": "segment", "attributes": {"name": "Visitors", "definition": definition}}}
    world.call("POST", "segments", body)
    read("segment")
    page = browse(f"metrics/{visited}/uses/", htmx=True).content.decode()
    assert "Visitors" in page
    assert re.search(r"<dt>List</dt><dd>String\s*<span[^>]*>such as [^<]*Bergen", page)


def test_where_klaviyo_gives_no_answer_nothing_is_said_of_flows_and_properties(
    visited: str, world: World, browse: Any
) -> None:
    world.fault("get_metric", "503", times=9)
    page = browse(f"metrics/{visited}/uses/", htmx=True).content.decode()
    assert "not known at the moment" in page
    assert "Klaviyo knows of nothing" not in page


def test_metrics_are_narrowed_by_where_they_come_from(visited: str, browse: Any) -> None:
    row = Metric.objects.get(klaviyo_id=visited)
    page = browse(f"metrics/?integration={row.integration}").content.decode()
    assert "Visited Store" in page
    Metric.objects.filter(pk=row.pk).update(attributes={"name": "Visited Store", "integration": {"name": "Shop"}})
    assert "Visited Store" in browse("metrics/?integration=Shop").content.decode()
    page = browse("metrics/?q=visited&integration=Shop", htmx=True).content.decode()
    assert "Visited Store" in page
