"""Bookkeeping of calls that are made anyway, so that the connection's health is known between two heartbeats."""

from __future__ import annotations

from datetime import datetime, timedelta

from klaviyo_app.accounts.models import Account, Health
from klaviyo_app.gateway.errors import (
    Forbidden,
    GatewayError,
    GrantRefused,
    KeyRefused,
    NotConnected,
    Upstream,
    WrongAccount,
)

SOON_S = 5
A_WHILE_S = 60  # until the rights are read again: a person's click that is forbidden is no emergency
SELDOM = timedelta(seconds=30)  # a good call is written down at most so often


def note(account: Account, error: GatewayError | None, *, now: datetime, served: str = "") -> None:
    """A good call says so; one that the gateway failed brings the next heartbeat forward, which then decides.

    `served`: the revision that Klaviyo named on a good call, which may be another than the one asked for.
    """
    rows = Account.objects.filter(pk=account.pk)
    if served and served != account.served_revision:
        rows.update(served_revision=served[:10])
        account.served_revision = served[:10]
    if error is None:
        if account.last_good_at is None or now - account.last_good_at > SELDOM:
            rows.update(last_good_at=now)
            account.last_good_at = now
        if account.health in (Health.GATEWAY_TROUBLE, Health.NEEDS_RECONNECTING):
            rows.update(next_heartbeat_at=now)
    elif isinstance(error, Upstream | GrantRefused | NotConnected | WrongAccount | KeyRefused | Forbidden):
        soon = now + timedelta(seconds=A_WHILE_S if isinstance(error, Forbidden) else SOON_S)
        rows.filter(next_heartbeat_at__gt=soon).update(next_heartbeat_at=soon)
