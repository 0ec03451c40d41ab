"""A form that is posted twice."""

from __future__ import annotations

import threading

import pytest
from django.db import connection

from dashboard.teams.models import User
from klaviyo_app.pages.models import Receipt
from klaviyo_app.pages.once import once


class Work(list):
    """Counts how often it was done; says where it led."""

    def __call__(self) -> str:
        self.append("done")
        return f"/made/{len(self)}/"


def test_the_same_post_twice_does_its_work_once(asked) -> None:
    work, form = Work(), {"form_token": "t1", "name": "VIP"}
    answers = [once(asked(data=form, method="post"), work, fall_back="/") for _ in range(2)]
    assert [(one.status_code, one["Location"]) for one in answers] == [(303, "/made/1/")] * 2
    assert len(work) == 1


def test_a_form_that_was_changed_after_back_is_another_post(asked) -> None:
    work = Work()
    for name in ("VIP", "VIP 2"):
        once(asked(data={"form_token": "t1", "name": name}, method="post"), work, fall_back="/")
    assert len(work) == 2


def test_a_token_is_good_for_one_person_and_one_address(asked, alice: User) -> None:
    work, form = Work(), {"form_token": "t1"}
    once(asked("/x/", form, method="post"), work, fall_back="/")
    once(asked("/y/", form, method="post"), work, fall_back="/")
    once(asked("/x/", form, method="post", user=alice), work, fall_back="/")
    assert len(work) == 3


def test_a_post_that_failed_can_be_sent_again(asked) -> None:
    form = {"form_token": "t1"}

    def fail() -> str:
        raise LookupError

    with pytest.raises(LookupError):
        once(asked(data=form, method="post"), fail, fall_back="/")
    assert not Receipt.objects.exists()
    work = Work()
    once(asked(data=form, method="post"), work, fall_back="/")
    assert len(work) == 1


def test_htmx_is_led_on_by_its_own_header(asked) -> None:
    request = asked(data={"form_token": "t1"}, method="post", **{"HX-Request": "true"})
    answer = once(request, Work(), fall_back="/")
    assert (answer.status_code, answer["HX-Redirect"]) == (200, "/made/1/")


@pytest.mark.django_db(transaction=True)
def test_a_double_click_waits_for_the_first_and_is_led_to_its_end(asked) -> None:
    begun, go, work, second = threading.Event(), threading.Event(), Work(), []

    def slow() -> str:
        begun.set()
        go.wait(5)
        return work()

    def first_click() -> None:
        once(asked(data={"form_token": "t1"}, method="post"), slow, fall_back="/")
        connection.close()

    def second_click() -> None:
        second.append(once(asked(data={"form_token": "t1"}, method="post"), work, fall_back="/"))
        connection.close()

    clicks = [threading.Thread(target=first_click), threading.Thread(target=second_click)]
    clicks[0].start()
    begun.wait(5)
    clicks[1].start()
    go.set()
    for click in clicks:
        click.join(8)
    assert (len(work), second[0]["Location"]) == (1, "/made/1/")
