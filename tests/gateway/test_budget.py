from __future__ import annotations

import os
import threading
import time
import uuid
from itertools import pairwise

import pytest
import redis

from klaviyo_app.gateway.alone import PER_S
from klaviyo_app.gateway.budget import MATON_PER_S, Priority, SharedBudget, Spend
from klaviyo_app.gateway.catalogue import Limit
from klaviyo_app.gateway.catalogue.operation import REPORT, XS, L, M, S
from klaviyo_app.gateway.errors import TooMany
from klaviyo_app.gateway.told import Told
from klaviyo_app.sandbox.limits import Windows, windows_of
from tests.environment import free_port
from tests.gateway.wire_server import hang, klaviyo_error, reply

WIDE = Limit(1000, 100_000)
NOBODY, PERSON, SEND = Priority.BACKGROUND, Priority.PERSON, Priority.SEND


@pytest.fixture
def client():
    connection = redis.Redis.from_url(os.environ["REDIS_URL"])
    yield connection
    connection.close()


class Desk:
    """A budget in real Redis with a clock that only the test moves, and a key of its own."""

    def __init__(self, client: redis.Redis, **options: object) -> None:
        self.now = 1_790_000_000_000.0
        self.key = uuid.uuid4().hex
        self.budget = SharedBudget(client, now_ms=lambda: self.now, **options)

    def spend(self, name: str | None = "get_lists", limit=WIDE, account="A", team="") -> Spend:
        return Spend(self.key, account, name, limit, team)

    def take(self, name="get_lists", *, priority=PERSON, **options) -> float:
        return self.budget.take(self.spend(name, **options), priority)

    def granted(self, tries=30, **options) -> int:
        """So many of the tries may go at this very moment."""
        return sum(self.take(**options) == 0 for _ in range(tries))

    def pass_s(self, seconds: float) -> None:
        self.now += seconds * 1000

    def run(self, seconds: float, *askers: dict, step_s=0.02) -> list[list[float]]:
        """Ask for every asker at each step; the moments (s) at which each of them was let go."""
        went = [[] for _ in askers]
        start = self.now
        while self.now < start + seconds * 1000:
            for turn, options in enumerate(askers):
                if self.take(**options) == 0:
                    went[turn].append((self.now - start) / 1000)
            self.pass_s(step_s)
        return went


@pytest.fixture
def desk(client):
    return Desk(client)


@pytest.fixture
def wide(client):
    """Where Maton's second does not bind."""
    return Desk(client, per_s=100_000)


def test_a_key_gets_ten_calls_a_second_over_all_accounts_and_control_calls(desk):
    names = ["get_lists", "get_segments", None]
    assert sum(desk.take(names[turn % 3], account=str(turn)) == 0 for turn in range(30)) == MATON_PER_S


def test_after_the_wait_that_was_told_there_is_room_again_and_not_before(desk):
    desk.granted()
    wait = desk.take()
    assert 1 < wait <= 1.1
    desk.pass_s(wait - 0.002)
    assert desk.take() > 0
    desk.pass_s(0.002)
    assert desk.take() == 0


def test_the_burst_of_an_operation_is_kept_below_klaviyos(wide):
    assert wide.granted(limit=Limit(5, 100)) == 4


def test_the_minute_of_an_operation_is_kept_whole(wide):
    assert wide.granted(limit=Limit(1000, 15)) == 15
    assert 60 < wide.take(limit=Limit(1000, 15)) < 62


def test_the_day_of_an_operation_is_kept(wide):
    two_a_day = Limit(1000, 1000, 2)
    assert wide.granted(limit=two_a_day) == 2
    assert wide.take(limit=two_a_day) > 86_000
    wide.pass_s(86_500)
    assert wide.take(limit=two_a_day) == 0


def test_nobodys_work_leaves_a_fifth_of_the_day_for_people(wide):
    assert len(wide.run(1, {"limit": Limit(1000, 1000, 10), "priority": NOBODY}, step_s=0.05)[0]) == 8
    assert wide.granted(limit=Limit(1000, 1000, 10)) == 2


def test_accounts_and_operations_have_windows_of_their_own(desk):
    assert [desk.take(limit=XS, account=one) for one in "AB"] == [0, 0]
    assert desk.take(limit=XS, account="A") > 0
    assert desk.take("get_segments", limit=XS, account="A") == 0


def test_all_windows_or_none_are_taken(desk):
    desk.take(limit=XS)
    assert desk.granted(20, limit=XS) == 0
    assert desk.granted(name="get_segments") == MATON_PER_S - 1


@pytest.mark.parametrize(("tier", "minute"), [(XS, 15), (S, 60), (M, 150), (L, 600), (REPORT, 2)])
def test_no_fixed_window_of_the_other_side_is_ever_overrun_wherever_it_begins(client, tier, minute):
    """The real script against true fixed windows of unknown phase, both of Maton and of Klaviyo."""
    desk = Desk(client)
    desk.now += 31_437
    windows, refused, went = Windows(), 0, 0
    end = desk.now + 130_000
    while desk.now < end:
        wait = desk.take(limit=tier, priority=NOBODY)
        if wait == 0:
            went += 1
            refused += any(
                windows.take(name, sizes, desk.now / 1000)[0]
                for name, sizes in (("key", ((1, 10),)), ("operation", windows_of(tier)))
            )
        desk.pass_s(wait)
    assert refused == 0
    assert went >= 0.97 * minute * 130 / 60


