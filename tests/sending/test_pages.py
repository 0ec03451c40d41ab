"""The pages of a send: ask, follow, list, decide; as parts, the way htmx asks for them."""

from __future__ import annotations

import re
from datetime import UTC, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from django_scopes import scopes_disabled

from klaviyo_app.accounts.models import Account
from klaviyo_app.sending import states
from klaviyo_app.sending.models import SendIntent
from klaviyo_app.sending.policy import policy_of
from tests.sending.pretend_klaviyo import ACCOUNT, Shop, serve

pytestmark = pytest.mark.django_db
PART = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def shop(settings):
    found = Shop(kind="accepted", read_failures=0, lag=(0, 0))
    server = serve(found)
    settings.MATON_GATEWAY_URL = f"http://127.0.0.1:{server.server_address[1]}"
    settings.MATON_API_KEY = "key"
    yield found
    server.shutdown()
    server.server_close()


@pytest.fixture
def account(team):
    with scopes_disabled():
        return Account.objects.create(team=team, klaviyo_id=ACCOUNT, name="Shop", connection_id="conn-1")


def url(name, account, **more):
    return reverse(name, kwargs={"account_id": account.pk, **more})


def ask(browser, account):
    """Opens the page and presses Send."""
    where = url("send", account, campaign_id="C1")
    page = browser.get(where, **PART).content.decode()
    seen = re.search(r'name="seen" value="(\w+)"', page).group(1)
    return browser.post(where, {"seen": seen, "latest_hours": "4", "approver": "asker"})


def intents():
    with scopes_disabled():
        return list(SendIntent.objects.all())


def test_the_page_shows_subject_audience_and_estimate(client_of, paul, account, shop):
    page = client_of(paul).get(url("send", account, campaign_id="C1"), **PART).content.decode()
    assert "Subject C1 0" in page
    assert "120" in page
    assert "L1" in page


@pytest.mark.parametrize(("hours", "warned"), [(13, True), (15, False)])
def test_the_question_says_that_some_would_get_nothing_and_tells_the_hour_as_everybodys_own(
    client_of, paul, account, shop, hours, warned
):
    at = (timezone.now() + timedelta(hours=hours)).astimezone(UTC).replace(second=0, microsecond=0)
    shop.strategies["C1"] = {
        "method": "static",
        "datetime": at.isoformat(),
        "options": {"is_local": True, "send_past_recipients_immediately": False},
    }
    page = client_of(paul).get(url("send", account, campaign_id="C1"), **PART).content.decode()
    assert ("people there get nothing" in page) is warned
    assert f"{at:%H:%M} in each person" in page


def test_pressing_send_makes_one_armed_send_and_leads_to_its_page(client_of, paul, account, shop):
    answer = ask(client_of(paul), account)
    (intent,) = intents()
    assert (answer.status_code, intent.state) == (303, states.ARMED)
    assert answer["Location"] == url("send-status", account, send_id=intent.pk)


def test_pressing_send_twice_makes_one_send(client_of, paul, account, shop):
    browser = client_of(paul)
    where = url("send", account, campaign_id="C1")
    seen = re.search(r'name="seen" value="(\w+)"', browser.get(where, **PART).content.decode()).group(1)
    for _click in range(2):
        browser.post(where, {"seen": seen, "latest_hours": "4", "approver": "asker"}, **PART)
    assert len(intents()) == 1


def test_a_page_that_is_out_of_date_sends_nothing(client_of, paul, account, shop):
    browser = client_of(paul)
    where = url("send", account, campaign_id="C1")
    seen = re.search(r'name="seen" value="(\w+)"', browser.get(where, **PART).content.decode()).group(1)
    shop.versions["C1"] = 1
    answer = browser.post(where, {"seen": seen, "latest_hours": "4", "approver": "asker"}, **PART)
    assert (answer.status_code, intents()) == (409, [])


