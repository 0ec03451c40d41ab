"""Limits: Klaviyo's windows by account and operation, Maton's by key."""

from __future__ import annotations

from collections import Counter

from klaviyo_app.gateway.catalogue.operation import REPORT, Limit, S
from klaviyo_app.sandbox.limits import Windows, headers_of, windows_of
from tests.sandbox.calls import error, make_list
from tests.sandbox_server import World


def test_all_windows_let_a_call_pass_or_none_counts_it() -> None:
    windows = Windows()
    taken = [windows.take("a", ((1, 3), (60, 5)), 120.0 + at / 4)[0] for at in range(12)]
    assert [bool(wait) for wait in taken] == [False] * 3 + [True] + [False] * 2 + [True] * 6
    assert taken[3] == 1
    assert taken[-1] == 58


def test_the_headers_tell_of_the_tightest_window() -> None:
    headers = headers_of(S, {1: 2, 60: 1}, 130.0)
    assert headers == {
        "RateLimit-Limit": "60, 3;w=1, 60;w=60",
        "RateLimit-Remaining": "1",
        "RateLimit-Reset": "50",
    }


def test_the_rest_of_a_window_is_told_in_whole_seconds_rounded_down() -> None:
    assert headers_of(S, {1: 0, 60: 50}, 130.2)["RateLimit-Reset"] == "0"


def test_a_daily_window_is_the_third_part() -> None:
    assert windows_of(REPORT) == ((1, 1), (60, 2), (86400, 225))
    assert headers_of(Limit(1, 2, 225), {1: 0, 60: 1, 86400: 200}, 0.0)["RateLimit-Limit"].endswith("225;w=86400")


def test_a_throttled_call_has_retry_after_and_no_other_header(world: World) -> None:
    world.settings(limits=True, maton_limit=False)
    answers = [world.ask("GET", "accounts") for _ in range(4)]
    refused = next(one for one in answers if one.status_code == 429)
    assert error(refused)["code"] == "throttled"
    assert int(refused.headers["Retry-After"]) >= 1
    assert not [name for name in refused.headers if name.lower().startswith("ratelimit")]
    assert answers[0].headers["RateLimit-Limit"] == "1, 1;w=1, 15;w=60"


def test_another_account_and_another_operation_have_windows_of_their_own(world: World) -> None:
    world.settings(limits=True, maton_limit=False)
    assert [world.ask("GET", path).status_code for path in ("accounts", f"accounts/{world.account_id}")] == [200, 200]


def test_counting_profiles_has_a_tighter_window(world: World) -> None:
    one = make_list(world, "Snow")
    world.settings(limits=True, maton_limit=False)
    codes = Counter(world.ask("GET", f"lists/{one}").status_code for _ in range(4))
    counted = Counter(
        world.ask("GET", f"lists/{one}?additional-fields%5Blist%5D=profile_count").status_code for _ in range(4)
    )
    assert codes == {200: 4}
    assert counted[429] >= 1


def test_maton_lets_ten_a_second_through_for_all_operations_together(world: World) -> None:
    world.settings(maton_limit=True)
    codes = Counter(world.control("GET").status_code for _ in range(25))
    assert codes[429] >= 1
    assert codes[200] >= 10


def test_maton_may_keep_the_wait_to_itself(world: World) -> None:
    world.settings(maton_limit=True, maton_retry_after=False)
    refused = next(one for one in (world.control("GET") for _ in range(40)) if one.status_code == 429)
    assert (set(refused.json()), "Retry-After" in refused.headers) == ({"message"}, False)


def test_the_clock_opens_the_windows(world: World) -> None:
    world.settings(limits=True, maton_limit=False)
    for _ in range(3):
        assert world.ask("GET", "accounts").status_code == 200
        world.advance(2)


def test_without_limits_nothing_is_counted(world: World) -> None:
    answers = [world.ask("GET", "accounts") for _ in range(5)]
    assert {one.status_code for one in answers} == {200}
    assert "RateLimit-Limit" not in answers[0].headers