def test_nobodys_work_spreads_itself_over_the_second(desk):
    [went] = desk.run(2, {"priority": NOBODY}, step_s=0.005)
    gaps = [later - earlier for earlier, later in pairwise(went)]
    assert len(went) >= 19
    assert min(gaps) > 0.08


@pytest.mark.parametrize(("tier", "minute", "every_s"), [(M, 150, 4), (L, 600, 4), (M, 150, 0.75)])
def test_a_person_soon_finds_room_beside_a_full_load_which_keeps_three_quarters(desk, tier, minute, every_s):
    desk.run(62, {"priority": NOBODY, "limit": tier}, step_s=0.05)
    waits, nobody, began = [], 0, desk.now
    settled = int(40 / every_s)  # until then the load falls back to its share
    turns = int(160 / every_s)
    for turn in range(turns):
        if turn == settled:
            nobody, began = 0, desk.now
        asked = desk.now
        while desk.take(limit=tier):
            nobody += desk.take(limit=tier, priority=NOBODY) == 0
            desk.pass_s(0.02)
        waits.append((desk.now - asked) / 1000)
        nobody += len(desk.run(every_s, {"priority": NOBODY, "limit": tier}, step_s=0.05)[0])
    assert sorted(waits)[int(0.95 * turns) - 1] <= 0.3
    left_by_people = minute * (desk.now - began) / 60_000 - (turns - settled)
    assert nobody >= 0.75 * left_by_people


def test_a_send_finds_room_beside_people(desk):
    desk.take(priority=SEND)
    assert desk.granted(priority=PERSON) == int(MATON_PER_S * 0.9) - 1
    assert desk.take(priority=SEND) == 0


def test_five_teams_get_a_fifth_each_however_many_workers_each_has(desk):
    askers = [{"priority": NOBODY, "team": team, "account": team} for team in "AAAAAAAABCDE"]
    went = desk.run(20, *askers, step_s=0.02)
    per_team = dict.fromkeys("ABCDE", 0)
    for asker, moments in zip(askers, went, strict=True):
        per_team[asker["team"]] += len(moments)
    assert sum(per_team.values()) >= 190
    assert all(0.18 <= count / sum(per_team.values()) <= 0.22 for count in per_team.values())


def test_a_team_alone_gets_all_and_one_that_comes_later_gets_no_arrears(desk):
    alone = {"priority": NOBODY, "team": "A", "account": "A"}
    [went] = desk.run(10, alone)
    assert len(went) >= 95
    first, second = desk.run(10, alone, {**alone, "team": "B", "account": "B"})
    assert abs(len(first) - len(second)) <= 3


def test_a_team_whose_own_windows_are_full_holds_nobody_up(desk):
    busy = {"priority": NOBODY, "team": "A", "account": "A", "limit": XS}
    _, other = desk.run(10, busy, {"priority": NOBODY, "team": "B", "account": "B"})
    assert len(other) >= 85


@pytest.mark.parametrize(("speaker", "whole_key"), [("klaviyo", False), ("maton", True)])
def test_a_429_bars_the_operation_or_the_whole_key_by_its_speaker(desk, speaker, whole_key):
    desk.budget.hold(desk.spend(), speaker=speaker, wait_s=5.0)
    assert 4.9 < desk.take() <= 5
    assert (desk.take("get_segments") > 4) is whole_key
    desk.pass_s(5)
    assert desk.take() == 0


def test_after_a_429_of_matons_the_second_is_longer_for_some_minutes(desk):
    def length() -> float:
        desk.pass_s(2)
        desk.granted()
        return desk.take()

    usual = length()
    for _ in range(2):
        desk.budget.hold(desk.spend(), speaker="maton", wait_s=1.0)
    assert length() == pytest.approx(usual + 0.02)
    desk.pass_s(210)
    assert length() == pytest.approx(usual + 0.01, abs=0.002)
    desk.pass_s(400)
    assert length() == usual


def test_a_second_429_never_shortens_the_wait_of_the_first(desk):
    desk.budget.hold(desk.spend(), speaker="klaviyo", wait_s=5.0)
    desk.budget.hold(desk.spend(), speaker="klaviyo", wait_s=1.0)
    assert desk.take() > 4.9


def test_our_own_wait_bars_nobody(desk):
    desk.budget.hold(desk.spend(), speaker="us", wait_s=5.0)
    assert desk.take() == 0


def test_calls_that_others_made_on_the_account_are_counted_until_their_window_ends(wide):
    tight = Limit(1000, 20)
    assert wide.granted(4, limit=tight) == 4
    wide.budget.learn(wide.spend(limit=tight), Told({1: 1000, 60: 20}, 60, left=3, ends=30), age_s=0.1)
    assert wide.granted(limit=tight) == 3
    wide.pass_s(30.1)
    assert wide.granted(limit=tight) == 13


