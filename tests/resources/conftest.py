"""An account of the team's that is connected to a Klaviyo account of the sandbox, over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from dashboard.teams.models import User
from klaviyo_app.accounts.models import Account
from klaviyo_app.mirror.sync import mirrored, read_kind

Browse = Callable[..., Any]


@pytest.fixture
def read(account: Account) -> Callable[[str], None]:
    """read("list"): the mirror reads a kind."""

    def reading(kind: str) -> None:
        assert read_kind(account, mirrored()[kind])

    return reading


@pytest.fixture
def browse(account: Account, bob: User, client_of: Callable[..., Client]) -> Browse:
    """browse("lists/") gets, browse("lists/new/", {...}) posts a page of the account's, as bob or as `user`."""

    def go(path: str, data: dict[str, Any] | None = None, *, user: User = bob, htmx: bool = False) -> Any:
        headers = {"HX-Request": "true"} if htmx else {}
        address = path if path.startswith("/") else f"/a/{account.pk}/{path}"
        browser = client_of(user)
        return browser.get(address, headers=headers) if data is None else browser.post(address, data, headers=headers)

    return go