def test_who_meant_to_ask_does_not_send_when_the_count_has_fallen_meanwhile(client_of, paul, account, shop):
    browser, where = client_of(paul), url("send", account, campaign_id="C1")
    shop.estimate = None
    page = browser.get(where, **PART).content.decode()
    assert "Ask for approval" in page
    shop.estimate = 12
    form = dict(re.findall(r'name="(seen|approver)" value="(\w+)"', page))
    answer = browser.post(where, {**form, "latest_hours": "24"}, **PART)
    said = answer.content.decode()
    assert (answer.status_code, intents()) == (409, [])
    assert "The number of recipients has changed" in said
    assert 'value="24" selected' in said


@pytest.mark.parametrize("name", ["bob", "vera"])
def test_who_is_no_publisher_cannot_ask(client_of, account, shop, name, request):
    person = request.getfixturevalue(name)
    assert client_of(person).get(url("send", account, campaign_id="C1"), **PART).status_code == 403


def test_a_stranger_finds_nothing(client_of, charlie, account, shop):
    assert client_of(charlie).get(url("sends", account), **PART).status_code == 404


def test_every_page_of_a_send_opens(client_of, alice, paul, account, shop):
    ask(client_of(paul), account)
    (intent,) = intents()
    with scopes_disabled():
        SendIntent.objects.update(state=states.NEEDS_HUMAN, reason="not_accepted")
    browser = client_of(alice)
    for name in ("send-status", "send-decide", "send-approve"):
        assert browser.get(url(name, account, send_id=intent.pk), **PART).status_code == 200, name
    for name in ("sends", "send-rules"):
        assert browser.get(url(name, account), **PART).status_code == 200, name
    assert browser.get(url("send-panel", account, campaign_id="C1"), **PART).status_code == 200


def test_the_page_asks_again_only_while_the_send_moves(client_of, paul, account, shop):
    browser = client_of(paul)
    ask(browser, account)
    (intent,) = intents()
    where = url("send-status", account, send_id=intent.pk)
    assert "hx-trigger" in browser.get(where, **PART).content.decode()
    with scopes_disabled():
        SendIntent.objects.update(state=states.SENT)
    assert "hx-trigger" not in browser.get(where, **PART).content.decode()


def test_the_rendered_mail_can_do_nothing(client_of, paul, account, shop):
    answer = client_of(paul).get(url("send-mail", account, campaign_id="C1"))
    policy = answer["Content-Security-Policy"]
    assert "sandbox" in policy
    assert "default-src 'none'" in policy
    assert "script-src 'none'" in policy
    assert answer["X-Frame-Options"] == "SAMEORIGIN"


def test_giving_up_ends_it(client_of, paul, account, shop):
    browser = client_of(paul)
    ask(browser, account)
    (intent,) = intents()
    with scopes_disabled():
        SendIntent.objects.update(state=states.NEEDS_HUMAN, reason="not_accepted")
    browser.post(url("send-decide", account, send_id=intent.pk), {"decision": "gave_up"}, **PART)
    assert intents()[0].state == states.CANCELLED


def test_a_publisher_pauses_and_a_viewer_cannot(client_of, paul, vera, account, shop):
    where = url("send-rules", account)
    assert client_of(vera).post(where, {"act": "pause"}).status_code == 403
    assert client_of(paul).post(where, {"act": "pause", "reason": "stop"}).status_code == 303


def test_a_paused_send_says_by_whom_it_is_held_until_when_and_where_to_resume(client_of, paul, vera, account, shop):
    ask(client_of(paul), account)
    (intent,) = intents()
    client_of(paul).post(url("send-rules", account), {"act": "pause", "reason": "the shop is closed"})
    where = url("send-status", account, send_id=intent.pk)
    said = client_of(paul).get(where, **PART).content.decode()
    for words in (f"paused by {paul}", "the shop is closed", "nothing of it has left", "Resume sending"):
        assert words in said, words
    assert url("send-rules", account) in said
    assert "It leaves by itself at its time" not in said
    assert "A publisher or an admin resumes it here" in client_of(vera).get(where, **PART).content.decode()
    for page in (url("sends", account), url("send-panel", account, campaign_id="C1")):
        assert f"paused by {paul}" in client_of(paul).get(page, **PART).content.decode()


