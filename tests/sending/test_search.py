"""The transition table, searched: no double send, nothing stuck, nothing falsely recorded; and each guard is needed."""

from __future__ import annotations

import time
from collections.abc import Iterable

import pytest

from klaviyo_app.sending import states as st
from klaviyo_app.sending.states import TABLE, Transition
from tests.sending.search import Result, search
from tests.sending.worlds import GUARD, Worker, World

ONE, TWO, THREE = (Worker(),), (Worker(),) * 2, (Worker(),) * 3

WORLDS = {
    "three workers, two crashes, the machine may repeat": World(workers=THREE, policy=True, crashes=2),
    "a worker freezes and wakes": World(workers=TWO, policy=True, crashes=1, freezes=1),
    "late requests without bound, a person decides": World(workers=TWO, bounded=False, crashes=1, humans=1),
    "a living worker loses its session": World(workers=TWO, cuts=1, humans=1),
    "approval, edits, pause, colleagues": World(
        state=st.REQUESTED, workers=ONE, due=False, large=True, edits=1, pauses=1, colleague=1, humans=1
    ),
    "a copied database": World(workers=ONE, foreign_home=True),
    "followed to the end": World(
        state=st.ACCEPTED,
        accepted=(1, 0, 0),
        truth="planned",
        visible=False,
        fence=1,
        workers=ONE,
        colleague=1,
        humans=1,
    ),
    "two clicks": World(state=st.APPROVED, workers=ONE, twin="maybe"),
}
MACHINE, FROZEN, LATE, CUT, PEOPLE, COPY, END, CLICKS = WORLDS
# Where a broken edge is looked for, the likeliest world first.
WHERE = {
    st.REQUESTED: (PEOPLE,),
    st.APPROVED: (CLICKS,),
    st.ARMED: (PEOPLE, COPY, MACHINE),
    st.IN_FLIGHT: (FROZEN,),
    st.UNKNOWN: (MACHINE, LATE),
    st.ACCEPTED: (END,),
    st.SENDING: (END,),
    st.NEEDS_HUMAN: (LATE, PEOPLE),
}
BY_GUARD = {"same_fence": (CUT,), "still_ours": (CUT,), "deadline_ahead": (FROZEN,), "not_paused": (PEOPLE,)}
# Second lines of defence (rule 1): alone, another line still holds; without both, it breaks.
SECOND_LINES = {
    (st.ARMED, "left", "lock_held"): (st.IN_FLIGHT, "first_byte", "still_ours"),
    (st.UNKNOWN, "not_accepted", "lock_held"): (st.IN_FLIGHT, "abandoned", "lock_held"),
    (st.UNKNOWN, "repeat", "lock_held"): (st.IN_FLIGHT, "abandoned", "lock_held"),
}
PAIRS = [(edge.state, edge.event, guard) for edge in TABLE for guard in edge.guards]


def without(*pairs: tuple[str, str, str]) -> list[Transition]:
    """The table with these guards removed."""
    return [
        edge._replace(guards=tuple(one for one in edge.guards if (edge.state, edge.event, one) not in pairs))
        for edge in TABLE
    ]


def first_bad(table: Iterable[Transition], worlds: Iterable[str]) -> Result:
    found = Result(0)
    for name in worlds:
        found = search(list(table), WORLDS[name], most=60_000, ends=False)
        if found.bad:
            break
    return found


@pytest.mark.parametrize("name", WORLDS)
def test_no_double_send_nothing_stuck_nothing_falsely_recorded(name):
    found = search(TABLE, WORLDS[name])
    assert not found.bad, (found.bad, found.path)


@pytest.mark.parametrize("pair", [one for one in PAIRS if one not in SECOND_LINES], ids=" ".join)
def test_without_this_guard_it_goes_wrong(pair):
    assert first_bad(without(pair), BY_GUARD.get(pair[2], WHERE[pair[0]])).bad


@pytest.mark.parametrize("pair", SECOND_LINES, ids=" ".join)
def test_without_this_guard_and_the_one_before_it_it_goes_wrong(pair):
    assert first_bad(without(pair, SECOND_LINES[pair]), (FROZEN, MACHINE)).bad


@pytest.mark.parametrize(
    ("edge", "world"),
    [
        ((st.IN_FLIGHT, "abandoned"), MACHINE),
        ((st.ARMED, "late"), COPY),
        ((st.IN_FLIGHT, "unclear"), FROZEN),
        ((st.SENDING, "sent"), END),
    ],
)
def test_without_an_edge_that_time_takes_something_is_stuck(edge, world):
    table = [one for one in TABLE if (one.state, one.event) != edge and one.event not in {"stopped", "unreadable"}]
    assert search(table, WORLDS[world]).bad == "stuck"


def test_every_guard_is_explained_and_searched():
    named = {guard for edge in TABLE for guard in edge.guards}
    assert named == set(st.GUARDS)
    assert named <= set(GUARD)


def test_every_live_state_has_a_way_out_and_no_final_one_has():
    ways = {edge.state for edge in TABLE if edge.to != edge.state}
    assert ways == set(st.LIVE)
    assert not ways & set(st.FINAL)


def test_an_event_leads_from_a_state_to_one_place_only():
    assert len({(edge.state, edge.event) for edge in TABLE}) == len(TABLE)


def test_the_whole_search_takes_seconds():
    began = time.process_time()
    search(TABLE, WORLDS[MACHINE])
    assert time.process_time() - began < 10
