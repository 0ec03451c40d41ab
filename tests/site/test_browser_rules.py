"""Headers, cookies, cross-site requests, redirects, hosts, error pages."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

import pytest
from django.apps import apps
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from dashboard.access import ACCESS, Right
from dashboard.teams.models import User
from tests.cast import PASSWORD
from tests.site.urls_of_all import ALL, Route

Browser = Callable[..., Client]
OWN = [route for route in ALL if route.module.startswith(("dashboard", "allauth"))]
FOREIGN = [
    prefix + host + tail
    for prefix in (
        "//",
        "///",
        "////",
        "\\\\",
        "/\\",
        "\\/",
        "/\t/",
        "/\n/",
        "\t//",
        " //",
        "http://",
        "https:",
        "hTTp://",
        "ftp://",
    )
    for host in ("evil.example", "localhost@evil.example")
    for tail in ("", "/t/northlight/")
] + [
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    " javascript:alert(1)",
    "data:text/html,x",
    "vbscript:x",
    "mailto:a@evil.example",
    "evil.example",
    "//evil。example",
    "http:///evil.example",
    "/\x00/evil.example",
    "//testserver@evil.example",
    "http://testserver.evil.example/",
]


def policy(response: HttpResponse) -> dict[str, str]:
    parts = (part.strip().partition(" ") for part in response["Content-Security-Policy"].split(";"))
    return {name: value for name, _, value in parts}


def holds(response: HttpResponse) -> None:
    rules = policy(response)
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == rules["style-src"] == "'self'"
    assert rules["base-uri"] == rules["object-src"] == rules["frame-ancestors"] == "'none'"
    assert rules["form-action"].split()[0] == "'self'"
    assert "unsafe" not in response["Content-Security-Policy"]
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"
    assert response["Referrer-Policy"] == "same-origin"
    assert "camera=()" in response["Permissions-Policy"]
    assert "no-store" in response["Cache-Control"]
    assert {"HX-Request", "Cookie"} <= {part.strip() for part in response["Vary"].split(",")}
    assert len(response["X-Request-Id"]) == 32


@pytest.mark.parametrize("route", OWN, ids=lambda route: route.name)
def test_every_page_of_the_site_carries_the_headers(route: Route, client_of: Browser, alice: User) -> None:
    holds(client_of(alice).get(route.path(slug="northlight")))


def test_a_page_that_does_not_exist_carries_the_headers(client: Client, db: None) -> None:
    answer = client.get("/nothing/here/")
    assert answer.status_code == 404
    holds(answer)


@pytest.fixture
def broken(settings, monkeypatch) -> str:
    """The address of a page that fails."""

    def fail(_request: HttpRequest) -> HttpResponse:
        raise RuntimeError("the-secret-of-the-traceback")

    module = ModuleType("broken_urls")
    module.urlpatterns = [path("broken/", fail, name="broken")]
    module.handler500 = "dashboard.errors.server_error"
    settings.ROOT_URLCONF = module
    monkeypatch.setitem(ACCESS, "broken", Right.PUBLIC)
    return "/broken/"


def test_a_failing_page_carries_the_headers_and_a_number_and_no_details(broken: str) -> None:
    answer = Client(raise_request_exception=False).get(broken)
    assert answer.status_code == 500
    holds(answer)
    assert answer["X-Request-Id"] in answer.content.decode()
    assert "the-secret" not in answer.content.decode()


@pytest.mark.django_db
def test_no_own_page_changes_anything_by_being_looked_at(client_of: Browser, alice: User, vera: User) -> None:
    browser = client_of(alice)
    browser.get("/")  # the session notes once when it was seen

    def counts() -> dict[str, int]:
        return {
            model._meta.label: model._base_manager.count()
            for model in apps.get_models()
            if model._meta.app_label != "klaviyo_app"
        }

    before = counts()
    for route in OWN:
        browser.get(route.path(slug="northlight"))
    assert counts() == before


def test_cookies_are_closed_to_scripts_and_other_sites(client: Client, alice: User) -> None:
    client.get("/login/")
    client.post("/login/", {"login": "alice@example.com", "password": PASSWORD})
    assert {name: (c["httponly"], c["samesite"]) for name, c in client.cookies.items()} == {
        "session": (True, "Lax"),
        "csrf": (True, "Lax"),
    }


def test_a_write_without_the_token_is_refused(client_of: Browser, alice: User) -> None:
    answer = client_of(alice, strict=True).post("/me/", {"name": "x", "time_zone": "UTC", "theme": "auto"})
    assert answer.status_code == 403
    holds(answer)


def test_a_write_that_another_site_sent_is_refused(client_of: Browser, alice: User) -> None:
    form = {"name": "x", "time_zone": "UTC", "theme": "auto"}
    assert client_of(alice).post("/me/", form, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


def test_a_link_from_another_site_opens(client_of: Browser, alice: User) -> None:
    assert client_of(alice).get("/me/", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200


@pytest.mark.parametrize("wish", FOREIGN)
def test_the_log_in_leads_to_own_pages_only(wish: str, client_of: Browser, alice: User) -> None:
    # Whoever is logged in already is sent on at once, by the same rule as after the log-in.
    assert client_of(alice).get("/login/", {"next": wish})["Location"] == "/"


def test_the_log_in_leads_back_to_where_one_wanted_to_go(client: Client, alice: User) -> None:
    asked = client.get("/t/northlight/members/?x=1")["Location"]
    assert asked == "/login/?next=/t/northlight/members/%3Fx%3D1"
    form = {"login": "alice@example.com", "password": PASSWORD, "next": "/t/northlight/members/?x=1"}
    assert client.post("/login/", form)["Location"] == "/t/northlight/members/?x=1"


def test_an_unknown_host_is_refused(client: Client, db: None) -> None:
    answer = client.get("/login/", headers={"host": "evil.example"})
    assert answer.status_code == 400
    assert "evil.example" not in answer.content.decode()


def test_a_session_left_alone_for_an_hour_ends(client_of: Browser, alice: User, time_machine) -> None:
    time_machine.move_to("2026-05-05T08:00:00Z", tick=False)
    browser = client_of(alice)
    browser.get("/me/")
    time_machine.move_to("2026-05-05T08:59:00Z", tick=False)
    assert browser.get("/me/").status_code == 200
    time_machine.move_to("2026-05-05T10:00:00Z", tick=False)
    assert browser.get("/me/").status_code == 302


def test_a_session_in_use_ends_after_twelve_hours(client_of: Browser, alice: User, time_machine) -> None:
    time_machine.move_to("2026-05-05T08:00:00Z", tick=False)
    browser = client_of(alice)
    for hour in range(8, 20):
        time_machine.move_to(f"2026-05-05T{hour:02}:30:00Z", tick=False)
        assert browser.get("/me/").status_code == 200
    time_machine.move_to("2026-05-05T20:31:00Z", tick=False)
    assert browser.get("/me/").status_code == 302
