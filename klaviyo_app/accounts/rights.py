"""The two decorators of all pages: they find the team or the account through the member and open its scope."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.http import Http404, HttpRequest, HttpResponse
from django_scopes import scope, scopes_disabled

from dashboard.teams.admission import admit, team_page
from klaviyo_app.accounts.models import Account

P = ParamSpec("P")

__all__ = ["account_page", "team_page"]


def _can_be_an_id(value: Any) -> bool:
    """Whether a part of an address can name something at Klaviyo: no control characters, no way to another path."""
    return not isinstance(value, str) or (value.isprintable() and value not in {".", ".."})


def account_page(
    view: Callable[Concatenate[HttpRequest, Account, P], HttpResponse],
) -> Callable[..., HttpResponse]:
    """A page below /a/<account_id>/: the view gets (request, account, ...); account.team is loaded."""

    @wraps(view)
    def page(request: HttpRequest, account_id: int, *args: Any, **kwargs: Any) -> HttpResponse:
        with scopes_disabled():
            account = Account.objects.select_related("team").filter(pk=account_id).first()
        if account is None or not all(map(_can_be_an_id, kwargs.values())):
            raise Http404
        admit(request, team=account.team)
        request.account = account  # type: ignore[attr-defined]
        with scope(team=account.team, account=account):
            return view(request, account, *args, **kwargs)

    return page
