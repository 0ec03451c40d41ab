from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.messages.storage.cookie import CookieStorage
from django.http import HttpRequest
from django.test import RequestFactory
from django_htmx.middleware import HtmxDetails
from django_scopes import scopes_disabled

from dashboard.teams.models import Team, User
from klaviyo_app.accounts.models import Account
from tests.shop import inside, make_account

Asked = Callable[..., HttpRequest]


@pytest.fixture
def shop(team: Team) -> Iterator[Account]:
    with scopes_disabled():
        account = make_account(team)
    with inside(account):
        yield account


@pytest.fixture
def asked(bob: User) -> Asked:
    """asked("/x/", {...}, method="post", htmx=True) -> a request of bob's, as the middleware hands it on."""

    def make(path: str = "/x/", data: Any = None, *, method: str = "get", user: User = bob, **headers: str):
        made = getattr(RequestFactory(), method)(path, data or {}, headers=headers)
        made.user = user
        made.LANGUAGE_CODE = "en"
        made.htmx = HtmxDetails(made)
        made._messages = CookieStorage(made)
        return made

    return make
