"""Each error that a call can end in: the sandbox provokes it over HTTP, and a page says the right words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from html import unescape
from typing import Any, NamedTuple

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from dashboard.teams.models import User
from klaviyo_app.accounts.clients import client_for
from klaviyo_app.accounts.models import Account, MatonKey
from klaviyo_app.gateway import errors
from klaviyo_app.gateway.errors import GatewayError
from klaviyo_app.pages.problems import gateway_errors
from tests.environment import free_port
from tests.sandbox_server import World

pytestmark = pytest.mark.django_db
EUROPE = '{"condition_groups": [{"conditions": [{"type": "profile-region", "in_region": true, "region": "atlantis"}]}]}'


class Case(NamedTuple):
    """`provoke` brings it about; the page is then got, or posted with what is typed.

    `said` are Klaviyo's own words. Those about a field (`beside`) stand beside it, in place of ours.
    """

    error: type[GatewayError]
    provoke: Callable[[World, Account, Any], object]
    status: int
    path: str = "lists/{list}/people/"
    typed: dict[str, str] | None = None
    said: str = ""
    beside: bool = False


def fault(operation: str, kind: str, **more: Any) -> Callable[[World, Account, Any], object]:
    return lambda world, _account, _settings: world.fault(operation, kind, times=20, **more)


def mode(name: str) -> Callable[[World, Account, Any], object]:
    return lambda world, _account, _settings: world.mode(name)


def another_key(_world: World, account: Account, _settings: Any) -> None:
    own = MatonKey.objects.get(team=account.team)
    own.key = "mtn_of_nobody"
    own.save()


def another_account(_world: World, account: Account, _settings: Any) -> None:
    account.klaviyo_id = "XyZ123"
    account.save()


def nobody_listens(_world: World, _account: Account, settings: Any) -> None:
    settings.MATON_GATEWAY_URL = f"http://127.0.0.1:{free_port()}"


def the_list_goes(world: World, _account: Account, _settings: Any) -> None:
    (one,) = world.call("GET", "lists")["data"]
    assert world.ask("DELETE", f"lists/{one['id']}").ok


def a_coupon_is_there(world: World, _account: Account, _settings: Any) -> None:
    attributes = {"external_id": "TEN", "description": "Ten"}
    world.call("POST", "coupons", {"data": {"type": "coupon", "attributes": attributes}})


def an_old_revision(world: World, _account: Account, settings: Any) -> None:
    world.settings(oldest_revision="2024-10-15")
    settings.KLAVIYO_REVISION = "2024-10-15"


MEMBERS = "get_profiles_for_list"
NEW_LIST = {"name": "Friends", "opt_in_process": "single_opt_in"}
TEN = {"external_id": "TEN", "description": ""}
LOST = {"name": "Lost", "definition": EUROPE}
CASES = (
    Case(errors.NotConnected, mode("forgotten"), 502),
    Case(errors.KeyRefused, another_key, 502),
    Case(errors.GrantRefused, fault(MEMBERS, "401"), 502, said="Incorrect authentication credentials."),
    Case(errors.Forbidden, mode("lack-scope:profiles:read"), 403, said="profiles:read"),
    Case(errors.NotFound, the_list_goes, 404),
    Case(errors.TooMany, fault(MEMBERS, "429", seconds=60), 503),
    Case(errors.RevisionRetired, fault(MEMBERS, "410"), 502, said="This revision is retired."),
    Case(errors.Upstream, fault(MEMBERS, "redirect"), 502),
    Case(errors.Unreachable, nobody_listens, 502),
    Case(errors.WrongAccount, another_account, 502),
    Case(
        errors.Conflict,
        a_coupon_is_there,
        409,
        "coupons/new/",
        TEN,
        "A coupon with external_id TEN exists already.",
        beside=True,
    ),
    Case(errors.Invalid, lambda *_: None, 422, "segments/new/", LOST, "'atlantis' is not", beside=True),
    Case(errors.OutcomeUnknown, fault("create_list", "reset-after"), 502, "lists/new/", NEW_LIST, "Friends"),
)


def every_error(one: type[GatewayError] = GatewayError) -> Iterator[type[GatewayError]]:
    for kind in one.__subclasses__():
        yield kind
        yield from every_error(kind)


@pytest.fixture
def kept_list(world: World, account: Account, read: Any) -> str:
    made = world.call("POST", "lists", {"data": {"type": "list", "attributes": {"name": "Readers"}}})["data"]["id"]
    read("list")
    return str(made)


@pytest.mark.parametrize("case", CASES, ids=lambda one: one.error.__name__)
def test_a_page_says_what_happened_and_what_to_do(
    world: World, account: Account, kept_list: str, settings: Any, browse: Any, case: Case
) -> None:
    case.provoke(world, account, settings)
    answer = browse(case.path.format(list=kept_list), case.typed)
    page = unescape(answer.content.decode())
    assert answer.status_code == case.status
    assert (case.error.sentence in page, case.error.next_step in page) == (not case.beside, not case.beside)
    assert case.said in page


def test_what_the_revision_does_not_have_is_said_before_anything_is_sent(
    world: World, account: Account, settings: Any, rf: RequestFactory, bob: User
) -> None:
    """No page offers it at that revision; whoever gets there all the same reads this."""
    an_old_revision(world, account, settings)
    client = client_for(account)
    client.call("get_lists")  # tells which revision is served
    with pytest.raises(errors.NotOffered) as raised:
        client.call("create_flow", body={"data": {"type": "flow"}})
    request = rf.get("/")
    request.user = bob
    page = gateway_errors(HttpResponse).process_exception(request, raised.value)
    assert page is not None
    assert errors.NotOffered.sentence in unescape(page.content.decode())
    assert errors.NotOffered.next_step in unescape(page.content.decode())
    assert world.count("create_flow") == 0


def test_every_error_has_its_case_and_its_own_words() -> None:
    kinds = list(every_error())
    assert {case.error for case in CASES} | {errors.NotOffered} == set(kinds)
    assert len({kind.sentence for kind in kinds}) == len(kinds)
