"""POST /connections has no idempotency key: what is taken, what is left alone and what is asked again."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone
from django_scopes import scopes_disabled

from dashboard.teams.models import Team, User
from klaviyo_app.connecting import protocol, services, states
from klaviyo_app.connecting.models import Attempt
from tests.connecting.rig import Maton, Person, attempt, pass_time, sweep

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("fault", ["reset-after", "truncated", "malformed", "empty", "500-after"])
def test_a_lost_answer_takes_exactly_the_one_that_was_made(maton: Maton, admin: Person, fault: str) -> None:
    maton.fault("create_connection", fault)
    answer = admin.press_connect()
    made = set(maton.connections()) - {maton.theirs}
    assert made == {attempt().connection_id}
    assert "session_token" in answer["Location"]


def test_an_old_pending_one_of_another_tool_is_not_taken(maton: Maton, admin: Person) -> None:
    maton.advance(-120)
    other = maton.make()
    maton.advance(120)
    maton.fault("create_connection", "reset-before")
    admin.press_connect()
    assert attempt().connection_id not in {None, other, maton.theirs}


def test_of_several_pending_ones_none_is_taken_and_none_is_touched(maton: Maton, admin: Person) -> None:
    strangers = {maton.make(), maton.make()}
    maton.fault("create_connection", "reset-after")
    admin.press_connect()
    assert attempt().connection_id not in strangers
    assert maton.world.count("create_connection") == 4
    admin.press("cancel")
    assert strangers <= set(maton.connections())


def test_a_call_that_never_arrived_is_made_once_more(maton: Maton, admin: Person) -> None:
    maton.fault("create_connection", "reset-before")
    admin.press_connect()
    assert set(maton.connections()) == {maton.theirs, attempt().connection_id}
    assert attempt().state == states.WAITING


def test_what_another_attempt_may_have_asked_for_is_not_taken(maton: Maton, admin: Person) -> None:
    rival = services.begin(_team(), by=_alice())
    with scopes_disabled():
        Attempt.objects.filter(pk=rival.pk).update(state=states.ASKED, asked_at=timezone.now())
    theirs = maton.make()  # the rival's: its answer is on the way
    maton.fault("create_connection", "reset-before")
    admin.press_connect()
    assert attempt().connection_id not in {None, theirs}


def test_after_three_lost_answers_a_person_decides(maton: Maton, admin: Person) -> None:
    maton.fault("create_connection", "503", times=3)
    assert admin.press_connect()["Location"] == admin.here()
    assert attempt().state == states.GATEWAY_DOWN
    assert "does not answer" in admin.page()
    admin.press("look")
    assert attempt().state == states.WAITING


def test_a_connection_that_is_made_while_its_attempt_is_cancelled_is_deleted(maton: Maton, admin: Person) -> None:
    begun = services.begin(_team(), by=_alice())
    means = services.means_for(_team())
    with scopes_disabled():
        claimed = protocol.claim(begun.pk, timezone.now())
    assert claimed is not None
    create = means.maton.create

    def cancelled_meanwhile() -> str:
        made = create()
        services.cancel(begun, by=_alice())
        return made

    with scopes_disabled():
        means.maton.create = cancelled_meanwhile  # type: ignore[method-assign]
        protocol.advance(claimed, means)
    assert attempt().state == states.CANCELLED
    assert set(maton.connections()) == {maton.theirs}


def test_a_slow_worker_whose_lease_ran_out_changes_nothing_any_more(maton: Maton, admin: Person) -> None:
    begun = services.begin(_team(), by=_alice())
    with scopes_disabled():
        slow = protocol.claim(begun.pk, timezone.now())
        assert protocol.claim(begun.pk, timezone.now()) is None
        pass_time(91)
        quick = protocol.claim(begun.pk, timezone.now())
        assert slow is not None
        assert quick is not None
        assert not protocol.move(slow, "cancelled", now=timezone.now())
        protocol.release(slow)
        assert protocol.claim(begun.pk, timezone.now()) is None  # it was not his to give back


@pytest.mark.parametrize("fault", ["429-maton", "redirect", "html", "503"])
def test_trouble_while_waiting_ends_by_itself_when_it_is_over(maton: Maton, admin: Person, fault: str) -> None:
    maton.consent(admin.press_connect()["Location"])
    maton.fault("get_connection", fault, times=50)
    sweep()
    assert attempt().state == states.WAITING
    maton.well()
    sweep()
    assert attempt().state == states.CHECKED


def test_trouble_that_lasts_is_called_the_gateways(maton: Maton, admin: Person) -> None:
    maton.fault("create_connection", "429-maton", times=50)
    admin.press_connect()
    pass_time(301)
    sweep()
    assert attempt().state == states.GATEWAY_DOWN
    maton.well()
    admin.press("look")
    assert attempt().state == states.WAITING


def test_a_gateway_that_is_down_is_named_and_can_be_left(maton: Maton, admin: Person, settings: Any) -> None:
    settings.MATON_CONTROL_URL = "http://127.0.0.1:9"
    admin.press_connect()
    pass_time(301)
    sweep()
    assert attempt().state == states.GATEWAY_DOWN
    admin.press("cancel")
    assert attempt().state == states.CANCELLED


def _team() -> Team:
    return Team.objects.get(slug="northlight")


def _alice() -> User:
    return User.objects.get(email="alice@example.com")
