"""Lists, segments, profiles and their bulk jobs in the sandbox."""

from __future__ import annotations

from typing import Any

import pytest

from klaviyo_app.sandbox.data.audiences import EMAIL, all_of, has, member, named
from tests.sandbox.shop import Shop

CITY = {"type": "string", "operator": "equals", "value": "Graz"}


def person(shop: Shop, email: str = "new@example.com", **more: Any) -> str:
    return shop.do("create_profile", {"attributes": {"email": email, **more}}).thing.id


def a_list(shop: Shop, **more: str) -> str:
    return shop.do("create_list", {"attributes": {"name": "Walkers", **more}}).thing.id


def join(shop: Shop, group: str, *people: str, operation: str = "add_profiles_to_list") -> int:
    return shop.do(operation, [{"type": "profile", "id": one} for one in people], id=group).status


def segment(shop: Shop, definition: dict[str, Any]) -> str:
    return shop.do("create_segment", {"attributes": {"name": "Mine", "definition": definition}}).thing.id


def inside(shop: Shop, kind: str, group: str) -> list[str]:
    return list(shop.things.linked(kind, group, "profiles"))


def marketing(shop: Shop, profile: str) -> dict[str, Any]:
    shown = shop.shown(shop.things.get("profile", profile), additional={"profile": {"subscriptions"}})
    return shown["subscriptions"]["email"]["marketing"]


def test_the_opt_in_process_is_unknown_before_2025_10_15(shop: Shop) -> None:
    shop.revision = "2025-07-15"
    body = {"attributes": {"name": "x", "opt_in_process": "single_opt_in"}}
    assert shop.refused("create_list", body).errors[0][1] == {"pointer": "/data/attributes/opt_in_process"}
    shop.revision = "2025-10-15"
    assert shop.do("create_list", body).thing.attributes["opt_in_process"] == "single_opt_in"


def test_people_join_with_a_time_and_leave(shop: Shop) -> None:
    group, ann = a_list(shop), person(shop)
    assert join(shop, group, ann) == 204
    shop.later(60)
    join(shop, group, ann)
    (found,) = shop.do("get_profiles_for_list", id=group).things
    shown = shop.shown(found)
    assert (shown["email"], shown["joined_group_at"]) == ("new@example.com", "2026-11-23T12:00:00+00:00")
    assert join(shop, group, ann, operation="remove_profiles_from_list") == 204
    assert inside(shop, "list", group) == []


def test_unknown_people_cannot_join(shop: Shop) -> None:
    group = a_list(shop)
    assert shop.refused("add_profiles_to_list", [{"type": "profile", "id": "nobody"}], id=group).status == 404


def test_more_than_a_thousand_people_a_call_are_refused(shop: Shop) -> None:
    many = [{"type": "profile", "id": "x"}] * 1001
    assert shop.refused("add_profiles_to_list", many, id=a_list(shop)).status == 400


def test_a_list_is_counted_only_when_asked(shop: Shop) -> None:
    newsletter = shop.named("list", "Newsletter")
    counted = shop.shown(newsletter, additional={"list": {"profile_count"}})["profile_count"]
    assert counted == len(inside(shop, "list", newsletter.id)) > 0
    assert "profile_count" not in shop.shown(newsletter)


def test_a_new_segment_is_processing_for_a_while_and_holds_those_who_fit(shop: Shop) -> None:
    made = segment(shop, all_of(EMAIL))
    thing = shop.things.get("segment", made)
    assert shop.shown(thing)["is_processing"]
    shop.later(2)
    assert not shop.shown(thing)["is_processing"]
    people = {one.id for one in shop.things.all("profile") if marketing(shop, one.id)["consent"] == "SUBSCRIBED"}
    assert set(inside(shop, "segment", made)) <= people
    assert len(inside(shop, "segment", made)) > 20


def test_a_membership_comes_back_with_its_time_although_none_was_given(shop: Shop) -> None:
    condition = {"type": "profile-group-membership", "is_member": True, "group_ids": [a_list(shop)]}
    made = segment(shop, {"condition_groups": [{"conditions": [condition]}]})
    kept = shop.things.get("segment", made).attributes["definition"]["condition_groups"][0]["conditions"][0]
    assert kept == {**condition, "timeframe_filter": None}


def test_a_segment_follows_a_change_of_its_definition(shop: Shop) -> None:
    made = segment(shop, all_of(EMAIL))
    nobody = all_of(has("first_name", type="string", operator="equals", value="Nobody"))
    shop.do("update_segment", {"attributes": {"definition": nobody}}, id=made)
    assert inside(shop, "segment", made) == []


