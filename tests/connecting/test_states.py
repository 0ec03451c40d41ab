"""The table of a connect attempt, searched: every state leads to an end, no event leads out of one, all have words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from klaviyo_app.connecting import states
from klaviyo_app.connecting.protocol import STEPS
from klaviyo_app.connecting.words import WORDS

STATES = sorted({states.INTENDED, *states.TABLE.values(), *(state for state, _ in states.TABLE)})
events = st.lists(st.sampled_from(sorted({event for _, event in states.TABLE})), max_size=30)


def walk(start: str, tried: list[str]) -> str:
    """Where the events lead; one that cannot happen in a state does not happen."""
    now = start
    for event in tried:
        now = states.TABLE.get((now, event), now)
    return now


def ends_within_reach(start: str) -> set[str]:
    seen, todo = {start}, [start]
    while todo:
        here = todo.pop()
        for (state, _event), after in states.TABLE.items():
            if state == here and after not in seen:
                seen.add(after)
                todo.append(after)
    return seen & set(states.ENDS)


@given(events)
def test_wherever_events_lead_a_connected_account_or_a_cancel_is_still_within_reach(tried: list[str]) -> None:
    now = walk(states.INTENDED, tried)
    assert now in states.ENDS or {states.IN_USE, states.CANCELLED} <= ends_within_reach(now)


@given(st.sampled_from(states.ENDS), events)
def test_no_event_leads_out_of_an_end(end: str, tried: list[str]) -> None:
    assert walk(end, tried) == end


@given(events)
def test_an_account_is_used_only_after_it_was_checked(tried: list[str]) -> None:
    before = [walk(states.INTENDED, tried[:n]) for n in range(len(tried) + 1)]
    assert states.IN_USE not in before or states.CHECKED in before[: before.index(states.IN_USE)]


@pytest.mark.parametrize("state", STATES)
def test_every_state_is_open_or_an_end_and_has_a_sentence_and_a_next_step(state: str) -> None:
    assert (state in states.OPEN) != (state in states.ENDS)
    assert all(str(words).strip() for words in WORDS[state])


@pytest.mark.parametrize("state", states.OPEN)
def test_a_person_can_stop_an_attempt_that_has_not_ended(state: str) -> None:
    event = "declined" if state == states.CHECKED else "cancelled"
    assert states.after(state, event) == states.CANCELLED


@pytest.mark.parametrize("state", STEPS)
def test_a_refused_key_is_known_wherever_maton_is_called(state: str) -> None:
    assert states.after(state, "key_refused") == states.KEY_REFUSED


@pytest.mark.parametrize("state", states.MOVING)
def test_every_state_that_moves_by_itself_has_a_step(state: str) -> None:
    assert state in STEPS


def test_an_event_that_cannot_happen_is_an_error() -> None:
    with pytest.raises(KeyError):
        states.after(states.IN_USE, "cancelled")
