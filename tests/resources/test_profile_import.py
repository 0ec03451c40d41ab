"""Profiles from a file: mapped, planned, imported by Klaviyo's jobs, each row with what came of it."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.utils import timezone

from klaviyo_app.accounts.models import Account
from klaviyo_app.jobs import batches, work
from klaviyo_app.jobs.models import Job, JobState, RowState
from klaviyo_app.pages.cells import Calendar
from klaviyo_app.pages.mapping import by_guess
from klaviyo_app.pages.uploads import Sheet
from klaviyo_app.resources.profiles import import_results, importing
from klaviyo_app.resources.profiles.from_file import TARGETS, profiles_of
from klaviyo_app.resources.profiles.tasks import import_profiles
from tests.resources.file_steps import as_shown, file, looked_at, settle, upload
from tests.sandbox_server import World

pytestmark = pytest.mark.django_db
CSV = "E-Mail;First name;City;Favourite colour;Orders\nAda@Example.com;Ada;Bergen;green;7\nben@example.com;Ben;;;\n"
PATH = "profiles/import/"


def people(world: World) -> dict[str, dict[str, Any]]:
    return {
        one["attributes"]["email"]: one["attributes"] for one in world.call("GET", "profiles?page[size]=100")["data"]
    }


def planned(browse: Any, content: str, **changes: str) -> Job:
    browse(looked_at(browse, PATH, content, **changes), {})
    return Job.objects.get()


def run(job: Job, world: World, rounds: int = 3, seconds: float = 10) -> dict[str, str]:
    """Let the sweep ring so often, with time between; state by row."""
    for _round in range(rounds):
        Job.objects.filter(pk=job.pk, finished_at=None).update(next_at=timezone.now(), lease_until=None)
        import_profiles(job.pk)
        world.advance(seconds)
    job.refresh_from_db()
    return dict(job.rows.values_list("key", "state"))


def a_list(world: World, read: Any, name: str = "Readers") -> str:
    made = world.call("POST", "lists", {"data": {"type": "list", "attributes": {"name": name}}})["data"]["id"]
    read("list")
    return str(made)


def understood(rows: list[dict[str, Any]]) -> Any:
    table = Sheet(list(dict.fromkeys(name for row in rows for name in row)), rows)
    return profiles_of(rows, by_guess(table, TARGETS), calendar=Calendar())


def test_a_file_is_looked_at_then_imported_with_a_result_a_row(world: World, account: Any, browse: Any) -> None:
    look = looked_at(browse, PATH, CSV)
    page = unescape(browse(look).content.decode())
    for words in ("Import 2 profiles?", "1 import of Klaviyo's, about 4 calls", "no consent", "Bergen", "green"):
        assert words in page
    assert world.count("bulk_import_profiles") == 0
    browse(look, {})
    job = Job.objects.get()
    assert run(job, world) == {"ada@example.com": RowState.DONE, "ben@example.com": RowState.DONE}
    assert (job.state, job.calls) == (JobState.DONE, 4)
    ada = people(world)["ada@example.com"]
    assert (ada["first_name"], ada["location"]["city"]) == ("Ada", "Bergen")
    assert ada["properties"] == {"Favourite colour": "green", "Orders": 7}
    rows = browse(f"jobs/{job.pk}/rows.csv").content.decode().splitlines()
    assert rows[1:] == ["1,ada@example.com,done,", "2,ben@example.com,done,"]


def test_columns_are_mapped_by_hand(world: World, account: Any, browse: Any) -> None:
    content = "Who,E-Mail,Note,Since\nada@example.com,old,secret,3/4/2026\n"
    mapped = {"column_0": "email", "column_1": "property-text", "column_2": "skip", "column_3": "property-date"}
    job = planned(browse, content, **mapped, name_1="Old address", day_first="month")
    run(job, world)
    assert people(world)["ada@example.com"]["properties"] == {"Old address": "old", "Since": "2026-03-04"}


def test_without_a_column_that_says_who_it_is_nothing_goes_on(account: Any, browse: Any) -> None:
    answer = settle(browse, upload(browse, PATH, "Colour\nred\n"))
    assert answer.status_code == 422
    assert "One column must be the e-mail address" in answer.content.decode()


def test_an_empty_cell_takes_nothing_away(world: World, account: Any, browse: Any) -> None:
    known = {"email": "ben@example.com", "location": {"city": "Oslo"}, "properties": {"Favourite colour": "red"}}
    world.call("POST", "profiles", {"data": {"type": "profile", "attributes": known}})
    run(planned(browse, CSV), world)
    ben = people(world)["ben@example.com"]
    assert (ben["first_name"], ben["location"]["city"], ben["properties"]["Favourite colour"]) == ("Ben", "Oslo", "red")


def test_people_are_put_into_a_list_and_subscribed_to_nothing(
    world: World, account: Any, browse: Any, read: Any
) -> None:
    into = a_list(world, read)
    look = looked_at(browse, PATH, CSV, into=into)
    assert "All of them are put into the list Readers." in browse(look).content.decode()
    browse(look, {})
    run(Job.objects.get(), world)
    members = world.call("GET", f"lists/{into}/profiles?additional-fields[profile]=subscriptions")["data"]
    consents = {one["attributes"]["subscriptions"]["email"]["marketing"]["consent"] for one in members}
    assert (len(members), consents) == (2, {"NEVER_SUBSCRIBED"})


def test_a_list_that_is_gone_ends_the_job_and_imports_nobody(
    world: World, account: Any, browse: Any, read: Any
) -> None:
    into = a_list(world, read)
    job = planned(browse, CSV, into=into)
    world.call("DELETE", f"lists/{into}")
    assert set(run(job, world).values()) == {RowState.WAITING}
    assert job.state == JobState.FAILED
    assert "The list is gone" in job.error
    assert people(world) == {}


@pytest.mark.parametrize(
    ("second", "why"),
    [
        ({"email": "ADA@example.com"}, "Row 1 has the same e-mail address"),
        ({"email": "", "phone": "+49 151 12345678"}, "Row 1 has the same phone number"),
        ({"email": "x@example.com", "external_id": "7"}, "Row 1 has the same external id"),
        ({"email": "nobody"}, "valid email"),
        ({"email": "", "First name": "Eve"}, "names nobody"),
        ({"email": "x@example.com", "phone": "0151 1"}, "country code"),
        ({"email": "x@example.com", "Note": "x" * 100_000}, "too large"),
        ({"email": "x@example.com", "Note": "\0"}, "cannot be kept"),
    ],
)
def test_a_row_that_is_no_profile_is_named_with_its_reason(second: dict[str, str], why: str) -> None:
    first = {"email": "ada@example.com", "phone": "+4915112345678", "external_id": "7", "First name": "", "Note": ""}
    found = understood([first, second])
    assert [one.number for one in found.wrong] == [2]
    assert why in found.wrong[0].why


def test_wrong_rows_are_left_out_and_can_be_had_as_a_file(world: World, account: Any, browse: Any) -> None:
    look = looked_at(browse, PATH, "email,Name\nada@example.com,Ada\nada@example.com,Again\nnobody,Ben\n")
    page = browse(look).content.decode()
    assert "2 rows are wrong and left out" in page
    assert "Import 1 profile?" in page
    wrong = browse(look.replace("look/", "wrong.csv")).content.decode().splitlines()
    assert wrong[0] == "email,Name,Row,What is wrong"
    assert wrong[1] == "ada@example.com,Again,2,Row 1 has the same e-mail address."
    browse(look, {})
    assert run(Job.objects.get(), world) == {"ada@example.com": RowState.DONE}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "The submitted file is empty"),
        ("email\n", "no rows"),
        ("ada@example.com\nben@example.com\n", "must name the columns"),
        (b"x" * 5_000_001, "larger than 5 MB"),
        ("email,ー\na@example.com,Ada\n".encode("shift_jis"), "cannot be read"),
        ("email\n" + "a@example.com\n" * 50_001, "more than 50,000 rows"),
    ],
    ids=["empty", "no rows", "no head", "large", "encoding", "long"],
)
def test_a_file_that_is_none_is_said_at_the_field(account: Any, browse: Any, content: Any, words: str) -> None:
    answer = browse(PATH, {"file": file(content)})
    assert answer.status_code == 422
    assert words in answer.content.decode()


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_semicolons_and_marks_of_spreadsheets_are_read(world: World, account: Any, browse: Any, encoding: str) -> None:
    job = planned(browse, "email;First name\nada@example.com;Søren\n".encode(encoding))  # type: ignore[arg-type]
    run(job, world)
    assert people(world)["ada@example.com"]["first_name"] == "Søren"


def test_a_viewer_may_look_at_klaviyo_s_imports_and_import_nothing(account: Any, browse: Any, vera: Any) -> None:
    assert browse(PATH, user=vera).status_code == 403
    assert browse(PATH, {"file": file(CSV)}, user=vera).status_code == 403
    assert browse("profiles/import/jobs/", user=vera).status_code == 200
    assert 'profiles/import/"' not in browse("profiles/import/jobs/", user=vera).content.decode()


def test_another_team_finds_nothing(account: Any, browse: Any, charlie: Any) -> None:
    columns = upload(browse, PATH, CSV)
    for path in (PATH, columns, f"{columns}look/", f"{columns}wrong.csv", "profiles/import/jobs/"):
        assert browse(path, user=charlie).status_code == 404


def test_klaviyo_s_errors_come_back_onto_the_rows_that_they_are_about(world: World, account: Any, browse: Any) -> None:
    content = "email,Language,phone\n" + "".join(f"p{number}@example.com,en,\n" for number in range(150))
    job = planned(browse, content)
    # What our own reading lets through and Klaviyo does not.
    bad = [f"p{number}@example.com" for number in range(10, 130)]
    for row in job.rows.filter(key__in=bad):
        row.payload["attributes"]["phone_number"] = "0151"
        row.save()
    states = run(job, world)
    assert {key for key, state in states.items() if state == RowState.REFUSED} == set(bad)
    assert sum(state == RowState.DONE for state in states.values()) == 30
    assert "Invalid phone number" in job.rows.get(key="p10@example.com").detail
    refused = browse(f"jobs/{job.pk}/refused.csv").content.decode().splitlines()
    assert refused[1].startswith("11,p10@example.com,refused,Invalid phone number")
    assert "120" in browse("profiles/import/jobs/").content.decode()
    (klaviyo_job,) = job.memory["klaviyo_jobs"]
    page = browse(f"profiles/import/jobs/{klaviyo_job}/").content.decode()
    assert "p10@example.com" in page
    assert "Invalid phone number" in page


def test_a_large_file_goes_in_parts_that_klaviyo_takes(
    world: World, account: Any, browse: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr(batches, "MOST_BYTES", 500)
    monkeypatch.setattr(importing, "BATCH", 4)
    content = "email,Note\n" + "".join(f"p{number}@example.com,{'x' * (number % 3) * 100}\n" for number in range(10))
    look = looked_at(browse, PATH, content)
    browse(look, {})
    job = Job.objects.get()
    assert set(run(job, world, rounds=12).values()) == {RowState.DONE}
    parts = world.count("bulk_import_profiles")
    assert parts == importing.parts_of([(row.key, row.payload) for row in job.rows.order_by("position")]) > 2
    assert job.calls == importing.calls_of(parts)
    assert len(people(world)) == 10


@pytest.mark.parametrize("fault", ["429", "429-maton"])
def test_an_import_that_was_told_to_wait_goes_later(
    world: World, account: Any, browse: Any, suite_redis: Any, fault: str
) -> None:
    job = planned(browse, CSV)
    world.fault("bulk_import_profiles", fault, seconds=60)
    assert set(run(job, world, rounds=1).values()) == {RowState.WAITING}
    suite_redis.flushdb()  # the minute is over
    assert set(run(job, world).values()) == {RowState.DONE}


def test_what_klaviyo_keeps_for_itself_is_refused_in_json_lines_too(account: Any, browse: Any) -> None:
    lines = '{"email": "ada@example.com", "properties": {"$consent": ["email"]}}\n{"email": "ben@example.com"}\n'
    page = unescape(browse(looked_at(browse, PATH, lines)).content.decode())
    assert "Names that begin with $ are Klaviyo's own" in page
    assert "Import 1 profile?" in page


def test_two_pages_of_one_question_plan_one_job(account: Any, browse: Any) -> None:
    """Each yes carries what its page gave it."""
    look = looked_at(browse, PATH, CSV)
    tokens = [re.findall(r'name="form_token" value="([^"]+)"', browse(look).content.decode())[0] for _ in range(2)]
    assert tokens[0] == tokens[1]
    assert {browse(look, {"form_token": one})["Location"] for one in tokens} == {browse(look, {})["Location"]}
    assert Job.objects.count() == 1


def test_a_small_file_that_would_become_a_very_large_one_is_not_kept(account: Any, browse: Any) -> None:
    names = ["email", *(f"{number:03}".ljust(200, "x") for number in range(150))]
    rows = [f"u{number}@example.com" + ",1" * 150 for number in range(2_000)]
    where = upload(browse, PATH, "\n".join([",".join(names), *rows]))
    answer = settle(browse, where)
    assert answer.status_code == 422
    assert "too much at once" in answer.content.decode()
    answer = settle(browse, where, **{f"column_{number}": "skip" for number in range(2, 150)})
    assert answer.status_code == 303


def test_the_file_that_was_chosen_before_is_forgotten(account: Any, browse: Any) -> None:
    first = upload(browse, PATH, CSV)
    second = upload(browse, PATH, CSV)
    assert browse(first).status_code == 404
    assert browse(second).status_code == 200


def test_a_connection_that_may_not_import_ends_the_job_with_its_rows_untouched(
    world: World, account: Any, browse: Any
) -> None:
    job = planned(browse, CSV)
    world.mode("lack-scope:profiles:write")
    assert set(run(job, world).values()) == {RowState.WAITING}
    assert job.state == JobState.FAILED


def test_a_cancelled_import_follows_what_is_on_its_way(
    world: World, account: Any, browse: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr(importing, "BATCH", 1)
    job = planned(browse, CSV)
    run(job, world, rounds=1, seconds=0)
    browse(f"jobs/{job.pk}/cancel/", {})
    states = run(job, world)
    assert states == {"ada@example.com": RowState.DONE, "ben@example.com": RowState.WAITING}
    assert job.state == JobState.CANCELLED


def test_klaviyo_s_own_imports_show_state_counts_and_list(world: World, account: Any, browse: Any, read: Any) -> None:
    into = a_list(world, read, "Imported")
    run(planned(browse, CSV, into=into), world)
    page = browse("profiles/import/jobs/").content.decode()
    for words in ("Imported", "Done", "Klaviyo keeps it for seven days"):
        assert words in page
    world.advance(timedelta(days=8).total_seconds())
    assert "No imports in the last seven days" in browse("profiles/import/jobs/").content.decode()


@pytest.mark.parametrize("revision", ["2025-01-15", "2024-10-15", "2026-07-15"])
def test_an_import_works_at_every_revision(
    world: World, account: Any, browse: Any, read: Any, settings: Any, revision: str
) -> None:
    settings.KLAVIYO_REVISION = revision
    world.settings(oldest_revision="2024-10-15")
    into = a_list(world, read)
    assert set(run(planned(browse, CSV, into=into), world).values()) == {RowState.DONE}
    assert browse("profiles/import/jobs/").status_code == 200


def test_the_page_of_the_columns_shows_them_with_what_was_guessed(account: Account, browse: Any) -> None:
    columns = upload(browse, PATH, CSV)
    shown = as_shown(browse(columns).content.decode())
    assert [shown[f"column-{number}"] for number in range(5)] == [
        "email",
        "first_name",
        "city",
        "property-text",
        "property-number",
    ]


def test_klaviyo_s_jobs_can_be_asked_for_by_state_and_in_the_order_of_time(world: World) -> None:
    def begin(number: int) -> str:
        person = {"type": "profile", "attributes": {"email": f"p{number}@example.com"}}
        body = {"type": "profile-bulk-import-job", "attributes": {"profiles": {"data": [person]}}}
        return str(world.call("POST", "profile-bulk-import-jobs", {"data": body})["data"]["id"])

    def ids(query: str) -> list[str]:
        return [one["id"] for one in world.call("GET", f"profile-bulk-import-jobs?{query}")["data"]]

    first = begin(1)
    world.advance(10)
    second = begin(2)
    assert ids("sort=-created_at") == [second, first]
    assert ids('filter=equals(status,"complete")') == [first]
    assert ids('filter=any(status,["queued","processing"])') == [second]


COMPLETE = {"status": "complete", "completed_count": 3, "failed_count": 0}


@pytest.mark.parametrize(
    ("attributes", "errors", "states"),
    [
        # Whom the payload names counts, whatever the pointer says.
        ({"failed_count": 1}, [{"original_payload": {"email": "B@x.org"}, "source": {"pointer": "/data/0"}}], "drd"),
        ({"failed_count": 1}, [{"original_payload": {"attributes": {"email": "c@x.org"}}}], "ddr"),
        ({"failed_count": 1}, [{"source": {"pointer": "/data/attributes/profiles/data/0/attributes/email"}}], "rdd"),
        # Klaviyo fails on rows without saying which.
        ({"failed_count": 1}, [{"source": {"pointer": "/data"}}], "uuu"),
        ({"failed_count": 1}, [], "uuu"),
        ({"failed_count": 3}, [], "rrr"),
        ({"failed_count": 2}, [{"original_payload": {"email": "a@x.org"}}], "ruu"),
        ({"status": "cancelled", "completed_count": 0}, [], "rrr"),
        ({"status": "cancelled", "completed_count": 1}, [], "uuu"),
    ],
)
def test_what_cannot_be_told_of_a_row_is_not_called_done(
    account: Account, bob: Any, attributes: dict[str, Any], errors: list[dict[str, Any]], states: str
) -> None:
    rows = [(f"{one}@x.org", {"attributes": {"email": f"{one}@x.org"}}) for one in "abc"]
    job = work.plan(account, kind="x", task="no.such.task", title="x", rows=rows, asked_by=bob)
    told = [{"attributes": {"detail": "No.", **one}} for one in errors]
    import_results.settle(list(job.rows.order_by("position")), {**COMPLETE, **attributes}, told)
    assert "".join(state[0] for state in job.rows.order_by("position").values_list("state", flat=True)) == states