def test_a_segment_follows_a_person(shop: Shop) -> None:
    made = segment(shop, all_of(has("location.city", **CITY)))
    ann = person(shop)
    assert ann not in inside(shop, "segment", made)
    shop.do("update_profile", {"attributes": {"location": {"city": "Graz"}}}, id=ann)
    assert ann in inside(shop, "segment", made)


def test_a_segment_follows_a_list(shop: Shop) -> None:
    group, ann = a_list(shop), person(shop)
    made = segment(shop, named(all_of(member("Walkers")), {"Walkers": group}))
    join(shop, group, ann)
    assert inside(shop, "segment", made) == [ann]
    join(shop, group, ann, operation="remove_profiles_from_list")
    assert inside(shop, "segment", made) == []


def test_a_segment_of_an_unknown_list_is_refused(shop: Shop) -> None:
    body = {"attributes": {"name": "x", "definition": all_of(member("Nobody"))}}
    pointer = "/data/attributes/definition/condition_groups/0/conditions/0/group_ids/0"
    assert shop.refused("create_segment", body).errors[0][1] == {"pointer": pointer}


def test_five_segments_may_be_in_processing(shop: Shop) -> None:
    for _ in range(5):
        segment(shop, all_of(EMAIL))
    body = {"attributes": {"name": "x", "definition": all_of(EMAIL)}}
    assert shop.refused("create_segment", body).status == 400
    shop.later(2)
    assert shop.do("create_segment", body).status == 201


def test_a_second_profile_with_the_same_address_is_409_and_names_the_first(shop: Shop) -> None:
    ann = person(shop, "ann@example.com")
    refused = shop.refused("create_profile", {"attributes": {"email": "ANN@example.com"}})
    assert (refused.status, refused.code) == (409, "duplicate_profile")
    assert refused.meta == {"duplicate_profile_id": ann}


def test_a_changed_address_frees_the_old_one(shop: Shop) -> None:
    ann = person(shop, "ann@example.com")
    shop.do("update_profile", {"attributes": {"email": "anna@example.com"}}, id=ann)
    assert person(shop, "ann@example.com") != ann


@pytest.mark.parametrize(
    ("attributes", "pointer"),
    [
        ({"email": "nonsense"}, "/data/attributes/email"),
        ({"phone_number": "0664"}, "/data/attributes/phone_number"),
        ({"first_name": "Ann"}, "/data/attributes"),
        ({"email": "a@example.com", "shoe": 43}, "/data/attributes/shoe"),
    ],
)
def test_a_wrong_profile_is_refused(shop: Shop, attributes: dict[str, Any], pointer: str) -> None:
    assert shop.refused("create_profile", {"attributes": attributes}).errors[0][1] == {"pointer": pointer}


def test_null_clears_and_properties_are_patched(shop: Shop) -> None:
    ann = person(shop, first_name="Ann", properties={"a": [1], "b": 2})
    patch = {"append": {"a": 3}, "unset": "b"}
    body = {"attributes": {"first_name": None, "properties": {"c": 4}}, "meta": {"patch_properties": patch}}
    changed = shop.do("update_profile", body, id=ann).thing.attributes
    assert (changed["first_name"], changed["properties"]) == (None, {"a": [1, 3], "c": 4})


def test_an_import_creates_once_and_then_updates(shop: Shop) -> None:
    body = {"attributes": {"email": "ann@example.com", "first_name": "Ann"}}
    first, second = shop.do("create_or_update_profile", body), shop.do("create_or_update_profile", body)
    assert (first.status, second.status) == (201, 200)
    assert first.thing.id == second.thing.id


def test_profiles_are_found_by_address_at_once(shop: Shop) -> None:
    ann = person(shop, "ann@example.com")
    found = shop.do("get_profiles", filters=(("email", "any", ["ann@example.com", "no@example.com"]),)).things
    assert [one.id for one in found] == [ann]


def subscribe(shop: Shop, email: str, group: str | None = None, **more: Any) -> None:
    past = {"consented_at": "2026-01-01T00:00:00Z"} if more else {}
    consent = {"email": {"marketing": {"consent": "SUBSCRIBED", **past}}}
    rows = {"data": [{"type": "profile", "attributes": {"email": email, "subscriptions": consent}}]}
    relations = {"list": {"data": {"type": "list", "id": group}}} if group else {}
    shop.do("bulk_subscribe_profiles", {"attributes": {"profiles": rows, **more}, "relationships": relations})


def test_subscribing_gives_consent_and_joins_the_list(shop: Shop) -> None:
    group, ann = a_list(shop, opt_in_process="single_opt_in"), person(shop, "ann@example.com")
    subscribe(shop, "ann@example.com", group)
    assert marketing(shop, ann)["consent"] == "SUBSCRIBED"
    assert inside(shop, "list", group) == [ann]


