"""An account of a team's and rows of the mirror, made by hand: for tests that need no Klaviyo."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from django_scopes import scope

from dashboard.teams.models import Team
from klaviyo_app.accounts.models import Account
from klaviyo_app.mirror.absorb import absorb_many
from klaviyo_app.resources.lists.models import KlaviyoList

NOW = datetime(2026, 8, 1, 12, 0, tzinfo=UTC)


def make_account(team: Team, klaviyo_id: str = "NthLgt", *, connection_id: str | None = "conn-1") -> Account:
    """A connected account called after its id."""
    return Account.objects.create(
        team=team, klaviyo_id=klaviyo_id, name=f"Shop {klaviyo_id}", connection_id=connection_id
    )


@contextmanager
def inside(account: Account) -> Iterator[Account]:
    """The scope of an account, as a page or a task opens it."""
    with scope(team=account.team, account=account):
        yield account


def a_list(number: int, name: str, **attributes: Any) -> dict[str, Any]:
    """A list as Klaviyo gives it; the higher the number, the later it was changed."""
    updated = (NOW + timedelta(minutes=number)).isoformat()
    known = {"name": name, "created": NOW.isoformat(), "updated": updated, "opt_in_process": "double_opt_in"}
    return {"type": "list", "id": f"L{number:05}", "attributes": {**known, **attributes}}


def fill(account: Account, names: list[str]) -> None:
    """Lists of these names into the mirror, L00000 on."""
    absorb_many(KlaviyoList, account, [a_list(number, name) for number, name in enumerate(names)], now=NOW)
