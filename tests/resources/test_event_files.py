"""Events from a file: read as spreadsheets write it, said what is wrong, recorded once each."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as some

from klaviyo_app.accounts.models import Account
from klaviyo_app.jobs import work
from klaviyo_app.jobs.models import Job, RowState
from klaviyo_app.pages.cells import Calendar
from klaviyo_app.pages.mapping import by_guess
from klaviyo_app.pages.uploads import Sheet, sheet_of
from klaviyo_app.resources.events.from_file import TARGETS, events_of
from klaviyo_app.resources.events.tasks import record
from tests.resources.file_steps import as_shown, file, looked_at, settle, upload
from tests.sandbox_server import World

NOW = datetime(2026, 8, 1, tzinfo=UTC)
CSV = (
    "Metric;E-Mail;Time;Value;Currency;Shop\n"
    "Visited;ada@example.com;2026-07-01 10:00;1,50;eur;Bergen\n"
    "Visited;ben@example.com;;;;\n"
)


def understood(content: str | bytes, metric: str = "") -> Any:
    sheet = sheet_of(file(content))
    return events_of(sheet.rows, by_guess(sheet, TARGETS), metric=metric, now=NOW, calendar=Calendar())


def test_columns_are_understood_by_their_names_and_the_rest_are_properties() -> None:
    (first, second) = understood(CSV).good
    event = first[1]["event"]
    assert first[0] == "ada@example.com"
    assert (event["value"], event["value_currency"], event["properties"]) == (1.5, "EUR", {"Shop": "Bergen"})
    assert second[1]["event"]["time"] == NOW.isoformat()


def test_a_row_that_klaviyo_would_count_as_the_one_before_is_named() -> None:
    rows = "email,metric,unique_id\na@example.com,M,1\na@example.com,M,1\na@example.com,N,1\nb@example.com,M,1\n"
    found = understood(rows)
    assert ([one.number for one in found.wrong], len(found.good)) == ([2], 3)


def test_json_lines_keep_their_types() -> None:
    line = orjson.dumps({"metric": "M", "external_id": "7", "properties": {"n": 1}, "flag": True, "unique_id": "u"})
    event = understood(line).good[0][1]["event"]
    assert (event["properties"], event["unique_id"]) == ({"n": 1, "flag": True}, "u")


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("nobody,M,,", "names nobody"),
        ("a@example.com,,,", "names no metric"),
        ("a@example.com,M,yesterday,", "is no time"),
        ("a@example.com,M,,much", "is no number"),
        ("a@example.com,M,,nan", "is no number"),
        ("a@example.com,M,,sNaN", "is no number"),
        ("a@example.com,M,,1e400", "is no number"),
        ('a@example.com,M,,"1,234"', "may mean two things"),
        ("a@example.com,M\x00,,", "cannot be kept"),
        ("a@@example.com,M,,", "valid email"),
    ],
)
def test_a_row_that_is_no_event_is_named_with_its_reason(row: str, why: str) -> None:
    head = "email,metric,time,value" if "@" in row else "name,metric,time,value"
    (wrong,) = understood(f"{head}\n{row}\n").wrong
    assert wrong.number == 1
    assert why in wrong.why


CELL = some.one_of(
    some.text(max_size=20),
    some.integers(-(2**63), 2**63 - 1),
    some.floats(),
    some.none(),
    some.booleans(),
    some.lists(some.integers(0, 9)),
)
NAME = some.sampled_from(
    ["email", "phone", "external_id", "metric", "time", "value", "currency", "unique_id", "properties", "x"]
)


@given(some.lists(some.dictionaries(NAME, CELL), max_size=20))
def test_every_row_becomes_one_event_or_one_complaint(rows: list[dict[str, Any]]) -> None:
    sheet = Sheet(list(dict.fromkeys(name for row in rows for name in row)), rows)
    found = events_of(rows, by_guess(sheet, TARGETS), metric="M", now=NOW, calendar=Calendar())
    assert len(found.good) + len(found.wrong) == len(rows)
    for _who, payload in found.good:
        assert payload["event"]["unique_id"]
        assert payload["person"]["attributes"]
        orjson.dumps(payload)


def events(world: World) -> list[dict[str, Any]]:
    return list(world.call("GET", "events?page[size]=1000")["data"])


@pytest.mark.django_db
def test_a_file_is_looked_at_then_recorded_with_a_result_a_row(world: World, account: Any, browse: Any) -> None:
    look = looked_at(browse, "events/file/", CSV)
    page = browse(look).content.decode()
    assert "2 events of 2 people: Visited" in page
    assert "Bergen" in page
    assert Job.objects.count() == 0
    assert browse(look, {}).status_code == 303
    job = Job.objects.get()
    record(job.pk)
    assert set(job.rows.values_list("state", flat=True)) == {RowState.DONE}
    assert sorted(one["attributes"]["event_properties"].get("Shop", "") for one in events(world)) == ["", "Bergen"]


@pytest.mark.django_db
def test_columns_are_mapped_by_hand(world: World, account: Any, browse: Any) -> None:
    content = "Who;Day;Email;Size\nada@example.com;03.04.2026;note;7\n"
    columns = upload(browse, "events/file/", content)
    shown = as_shown(browse(columns).content.decode())
    assert [shown[f"column-{number}"] for number in range(4)] == [
        "property-text",
        "property-text",
        "email",
        "property-number",
    ]
    mapped = {"column_0": "email", "column_1": "time", "column_2": "skip", "column_3": "property-text"}
    mapped |= {"name_3": "How large", "metric": "Tried on"}
    answer = settle(browse, columns, **mapped)
    assert answer.status_code == 422
    assert "Dates in “Day” can be read two ways" in answer.content.decode()
    answer = settle(browse, columns, **mapped, day_first="day")
    browse(answer["Location"], {})
    record(Job.objects.get().pk)
    (event,) = (one["attributes"] for one in events(world))
    assert event["datetime"].startswith("2026-04-03 00:00")
    assert {"How large": "7"}.items() <= event["event_properties"].items()
    assert "note" not in str(event)


@pytest.mark.django_db
def test_a_time_without_a_zone_is_in_the_account_s(world: World, account: Any, browse: Any) -> None:
    Account.objects.filter(pk=account.pk).update(time_zone="America/New_York")
    look = looked_at(browse, "events/file/", "email,metric,time\nada@example.com,M,13/07/2026 10:00\n")
    assert "When (America/New_York)" in browse(look).content.decode()
    browse(look, {})
    record(Job.objects.get().pk)
    assert events(world)[0]["attributes"]["datetime"].startswith("2026-07-13 14:00")


@pytest.mark.django_db
def test_wrong_rows_are_shown_and_left_out_and_can_be_had_as_a_file(world: World, account: Any, browse: Any) -> None:
    look = looked_at(browse, "events/file/", "email,metric\nada@example.com,M\n=cmd,M\n")
    page = browse(look).content.decode()
    assert "1 row is wrong and left out" in page
    assert "Record 1 event" in page
    wrong = browse(look.replace("look/", "wrong.csv")).content.decode().splitlines()
    assert wrong[1].startswith("'=cmd,M,2,Enter a valid email")


@pytest.mark.django_db
def test_where_every_row_is_wrong_nothing_can_be_recorded(account: Any, browse: Any) -> None:
    page = browse(looked_at(browse, "events/file/", "email,metric\nnobody,M\n")).content.decode()
    assert "No row can be used" in page
    assert "Record 0" not in page
    look = looked_at(browse, "events/file/", "email,metric\nnobody,M\n")
    assert browse(look, {}).status_code == 303
    assert not Job.objects.exists()


@pytest.mark.django_db
def test_what_was_uploaded_is_shown_to_nobody_else(account: Any, browse: Any, alice: Any) -> None:
    columns = upload(browse, "events/file/", CSV)
    settle(browse, columns)
    for path in (columns, f"{columns}look/", f"{columns}wrong.csv"):
        assert browse(path, user=alice).status_code == 404
    assert browse(columns.replace("events/file", "profiles/import")).status_code == 404


@pytest.mark.django_db
def test_who_comes_back_to_the_columns_finds_them_as_they_were(account: Any, browse: Any) -> None:
    columns = upload(browse, "events/file/", CSV)
    assert settle(browse, columns, column_5="skip", metric="Kept").status_code == 303
    shown = as_shown(browse(columns).content.decode())
    assert (shown["column-5"], shown["metric"]) == ("skip", "Kept")


@pytest.mark.django_db
def test_a_second_yes_leads_to_the_same_job(account: Any, browse: Any) -> None:
    look = looked_at(browse, "events/file/", CSV)
    assert browse(look, {})["Location"] == browse(look, {})["Location"]
    assert Job.objects.count() == 1


@pytest.mark.django_db
def test_a_yes_that_comes_too_late_asks_for_the_file_again(account: Any, browse: Any) -> None:
    page = browse("events/file/long-gone/look/", {})
    assert page.status_code == 409
    assert "Choose the file again" in page.content.decode()
    assert Job.objects.count() == 0


def planned(browse: Any, content: str) -> Job:
    browse(looked_at(browse, "events/file/", content), {})
    return Job.objects.get()


@pytest.mark.django_db
@pytest.mark.parametrize("fault", ["reset-after", "reset-before", "503"])
def test_a_batch_whose_answer_was_lost_is_sent_again_and_counts_once(
    world: World, account: Any, browse: Any, fault: str
) -> None:
    job = planned(browse, "email,metric\n" + "".join(f"p{number}@example.com,M\n" for number in range(50)))
    world.fault("bulk_create_events", fault)
    for _round in range(3):
        Job.objects.filter(finished_at=None).update(next_at=NOW, lease_until=None)
        record(job.pk)
    assert set(job.rows.values_list("state", flat=True)) == {RowState.DONE}
    assert len(events(world)) == 50


@pytest.mark.django_db
def test_rows_that_a_dead_worker_left_on_their_way_are_sent_again_and_count_once(
    world: World, account: Any, browse: Any
) -> None:
    job = planned(browse, "email,metric\nada@example.com,M\nben@example.com,M\n")
    claimed = work.claim(job.pk)
    assert claimed
    work.take(claimed, 1000)
    Job.objects.update(lease_until=NOW, next_at=NOW)
    record(job.pk)
    record(job.pk)
    assert len(events(world)) == 2


@pytest.mark.django_db
def test_an_event_that_klaviyo_refuses_says_why_and_stops_no_other(world: World, account: Any, browse: Any) -> None:
    job = planned(browse, "email,metric,time\nada@example.com,M,1980-01-01\nben@example.com,M,2026-07-01\n")
    record(job.pk)
    states = dict(job.rows.values_list("key", "state"))
    assert states == {"ada@example.com": RowState.REFUSED, "ben@example.com": RowState.DONE}
    assert "after the year" in job.rows.get(key="ada@example.com").detail
    assert len(events(world)) == 1