def test_an_installation_that_is_paused_says_who_can_resume_it(client_of, paul, account, shop, settings):
    settings.SENDS_PAUSED = True
    ask(client_of(paul), account)
    said = client_of(paul).get(url("send-status", account, send_id=intents()[0].pk), **PART).content.decode()
    assert "Whoever runs the installation resumes it" in said
    assert "Resume sending" not in said


def test_a_pause_holds_however_long_its_reason_is(client_of, paul, account, shop):
    client_of(paul).post(url("send-rules", account), {"act": "pause", "reason": "x" * 400})
    with scopes_disabled():
        assert policy_of(account.team_id).paused


@pytest.fixture
def undecided(client_of, paul, account, shop):
    ask(client_of(paul), account)
    evidence = {"status": "Draft", "job": "none", "read_at": "2026-07-15T10:00:00+00:00", "digest": "not for people"}
    with scopes_disabled():
        SendIntent.objects.update(state=states.NEEDS_HUMAN, reason="not_accepted", evidence=evidence)
    return intents()[0]


def test_who_decides_reads_the_evidence_and_what_each_choice_means(client_of, paul, account, shop, undecided):
    said = client_of(paul).get(url("send-decide", account, send_id=undecided.pk)).content.decode()
    for words in ("there is none", "Klaviyo shows a draft and no send job", "Subject C1", "people get the mail twice"):
        assert words in said, words
    assert "not for people" not in said
    shop.status["C1"] = "Sending"
    said = client_of(paul).get(url("send-decide", account, send_id=undecided.pk)).content.decode()
    assert "Klaviyo shows that it has this send" in said


def test_who_decides_to_send_again_sends_what_the_page_showed_or_nothing(client_of, paul, account, shop, undecided):
    browser, where = client_of(paul), url("send-decide", account, send_id=undecided.pk)
    seen = re.search(r'name="seen" value="(\w+)"', browser.get(where, **PART).content.decode()).group(1)
    shop.versions["C1"] = 1
    form = {"decision": "again", "typed_name": undecided.campaign_name, "seen": seen}
    answer = browser.post(where, form, **PART)
    assert (answer.status_code, intents()[0].state) == (409, states.NEEDS_HUMAN)
    assert "was changed since this page was loaded" in answer.content.decode()
    seen = re.search(r'name="seen" value="(\w+)"', answer.content.decode()).group(1)
    assert browser.post(where, {**form, "seen": seen}).status_code == 303
    assert (intents()[0].state, intents()[0].generation) == (states.ARMED, 2)


def test_giving_up_needs_no_word_from_klaviyo(client_of, paul, account, shop, undecided, settings):
    settings.MATON_GATEWAY_URL = "http://127.0.0.1:9"
    browser, where = client_of(paul), url("send-decide", account, send_id=undecided.pk)
    page = browser.get(where, **PART)
    assert (page.status_code, "What we saw then" in page.content.decode()) == (200, True)
    browser.post(where, {"decision": "gave_up"}, **PART)
    assert intents()[0].state == states.CANCELLED


def test_who_approves_sees_when_it_leaves_to_whom_not_and_that_the_number_is_not_known(
    client_of, alice, paul, account, shop
):
    shop.estimate = None
    browser, where = client_of(paul), url("send", account, campaign_id="C1")
    seen = re.search(r'name="seen" value="(\w+)"', browser.get(where, **PART).content.decode()).group(1)
    browser.post(where, {"seen": seen, "latest_hours": "4", "approver": "another", "undo": "on"})
    (intent,) = intents()
    page = client_of(alice).get(url("send-approve", account, send_id=intent.pk), **PART).content.decode()
    for words in ("Preview text", "Not to", "not known", "Five minutes after it has left here"):
        assert words in page


def test_where_nothing_was_sent_yet_the_page_leads_to_the_campaigns_and_a_filter_to_all(client_of, paul, account):
    page = client_of(paul).get(url("sends", account), **PART).content.decode()
    assert f'class="btn btn-primary" href="{url("campaigns", account)}"' in page
    page = client_of(paul).get(url("sends", account), {"state": "live"}, **PART).content.decode()
    assert f'class="btn" href="{url("sends", account)}"' in page
