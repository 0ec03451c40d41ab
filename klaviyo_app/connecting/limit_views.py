"""How often Klaviyo and Maton may be asked for an account, and how much of that is spent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import redis
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from klaviyo_app.accounts.clients import gateway_for
from klaviyo_app.accounts.models import Account
from klaviyo_app.accounts.rights import account_page
from klaviyo_app.gateway.budget import MATON_PER_S, SharedBudget, Spend, Use
from klaviyo_app.gateway.catalogue import OPERATIONS
from klaviyo_app.gateway.catalogue.operation import Limit
from klaviyo_app.gateway.errors import GatewayError
from klaviyo_app.pages.showing import show


@dataclass(frozen=True, slots=True)
class Line:
    """An operation: calls spent and allowed in a second, a minute and a day (None: no such limit); today's in UTC."""

    operation: str
    windows: tuple[tuple[int, int | None], ...]
    barred_s: float
    today: int

    @property
    def tight(self) -> bool:
        """Whether a window is used to four fifths, or calls are barred."""
        return self.barred_s > 0 or any(most and used >= 0.8 * most for used, most in self.windows[1:])


@require_GET
@account_page
def limits(request: HttpRequest, account: Account) -> HttpResponse:
    """The budgets of the account's operations that were spent lately or today, and all that have a day's limit."""
    context: dict[str, Any] = {"lines": [], "maton": None, "away": False, "problem": None, "per_s": MATON_PER_S}
    try:
        gateway = gateway_for(account.team)
        if isinstance(gateway.budget, SharedBudget):
            whole, *uses = gateway.budget.used(list(_spends(gateway.key_id, account)))
            context |= {"maton": whole, "lines": sorted(_lines(uses), key=lambda one: (not one.tight, one.operation))}
    except redis.RedisError:
        context["away"] = True
    except GatewayError as error:
        context["problem"] = error
    return show(request, "accounts/limits.html", context)


def _spends(key_id: str, account: Account) -> Iterator[Spend]:
    """Maton's own first, then one for each of Klaviyo's operations."""
    yield Spend(key_id, "", None, Limit(MATON_PER_S, MATON_PER_S * 60))
    for name, operation in OPERATIONS.items():
        if not operation.control:
            yield Spend(key_id, account.klaviyo_id, name, operation.limit)


def _lines(uses: list[Use]) -> Iterator[Line]:
    for use in uses:
        limit = use.spend.limit
        if not any(use.calls.values()) and limit.daily is None and not use.barred_s and not use.today:
            continue
        allowed = (limit.burst, limit.steady, limit.daily)
        windows = tuple(zip((use.calls[1], use.calls[60], use.calls[86_400]), allowed, strict=True))
        yield Line(use.spend.operation or "", windows, use.barred_s, use.today)
