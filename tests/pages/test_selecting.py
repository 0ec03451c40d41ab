"""Bulk acts on what was shown."""

from __future__ import annotations

from collections.abc import Sequence

import django_filters
import pytest
from django.contrib.messages.storage.cookie import CookieStorage
from django.http import Http404

from dashboard.access import Right
from klaviyo_app.accounts.models import Account
from klaviyo_app.mirror.absorb import absorb_many
from klaviyo_app.pages import MirrorRows, Verb, ask_bulk, do_bulk, selecting
from klaviyo_app.resources.lists.models import KlaviyoList
from tests.shop import NOW, a_list, fill, make_account

VERB = Verb("delete", "Delete", Right.EDIT, "/bulk/")


class Filter(django_filters.FilterSet):
    process = django_filters.CharFilter(field_name="opt_in_process")

    class Meta:
        model = KlaviyoList
        fields: tuple[str, ...] = ()


@pytest.fixture
def freeze(asked, shop: Account):
    def post(**data: object) -> tuple[list[str], str]:
        kept: list[str] = []

        def store(ids: Sequence[str], _sentence: str) -> int:
            kept.extend(ids)
            return 5

        request = asked("/bulk/", data, method="post")
        request._messages = CookieStorage(request)
        answer = ask_bulk(
            request,
            rows=MirrorRows(KlaviyoList.objects.filter(account=shop), values=("name",)),
            freeze=store,
            question_url=lambda pk: f"/question/{pk}/",
            back="/back/",
            filters=Filter,
        )
        return sorted(kept), answer["Location"]

    return post


def test_ticked_rows_are_frozen(shop: Account, freeze) -> None:
    fill(shop, ["a", "b", "c"])
    assert freeze(ids=["L00000", "L00002"]) == (["L00000", "L00002"], "/question/5/")


def test_a_tick_of_another_account_is_not_frozen(shop: Account, freeze) -> None:
    other = make_account(shop.team, "Other", connection_id="conn-2")
    KlaviyoList.objects.create(account=other, klaviyo_id="X1", created_at=NOW, updated_at=NOW, seen_at=NOW)
    assert freeze(ids=["X1"]) == ([], "/back/")


def test_all_that_match_means_search_and_filters_of_the_table(shop: Account, freeze) -> None:
    absorb_many(
        KlaviyoList,
        shop,
        [
            a_list(1, "VIP one"),
            a_list(2, "VIP two", opt_in_process="single_opt_in"),
            a_list(3, "Other"),
        ],
        now=NOW,
    )
    assert freeze(all="1", match="q=vip&process=double_opt_in")[0] == ["L00001"]
    assert len(freeze(all="1", match="")[0]) == 3


def test_nothing_ticked_leads_back(shop: Account, freeze) -> None:
    fill(shop, ["a"])
    assert freeze() == ([], "/back/")


def test_more_than_the_most_are_refused(shop: Account, freeze, monkeypatch) -> None:
    monkeypatch.setattr(selecting, "MOST", 2)
    fill(shop, ["a", "b", "c"])
    assert freeze(all="1") == ([], "/back/")


CONTEXT = {"title": "Delete", "question": "Delete 12 lists?", "button": "Delete them", "back": "/back/"}


def test_the_question_shows_count_and_a_sample_and_does_nothing(asked) -> None:
    names = [f"list {n}" for n in range(12)]
    page = do_bulk(asked(), verb=VERB, names=names, count=12, plan=lambda: 1 / 0, context=CONTEXT).content.decode()
    assert "list 9" in page
    assert "list 10" not in page
    assert "and 2 more" in page


def test_the_answer_plans_once_and_leads_to_the_job(asked) -> None:
    planned: list[int] = []

    def plan() -> str:
        planned.append(1)
        return "/jobs/1/"

    answers = [
        do_bulk(
            asked(data={"form_token": "t"}, method="post"), verb=VERB, names=["a"], count=1, plan=plan, context=CONTEXT
        )
        for _ in range(2)
    ]
    assert [one["Location"] for one in answers] == ["/jobs/1/"] * 2
    assert planned == [1]


def test_an_empty_selection_is_not_there(asked) -> None:
    with pytest.raises(Http404):
        do_bulk(asked(), verb=VERB, names=[], count=0, plan=str, context=CONTEXT)
