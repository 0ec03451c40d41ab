from __future__ import annotations

from collections.abc import Callable

import pytest
import structlog
from django.test import Client

from dashboard.audit import record
from dashboard.audit.models import AppendOnly, Entry
from dashboard.crypto import Secret
from dashboard.teams.models import Team, User
from klaviyo_app.accounts.models import Health

Browser = Callable[..., Client]
PAGE = "/t/northlight/audit/"


@pytest.fixture
def line(team: Team, alice: User) -> Entry:
    record(team=team, actor=alice, action="list.renamed", target="Newsletter", before={"name": "News"})
    return Entry.objects.get()


@pytest.mark.parametrize(
    "change",
    [
        lambda _: Entry.objects.update(target="x"),
        lambda line: Entry.objects.filter(pk=line.pk).delete(),
        lambda _: Entry.objects.all().delete(),
        lambda line: Entry.objects.bulk_update([line], ["target"]),
        lambda line: line.delete(),
        lambda line: line.save(),
        lambda _: Entry._base_manager.update(target="x"),
        lambda line: line.team.entry_set.update(target="x"),
    ],
)
def test_a_line_is_never_changed_or_deleted(line: Entry, change: Callable[[Entry], object]) -> None:
    with pytest.raises(AppendOnly):
        change(line)
    assert Entry.objects.get().target == "Newsletter"


@pytest.mark.parametrize("whose", ["team", "actor"])
def test_whatever_has_a_history_is_not_deleted(line: Entry, whose: str) -> None:
    from django.db.models import ProtectedError

    with pytest.raises(ProtectedError):
        getattr(line, whose).delete()


def test_secrets_do_not_get_in(team: Team, alice: User) -> None:
    after = {"password": "p1", "access_token": "p2", "deep": [{"Secret": "p3"}], "key": Secret("p4"), "name": "News"}
    record(team=team, actor=alice, action="x", target="y", after=after)
    kept = Entry.objects.get().after
    assert kept["name"] == "News"
    assert not {"p1", "p2", "p3", "p4"} & set(str(kept).replace("'", " ").split())


def test_a_choice_is_kept_as_its_value_and_not_hidden(team: Team, alice: User) -> None:
    record(team=team, actor=alice, action="account.health_changed", target="Shop", after={"health": Health.SLOW})
    assert Entry.objects.get().after == {"health": "slow"}


def test_a_very_long_text_is_cut(team: Team, alice: User) -> None:
    record(team=team, actor=alice, action="x", target="y" * 999, after={"html": "h" * 100_000})
    assert len(str(Entry.objects.get().after)) < 3_000


def test_a_line_names_the_request(team: Team, alice: User) -> None:
    with structlog.contextvars.bound_contextvars(request_id="f" * 32):
        record(team=team, actor=alice, action="x", target="y")
    assert Entry.objects.get().request_id == "f" * 32


def test_an_admin_reads_who_changed_what(line: Entry, client_of: Browser, alice: User) -> None:
    page = client_of(alice).get(PAGE).content.decode()
    assert all(word in page for word in ("Alice", "List renamed", "Newsletter", "News"))


def test_hostile_names_are_only_text(team: Team, alice: User, client_of: Browser) -> None:
    bad = "<script>alert(1)</script>"
    record(team=team, actor=alice, action="x", target=bad, before={bad: bad}, after={"n": f"a\n{bad}"})
    assert bad not in client_of(alice).get(PAGE).content.decode()


def test_another_teams_lines_are_not_shown(other_team: Team, charlie: User, alice: User, client_of: Browser) -> None:
    record(team=other_team, actor=charlie, action="list.renamed", target="Charlies list")
    assert "Charlies list" not in client_of(alice).get(PAGE).content.decode()


def test_the_trail_narrows_to_a_word_and_a_person(
    line: Entry, team: Team, bob: User, alice: User, client_of: Browser
) -> None:
    record(team=team, actor=bob, action="coupon.created", target="SUMMER")
    browser = client_of(alice)
    assert "SUMMER" not in browser.get(PAGE, {"words": "renamed"}).content.decode()
    assert "Newsletter" in browser.get(PAGE, {"words": "List renamed"}).content.decode()
    assert "SUMMER" in browser.get(PAGE, {"words": "coupon.cre"}).content.decode()
    page = browser.get(PAGE, {"person": bob.pk}).content.decode()
    assert "SUMMER" in page
    assert "Newsletter" not in page


def test_every_line_is_on_exactly_one_page(team: Team, alice: User, client_of: Browser) -> None:
    for number in range(120):
        record(team=team, actor=alice, action="x", target=f"thing-{number:03}")
    browser, address, seen = client_of(alice), PAGE, []
    while address:
        page = browser.get(address).content.decode()
        seen += [part[:3] for part in page.split("<td>thing-")[1:]]
        older = page.partition('href="?')[2].partition('"')[0]
        address = f"{PAGE}?{older.replace('&amp;', '&')}" if older else ""
    assert seen == [f"{number:03}" for number in reversed(range(120))]


def test_the_trail_is_read_as_words_and_not_as_code(team: Team, alice: User, client_of: Browser) -> None:
    after = {"included": ["Friends", "Readers"], "opt_in_process": "double", "starred": True, "excluded": []}
    record(team=team, actor=alice, action="list.created", target="News", after=after)
    page = client_of(alice).get(PAGE).content.decode()
    for words in ("Included: Friends, Readers", "Opt in process: double", "Starred: yes", "Excluded: –"):
        assert f"<ins>{words}</ins>" in page