def test_our_own_calls_are_not_taken_for_others(wide):
    tight = Limit(1000, 20)
    assert wide.granted(12, limit=tight) == 12
    wide.pass_s(0.4)
    wide.budget.learn(wide.spend(limit=tight), Told({1: 1000, 60: 20}, 60, left=8, ends=60), age_s=0.3)
    assert wide.granted(limit=tight) == 8


def test_after_redis_has_forgotten_all_the_headers_bring_the_count_back(client, wide):
    tight = Limit(1000, 20)
    assert wide.granted(19, limit=tight) == 19
    client.delete(*client.keys(f"budget:{{{wide.key}}}*"))
    assert wide.take(limit=tight) == 0
    wide.budget.learn(wide.spend(limit=tight), Told({1: 1000, 60: 20}, 60, left=0, ends=40), age_s=0.1)
    assert 39 < wide.take(limit=tight) <= 40


def test_a_limit_that_klaviyo_changed_is_obeyed_and_one_changed_back_too(wide):
    wide.budget.learn(wide.spend(limit=Limit(9, 30)), Told({1: 9, 60: 10}, 60, left=10, ends=60), age_s=0.1)
    assert wide.run(60, {"limit": Limit(9, 30)}, step_s=1)[0][-1] == 9
    wide.pass_s(61)
    wide.budget.learn(wide.spend(limit=Limit(9, 30)), Told({1: 9, 60: 30}, 60, left=30, ends=60), age_s=0.1)
    assert len(wide.run(60, {"limit": Limit(9, 30)}, step_s=1)[0]) == 30


def test_many_processes_at_once_get_no_more_than_the_whole(client):
    key, results = uuid.uuid4().hex, []

    def ask() -> None:
        own = redis.Redis.from_url(os.environ["REDIS_URL"])
        budget = SharedBudget(own, now_ms=lambda: 1_790_000_000_000)
        results.extend(budget.take(Spend(key, "A", "get_lists", WIDE), PERSON) for _ in range(10))
        own.close()

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert results.count(0) == MATON_PER_S


def test_redis_own_clock_counts_when_none_is_given(client):
    budget, spend = SharedBudget(client), Spend(uuid.uuid4().hex, "A", "get_lists", Limit(1, 15))
    assert budget.take(spend, PERSON) == 0
    assert 0.5 < budget.take(spend, PERSON) <= 1.3


def test_without_redis_each_process_keeps_to_a_small_share():
    now = [100.0]
    budget = SharedBudget.at(f"redis://127.0.0.1:{free_port()}/0")
    budget = SharedBudget(budget._client, clock=lambda: now[0])
    spend = Spend("k", "A", "get_lists", Limit(3, 16))
    waits = [budget.take(spend, PERSON) for _ in range(6)]
    assert waits.count(0) == PER_S
    assert 0 < waits[-1] <= 1
    now[0] += 1.1
    assert budget.take(spend, PERSON) == 0
    now[0] += 1.1
    assert budget.take(spend, PERSON) > 50  # an eighth of the minute's calls is spent
    budget.hold(Spend("k", "B", "get_lists", M), speaker="klaviyo", wait_s=9.0)
    assert budget.take(Spend("k", "B", "get_lists", M), PERSON) == 9.0


def test_a_429_seen_by_one_client_is_obeyed_by_another_process(serve, client_to, client):
    server = serve(reply(429, klaviyo_error(429, "throttled"), headers={"Retry-After": "20"}))
    account = uuid.uuid4().hex
    with pytest.raises(TooMany):
        client_to(server, budget=SharedBudget(client), expect_account=account).call("get_lists")
    before = server.connections
    with pytest.raises(TooMany) as caught:
        client_to(server, budget=SharedBudget(client), expect_account=account).call("get_lists")
    assert caught.value.speaker == "us"
    assert caught.value.wait_s > 15
    assert server.connections == before


def test_what_an_answer_tells_of_the_limits_is_obeyed_by_the_next_call(serve, client_to, client):
    headers = {"RateLimit-Limit": "750, 75;w=1, 750;w=60", "RateLimit-Remaining": "0", "RateLimit-Reset": "30"}
    server = serve(reply(200, {"data": []}, headers=headers))
    account = uuid.uuid4().hex
    client_to(server, budget=SharedBudget(client), expect_account=account).call("get_lists")
    with pytest.raises(TooMany) as caught:
        client_to(server, budget=SharedBudget(client), expect_account=account).call("get_lists")
    assert (caught.value.speaker, len(server.requests)) == ("us", 1)


def test_a_redis_that_hangs_costs_one_time_out_not_one_a_call(serve):
    budget = SharedBudget.at(serve(hang(5)).url.replace("http:", "redis:"))
    started = time.monotonic()
    for _ in range(5):
        budget.take(Spend("k", "A", "get_lists", WIDE), PERSON)
        budget.hold(Spend("k", "A", "get_lists", WIDE), speaker="klaviyo", wait_s=1.0)
    assert time.monotonic() - started < 2.5
