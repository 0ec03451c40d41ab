"""Forms and questions: what goes wrong is shown, and what was typed stays."""

from __future__ import annotations

from html import unescape
from typing import Any

import pytest
from django import forms
from django.http import HttpResponse

from klaviyo_app.gateway.errors import Conflict, FieldError, Forbidden, GatewayError, Invalid, TooMany, Upstream
from klaviyo_app.pages import confirming, editing
from klaviyo_app.pages.changed import ChangedMeanwhile

CONTEXT = {"title": "Edit", "button": "Save", "back": "/back/", "seen": "old-print"}


class NameForm(forms.Form):
    name = forms.CharField(max_length=20)
    process = forms.ChoiceField(choices=[("s", "Single"), ("d", "Double")], required=False)


def post(asked, error: Exception | None = None, **data: str) -> tuple[HttpResponse, list[Any]]:
    saved: list[Any] = []
    request = asked("/edit/", {"name": "Typed name", "process": "d", **data}, method="post")
    form = NameForm(request.POST)

    def save() -> str:
        if error:
            raise error
        saved.append(form.cleaned_data)
        return "row"

    answer = editing(
        request,
        template="pages/form.html",
        form=form,
        save=save,
        done=lambda row: f"/{row}/",
        context=CONTEXT,
        fields={"opt_in_process": "process"},
        shown_of=lambda live: {"name": live["name"], "process": live["process"]},
    )
    return answer, saved


def words(answer: HttpResponse) -> str:
    return " ".join(answer.content.decode().split())


def test_a_form_is_shown_with_a_fresh_token(asked) -> None:
    shown = [
        words(editing(asked(), template="pages/form.html", form=NameForm(), save=str, done=str, context=CONTEXT))
        for _ in range(2)
    ]
    assert 'name="form_token"' in shown[0]
    assert shown[0] != shown[1]


def test_a_saved_form_leads_on_by_303(asked) -> None:
    answer, saved = post(asked)
    assert (answer.status_code, answer["Location"], len(saved)) == (303, "/row/", 1)


def test_a_bad_form_is_not_saved_and_keeps_what_was_typed(asked) -> None:
    answer, saved = post(asked, name="x" * 30)
    assert (answer.status_code, saved) == (422, [])
    assert f'value="{"x" * 30}"' in words(answer)


@pytest.mark.parametrize(
    ("pointer", "field"),
    [("/data/attributes/name", "name"), ("/data/attributes/opt_in_process", "process"), ("name", "name")],
)
def test_klaviyos_complaint_stands_beside_its_field(asked, pointer: str, field: str) -> None:
    error = Invalid("no", fields=(FieldError(pointer, "", "invalid", "Klaviyo <says> no"),))
    answer, _ = post(asked, error)
    page = words(answer)
    assert answer.status_code == 422
    assert f'id="id_{field}_error"><div>Klaviyo &lt;says&gt; no</div>' in page
    assert 'value="Typed name"' in page


def test_a_complaint_about_nothing_of_the_form_stands_above_it(asked) -> None:
    answer, _ = post(asked, Invalid("no", fields=(FieldError("/data/id", "", "invalid", "Bad id"),)))
    assert "<div>Bad id</div>" in words(answer)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (Upstream(status=503, request_id="req-7"), 502),
        (Forbidden("lists:write", request_id="req-7"), 403),
        (TooMany(wait_s=3, request_id="req-7"), 503),
        (Conflict("there already", request_id="req-7"), 409),
    ],
)
def test_a_failed_call_says_what_to_do_and_loses_nothing(asked, error: GatewayError, status: int) -> None:
    answer, _ = post(asked, error)
    page = unescape(words(answer))
    assert answer.status_code == status
    assert all(text in page for text in (error.sentence, error.next_step, "req-7", 'value="Typed name"'))


def test_a_change_meanwhile_shows_both_and_saving_again_overwrites(asked) -> None:
    live = {"name": "Their name", "process": "s"}
    answer, _ = post(asked, ChangedMeanwhile(live, "new-print"))
    page = words(answer)
    assert answer.status_code == 409
    assert all(text in page for text in ("Typed name", "Their name", "Double", "Single"))
    assert 'name="seen" value="new-print"' in page
    assert 'href="/edit/"' in page


def ask(asked, act=str, method: str = "get") -> HttpResponse:
    context = {"title": "Delete", "question": "Really?", "consequences": ["It is <b>gone</b>"], "button": "Yes"}
    return confirming(asked(method=method), act=act, done=lambda _: "/on/", context={**context, "back": "/back/"})


def test_a_question_does_nothing(asked) -> None:
    def act() -> None:
        raise AssertionError

    page = words(ask(asked, act))
    assert "It is &lt;b&gt;gone&lt;/b&gt;" in page
    assert 'href="/back/"' in page


def test_a_confirmed_question_acts_and_leads_on(asked) -> None:
    assert ask(asked, method="post")["Location"] == "/on/"


def test_an_act_that_klaviyo_refuses_is_shown_on_the_question(asked) -> None:
    def act() -> None:
        raise Forbidden("not yours")

    answer = ask(asked, act, "post")
    assert answer.status_code == 403
    assert "not yours" in words(answer)
