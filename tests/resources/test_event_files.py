"""Events from a file: read as spreadsheets write it, said what is wrong, recorded once each."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as some

from klaviyo_app.jobs import work
from klaviyo_app.jobs.models import Job, RowState
from klaviyo_app.pages.uploads import rows_of
from klaviyo_app.resources.events.from_file import events_of
from klaviyo_app.resources.events.tasks import record
from tests.sandbox_server import World

NOW = datetime(2026, 8, 1, tzinfo=UTC)
CSV = (
    "Metric;E-Mail;Time;Value;Currency;Shop\n"
    "Visited;ada@example.com;2026-07-01 10:00;1,50;eur;Bergen\n"
    "Visited;ben@example.com;;;;\n"
)


def file(content: str | bytes, name: str = "events.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content if isinstance(content, bytes) else content.encode())


def understood(content: str | bytes, metric: str = "") -> Any:
    return events_of(rows_of(file(content)), metric=metric, now=NOW)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_file_is_read_in_the_encodings_and_separators_of_spreadsheets(encoding: str, separator: str) -> None:
    text = separator.join(["email", "Café"]) + "\r\n" + separator.join(["a@example.com", "Tromsø"]) + "\r\n"
    assert rows_of(file(text.encode(encoding))) == [{"email": "a@example.com", "Café": "Tromsø"}]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "no rows"),
        ("email\n", "no rows"),
        ("email,email\na,b\n", "name of its own"),
        ("email\na,b\n", "more cells"),
        ('email\n"a\n', "cannot be read"),
        ('{"a": 1}\nnothing', "Line 2 is not JSON"),
        ('{"a": 1}\n[1]', "Line 2 is no JSON object"),
        ("email\n" + "a@example.com\n" * 20_001, "more than 20,000"),
        (b"x" * 5_000_001, "larger than 5 MB"),
    ],
    ids=["empty", "head", "twice", "wide", "quote", "json", "list", "long", "large"],
)
def test_a_file_that_is_none_is_refused_in_words(content: str | bytes, words: str) -> None:
    with pytest.raises(ValidationError) as error:
        rows_of(file(content))
    assert words in error.value.messages[0]


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


def test_the_line_by_which_excel_tells_itself_the_separator_is_passed_over() -> None:
    assert rows_of(file("sep=;\r\nemail;x\r\na@example.com;1,2\r\n")) == [{"email": "a@example.com", "x": "1,2"}]


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
    found = events_of(rows, metric="M", now=NOW)
    assert len(found.good) + len(found.wrong) == len(rows)
    for _who, payload in found.good:
        assert payload["event"]["unique_id"]
        assert payload["person"]["attributes"]
        orjson.dumps(payload)


def upload(browse: Any, content: str | bytes, **more: str) -> Any:
    return browse("events/file/", {"file": file(content), **more})


def events(world: World) -> list[dict[str, Any]]:
    return list(world.call("GET", "events?page[size]=1000")["data"])


@pytest.mark.django_db
def test_a_file_is_looked_at_then_recorded_with_a_result_a_row(world: World, account: Any, browse: Any) -> None:
    answer = upload(browse, CSV)
    assert answer.status_code == 303
    page = browse(answer["Location"]).content.decode()
    assert "2 events of 2 people: Visited" in page
    assert "Bergen" in page
    assert Job.objects.count() == 0
    assert browse(answer["Location"], {}).status_code == 303
    job = Job.objects.get()
    record(job.pk)
    assert set(job.rows.values_list("state", flat=True)) == {RowState.DONE}
    assert sorted(one["attributes"]["event_properties"].get("Shop", "") for one in events(world)) == ["", "Bergen"]


@pytest.mark.django_db
def test_wrong_rows_stop_the_file_unless_they_are_to_be_left_out(world: World, account: Any, browse: Any) -> None:
    content = "email,metric\nada@example.com,M\nnot an address,M\n"
    page = upload(browse, content)
    assert page.status_code == 422
    assert "Row 2:" in page.content.decode()
    answer = upload(browse, content, leave_out="on")
    assert "1 row is wrong and left out" in browse(answer["Location"]).content.decode()


@pytest.mark.django_db
def test_what_was_uploaded_is_shown_to_nobody_else(account: Any, browse: Any, alice: Any) -> None:
    answer = upload(browse, CSV)
    assert browse(answer["Location"], user=alice).status_code == 404


@pytest.mark.django_db
def test_a_yes_that_comes_too_late_asks_for_the_file_again(account: Any, browse: Any) -> None:
    page = browse("events/file/long-gone/", {})
    assert page.status_code == 409
    assert "Choose the file again" in page.content.decode()
    assert Job.objects.count() == 0


def planned(browse: Any, content: str) -> Job:
    browse(upload(browse, content)["Location"], {})
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
