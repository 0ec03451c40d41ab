"""The two lines to Klaviyo that a send needs: one that may repeat and only reads, one that cannot repeat."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from klaviyo_app.accounts.clients import client_for, gateway_for
from klaviyo_app.accounts.models import Account
from klaviyo_app.gateway.client import Client
from klaviyo_app.gateway.once import Outcome, send_once
from klaviyo_app.sending.timing import Clock, Limits, database_clock, limits


@dataclass(frozen=True)
class Remote:
    """`client` reads; `post(body=..., before_first_byte=..., connect_s=..., total_s=...)` makes the one request."""

    client: Client
    post: Callable[..., Outcome]


RemoteFor = Callable[[Account], Remote]


def remote_for(account: Account) -> Remote:
    """The account's lines. Raises NotConnected."""
    client = client_for(account)
    return Remote(
        client=client,
        post=partial(
            send_once,
            gateway_for(account.team),
            str(account.connection_id),
            "send_campaign",
            expect_account=account.klaviyo_id,
        ),
    )


def send_job_body(campaign_id: str) -> dict[str, Any]:
    """The trigger; the schedule belongs to the campaign (klaviyo-api 3.6)."""
    return {"data": {"type": "campaign-send-job", "id": campaign_id}}


def _alive(_point: str) -> None:
    """Where tests kill the process; each commit and each look of the protocol has a name."""


@dataclass(frozen=True, slots=True)
class Means:
    """What the protocol works with. Tests hand in a clock, a remote, shorter limits, and a place to die."""

    clock: Clock = database_clock
    remote: RemoteFor = remote_for
    bounds: Limits = field(default_factory=limits)
    at: Callable[[str], None] = _alive
