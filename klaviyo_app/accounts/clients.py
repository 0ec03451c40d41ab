"""The client for an account: every data call names its connection, by construction."""

from __future__ import annotations

from functools import lru_cache

from django.conf import settings

from dashboard.teams.models import Team
from klaviyo_app.accounts.calls import RecordedClient
from klaviyo_app.accounts.models import Account, MatonKey
from klaviyo_app.gateway.budget import SharedBudget
from klaviyo_app.gateway.client import Client, Gateway, Priority
from klaviyo_app.gateway.errors import KeyRefused, NotConnected


def gateway_for(team: Team) -> Gateway:
    """The gateway with the team's own Maton key, else with the site's. Raises KeyRefused where there is none."""
    own = MatonKey.objects.filter(team=team).first()
    key = str(own.key) if own is not None else settings.MATON_API_KEY
    if not key:
        raise KeyRefused("No Maton key is set for this team or this site.", speaker="us")
    return gateway_of(key)


def gateway_of(key: str) -> Gateway:
    """One gateway a process and key: it owns the pooled connections."""
    return _gateway(key, settings.MATON_GATEWAY_URL, settings.MATON_CONTROL_URL, settings.KLAVIYO_REVISION)


@lru_cache(maxsize=256)
def _gateway(key: str, gateway_url: str, control_url: str, revision: str) -> Gateway:
    return Gateway(gateway_url, control_url, key, revision, budget=_budget(settings.REDIS_PY_URL))


@lru_cache(maxsize=1)
def _budget(redis_url: str) -> SharedBudget:
    return SharedBudget.at(redis_url)


def client_for(account: Account, *, priority: Priority = Priority.PERSON) -> Client:
    """A client pinned to the account's connection; an answer of another account raises. Raises NotConnected."""
    if not account.connection_id:
        raise NotConnected(speaker="us")
    gateway = gateway_for(account.team)
    client = RecordedClient(
        gateway,
        account.connection_id,
        expect_account=account.klaviyo_id,
        priority=priority,
        team=str(account.team_id),
    )
    client.account = account
    return client