def test_a_double_opt_in_list_waits_for_a_confirmation(shop: Shop) -> None:
    group, ann = a_list(shop, opt_in_process="double_opt_in"), person(shop, "ann@example.com")
    subscribe(shop, "ann@example.com", group)
    assert inside(shop, "list", group) == []
    subscribe(shop, "ann@example.com", group, historical_import=True)
    assert inside(shop, "list", group) == [ann]


def test_subscribing_a_stranger_without_a_list_makes_nobody(shop: Shop) -> None:
    before = shop.things.count("profile")
    subscribe(shop, "stranger@example.com")
    assert shop.things.count("profile") == before


def test_suppressing_takes_mail_away_and_unsuppressing_gives_it_back(shop: Shop) -> None:
    ann = person(shop, "ann@example.com")
    rows = {"attributes": {"profiles": {"data": [{"type": "profile", "attributes": {"email": "ann@example.com"}}]}}}
    job = shop.do("bulk_suppress_profiles", rows).thing
    assert not marketing(shop, ann)["can_receive_email_marketing"]
    shop.later(2)
    assert (shop.shown(job)["status"], shop.shown(job)["completed_count"]) == ("complete", 1)
    shop.do("bulk_unsuppress_profiles", rows)
    assert marketing(shop, ann)["can_receive_email_marketing"]


def test_an_import_job_names_the_rows_that_it_could_not_take(shop: Shop) -> None:
    group = a_list(shop)
    rows = [{"type": "profile", "attributes": {"email": one}} for one in ("a@example.com", "nonsense", "b@example.com")]
    relations = {"lists": {"data": [{"type": "list", "id": group}]}}
    job = shop.do(
        "bulk_import_profiles", {"attributes": {"profiles": {"data": rows}}, "relationships": relations}
    ).thing
    shop.later(2)
    shown = shop.shown(job)
    (error,) = shop.do("get_errors_for_bulk_import_profiles_job", id=job.id).things
    assert (shown["status"], shown["completed_count"], shown["failed_count"]) == ("complete", 2, 1)
    assert error.attributes["original_payload"] == rows[1]
    assert len(inside(shop, "list", group)) == 2


def imported(shop: Shop, rows: list[dict[str, Any]]) -> Any:
    return shop.do("bulk_import_profiles", {"attributes": {"profiles": {"data": rows}}}).thing


def test_an_import_job_is_queued_then_processing_then_complete_and_counts_on_the_way(shop: Shop) -> None:
    shop.settings["job_seconds"] = 10
    rows = [{"type": "profile", "attributes": {"email": f"p{n}@example.com" if n < 8 else "no"}} for n in range(10)]
    job = imported(shop, rows)
    seen = []
    for _look in range(3):
        shown = shop.shown(job)
        errors = len(list(shop.do("get_errors_for_bulk_import_profiles_job", id=job.id).things))
        people = len(list(shop.do("get_profiles_for_bulk_import_profiles_job", id=job.id).things))
        counts = (shown["completed_count"], shown["failed_count"], errors, people)
        seen.append((shown["status"], bool(shown["started_at"]), *counts))
        shop.later(5)
    assert seen == [
        ("queued", False, 0, 0, 0, 0),
        ("processing", True, 4, 1, 0, 0),
        ("complete", True, 8, 2, 2, 8),
    ]


def test_an_import_job_refuses_a_profile_above_100_kb_and_takes_the_others(shop: Shop) -> None:
    large = {"email": "large@example.com", "properties": {"Note": "x" * 100_000}}
    rows = [{"type": "profile", "attributes": one} for one in ({"email": "small@example.com"}, large)]
    job = imported(shop, rows)
    shop.later(2)
    (error,) = shop.do("get_errors_for_bulk_import_profiles_job", id=job.id).things
    assert error.attributes["source"]["pointer"] == "/data/attributes/profiles/data/1"
    assert shop.shown(job)["completed_count"] == 1


def test_an_import_job_is_gone_after_seven_days_from_the_list_too(shop: Shop) -> None:
    job = imported(shop, [{"type": "profile", "attributes": {"email": "a@example.com"}}])
    assert [one.id for one in shop.do("get_bulk_import_profiles_jobs").things] == [job.id]
    shop.later(8 * 86400)
    assert list(shop.do("get_bulk_import_profiles_jobs").things) == []
    assert shop.refused("get_bulk_import_profiles_job", job_id=job.id).status == 404


def test_a_merge_leaves_one_profile_in_all_lists(shop: Shop) -> None:
    group, ann, double = a_list(shop), person(shop, "ann@example.com"), person(shop, "double@example.com")
    join(shop, group, double)
    sources = {"profiles": {"data": [{"type": "profile", "id": double}]}}
    assert shop.do("merge_profiles", {"id": ann, "relationships": sources}).status == 202
    assert shop.things.get("profile", double) is None
    assert inside(shop, "list", group) == [ann]
