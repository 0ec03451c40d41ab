"""The large account, by the same builder at a small scale: what is in it, and that no question reads all of it."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from klaviyo_app.gateway.catalogue import OPERATIONS
from klaviyo_app.sandbox import asking, engine, filters
from klaviyo_app.sandbox.behaviours import SETTINGS
from klaviyo_app.sandbox.behaviours.call import Call, Thing
from klaviyo_app.sandbox.behaviours.event_log import rows_of
from klaviyo_app.sandbox.behaviours.segment_definitions import takes_in
from klaviyo_app.sandbox.behaviours.segment_people import Known
from klaviyo_app.sandbox.data.large import Large, build_large
from klaviyo_app.sandbox.data.shops import FJELL
from klaviyo_app.sandbox.store import AccountThings, Store

NOW = dt.datetime(2026, 3, 5, 12, tzinfo=dt.UTC)
SIZE = Large(people=2000, models=200, events=2000, lists=40, segments=40, campaigns=400, templates=100, codes=1000)
REVISION = "2026-07-15"


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AccountThings]:
    """A large account, smaller."""
    store = Store(Path(tmp_path_factory.mktemp("large")) / "store.sqlite3")
    with store.loading(), store.writing():
        one = build_large(store, FJELL, "sandbox", NOW, SIZE)
    yield store.things("sandbox", one.id)
    store.close()


def ask(account: AccountThings, name: str, query: dict[str, str], **ids: str) -> list[dict[str, object]]:
    """The resources that an operation answers."""
    operation = OPERATIONS[name]
    asked = asking.read(operation, query.items(), REVISION)
    call = Call(
        name,
        account,
        Thing("account", FJELL.account_id, FJELL.attributes()),
        NOW,
        REVISION,
        SETTINGS,
        path=ids,
        filters=tuple(asked.filters),
        additional=asked.additional,
        parse=filters.parse,
    )
    _, document = engine.perform(call, operation, asked, operation.path)
    data: list[dict[str, object]] = orjson.loads(orjson.dumps(document))["data"]
    return data


def plans(account: AccountThings, name: str, query: dict[str, str], **ids: str) -> list[str]:
    """How SQLite finds what an operation asks for: the lines of its plans."""
    statements: list[str] = []
    connection = account.store.connection
    connection.set_trace_callback(statements.append)
    try:
        ask(account, name, query, **ids)
    finally:
        connection.set_trace_callback(None)
    reads = [one for one in statements if one.startswith("SELECT")]
    assert reads
    return [line[3] for one in reads for line in connection.execute(f"EXPLAIN QUERY PLAN {one}")]


def first(account: AccountThings, kind: str) -> Thing:
    """One of a kind."""
    return next(iter(account.all(kind)))


def test_everything_is_there_in_the_number_that_was_asked_for(account: AccountThings) -> None:
    """Campaigns have a message each; templates that belong to a campaign are not counted."""
    counted = {kind: account.count(kind) for kind in ("profile", "list", "segment", "campaign", "coupon-code")}
    assert counted == {"profile": 2000, "list": 40, "segment": 40, "campaign": 400, "coupon-code": 1000}
    assert account.count("campaign-message") == 400
    assert sum(not one.hidden.get("private") for one in account.all("template")) == 100
    (events,) = account.store.connection.execute("SELECT count(*) FROM events").fetchone()
    assert events == 2000


def test_no_two_people_share_an_address_a_number_or_an_external_id(account: AccountThings) -> None:
    """Each is found by them."""
    people = [one.attributes for one in account.all("profile")]
    for name in ("email", "phone_number", "external_id"):
        known = [one[name] for one in people if one[name]]
        assert len(set(known)) == len(known) >= 100


def test_segments_have_those_in_them_who_belong_to_them(account: AccountThings) -> None:
    """Though most members are copies of a few who were looked at."""
    joined = {one.id: account.holders("list", "profiles", one.id) for one in account.all("profile")}
    people = {one.id: Known(one, joined[one.id]) for one in account.all("profile")}
    for segment in account.all("segment"):
        inside = {id_ for id_, one in people.items() if takes_in(segment.attributes["definition"], one, NOW)}
        assert set(account.linked("segment", segment.id, "profiles")) == inside, segment.attributes["name"]


def test_events_of_people_are_those_of_the_log(account: AccountThings) -> None:
    """They are kept twice, for segments and for pages."""
    of_people = sorted(row.id for one in account.all("profile") for row in rows_of(one))
    found = ask(account, "get_events", {"page[size]": "1000", "sort": "datetime"})
    (kept,) = zip(*account.store.connection.execute("SELECT id FROM events ORDER BY id"), strict=True)
    assert list(kept) == of_people
    assert [one["id"] for one in found] == _in_time(account)[:1000]


def _in_time(account: AccountThings) -> list[str]:
    rows = sorted((row.at, row.id) for one in account.all("profile") for row in rows_of(one))
    return [id_ for _, id_ in rows]


def test_a_changed_person_changes_the_log(account: AccountThings) -> None:
    """As recording an event does; dropping one takes all events along."""
    person = next(one for one in account.all("profile") if next(rows_of(one), None) is None)
    metric = first(account, "metric")
    person.hidden["activity"] = {metric.id: [[NOW.timestamp(), 3.0, {"Colour": "red"}, "own"]]}
    query = {"filter": f'equals(profile_id,"{person.id}")'}
    account.put(person)
    (event,) = ask(account, "get_events", query)
    assert event["attributes"]["event_properties"]["Colour"] == "red"  # type: ignore[index]
    account.put(Thing("profile", person.id, person.attributes, hidden={**person.hidden, "activity": {}}))
    assert ask(account, "get_events", query) == []


def test_a_count_follows_each_change(account: AccountThings) -> None:
    """Counts are remembered until somebody joins or leaves."""
    group = first(account, "list")

    def count() -> int:
        return account.count_linked("list", group.id, "profiles")

    before = count()
    outside = next(
        one.id for one in account.all("profile") if group.id not in account.holders("list", "profiles", one.id)
    )
    account.link("list", group.id, "profiles", {outside: NOW.isoformat()})
    assert count() == before + 1
    account.unlink("list", group.id, "profiles", [outside])
    assert count() == before


BIG = ("SCAN things", "SCAN links", "SCAN events")
QUESTIONS = [
    ("get_profiles", {}),
    ("get_profiles", {"sort": "-created"}),
    ("get_profiles", {"sort": "updated"}),
    ("get_profiles", {"sort": "email"}),
    ("get_profiles", {"sort": "-id"}),
    ("get_profiles", {"filter": "greater-than(created,2026-01-01)", "sort": "created"}),
    ("get_profiles", {"filter": "less-than(updated,2026-01-01)", "sort": "-updated"}),
    ("get_profiles", {"filter": 'equals(email,"{email}")'}),
    ("get_profiles", {"filter": 'equals(phone_number,"{phone_number}")'}),
    ("get_profiles", {"filter": 'any(external_id,["{external_id}"])'}),
    ("get_profiles", {"filter": 'equals(id,"{id}")'}),
    ("get_events", {"sort": "-datetime"}),
    ("get_events", {"filter": 'equals(metric_id,"{metric}")', "sort": "-datetime"}),
    ("get_events", {"filter": 'equals(profile_id,"{id}")', "sort": "datetime"}),
    ("get_events", {"filter": 'equals(metric_id,"{metric}"),equals(profile_id,"{id}")', "sort": "datetime"}),
    ("get_events", {"filter": "greater-than(datetime,2026-01-01)", "sort": "datetime"}),
    ("get_profiles_for_list", {}),
    ("get_profiles_for_list", {"sort": "-joined_group_at"}),
    ("get_profiles_for_list", {"filter": "less-than(joined_group_at,2026-01-01)"}),
    ("get_profiles_for_list", {"filter": 'equals(email,"{email}")'}),
    ("get_profiles_for_segment", {"sort": "joined_group_at"}),
    ("get_profiles_for_segment", {"filter": 'equals(profile_id,"{id}")'}),
    ("get_campaigns", {"filter": 'equals(messages.channel,"email")', "sort": "name"}),
    ("get_campaigns", {"filter": 'equals(messages.channel,"email")', "sort": "-created_at"}),
    ("get_campaigns", {"filter": 'equals(messages.channel,"sms"),contains(name,"letter")'}),
    ("get_coupon_codes", {"filter": 'equals(coupon.id,"WELCOME10")'}),
    ("get_coupon_codes", {"filter": 'equals(profile.id,"{id}")'}),
    ("get_templates", {}),
]


@pytest.mark.parametrize(("name", "query"), QUESTIONS, ids=[f"{one} {two}" for one, two in QUESTIONS])
def test_a_question_is_answered_from_an_index(account: AccountThings, name: str, query: dict[str, str]) -> None:
    """No statement reads a large table through, and none sorts what it found apart from the page."""
    person = next(one for one in account.all("profile") if one.attributes["phone_number"])
    words = {"metric": first(account, "metric").id, **person.attributes, "id": person.id}
    asked = {
        key: value.format_map({**words, "external_id": words["external_id"] or "C-1"}) for key, value in query.items()
    }
    ids = {"id": first(account, name.rpartition("_")[2]).id} if name.startswith("get_profiles_for") else {}
    lines = plans(account, name, asked, **ids)
    assert not [one for one in lines if one.startswith(BIG)], lines
    if "filter" in query:  # and a filter does not look through all of a kind
        assert not [one for one in lines if one.endswith(("(scope=?)", "(scope=? AND kind=?)"))], lines
    if "(subquery-1)" in str(lines):  # what is inside comes sorted out of the index; the page alone is sorted again
        assert lines.index("SCAN (subquery-1)") < next(
            (number for number, one in enumerate(lines) if one.startswith("USE TEMP B-TREE")), len(lines)
        ), lines


def test_pages_follow_each_other_without_gap_or_repeat(account: AccountThings) -> None:
    """By the statement that the index answers, in both directions."""
    group = first(account, "list")
    members = account.members(
        "list", group.id, "profiles", lambda id_, when: Thing("profile", id_, {"at": when}), whole=list
    )
    for sort in ("", "-joined_group_at"):
        seen: list[str] = []
        after = None
        while True:
            page, after = members.page((), sort, after, 37)
            seen += [one.id for one in page]
            if after is None:
                break
        assert sorted(seen) == sorted(account.linked("list", group.id, "profiles"))


def test_an_unfinished_load_is_not_taken_for_a_store(tmp_path: Path) -> None:
    """Only a load that came to its end makes the indexes again."""
    store = Store(tmp_path / "new.sqlite3")
    with store.loading():
        names = "SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
        assert store.connection.execute(names).fetchall() == []
    assert len(store.connection.execute(names).fetchall()) > 10
    store.close()
    with sqlite3.connect(tmp_path / "new.sqlite3") as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
