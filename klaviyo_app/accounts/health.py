"""How an account's connection is, by our own measurement: ACTIVE at Maton does not mean working.

One cheap read (GET /api/accounts) an hour, sooner after trouble. A 500 of the gateway may be a dead authorisation or
the gateway itself: the control plane and the other accounts tell which (maton-gateway notes).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

from django.db.models import QuerySet
from django_scopes import scopes_disabled

from dashboard import audit
from klaviyo_app.accounts.clients import client_for, gateway_for
from klaviyo_app.accounts.facts import FACTS, account_of, probe
from klaviyo_app.accounts.models import Account, CallRecord, Health, MatonKey
from klaviyo_app.accounts.telling import tell_admins
from klaviyo_app.gateway.client import Client, Priority
from klaviyo_app.gateway.errors import (
    Forbidden,
    GatewayError,
    GrantRefused,
    KeyRefused,
    NotConnected,
    NotFound,
    TooMany,
    WrongAccount,
)
from klaviyo_app.gateway.maton import Maton

HOUR = timedelta(hours=1)
HOURLY_S = 3600
AFTER_FAILURE_S = (5, 30, 120)  # then every five minutes
LATER_S = 300
SLOW_MS = 5000
OTHERS_ASKED = 3
CERTAIN = (GrantRefused, NotConnected, NotFound, WrongAccount)
UNTELLING = (*CERTAIN, KeyRefused)  # say nothing about the gateway
IN_TROUBLE = (Health.GATEWAY_TROUBLE, Health.NEEDS_RECONNECTING)


def change(account: Account, health: Health, *, now: datetime, detail: str = "") -> None:
    """Write a new state with since when; a lasting failure is told to the admins as it begins."""
    # Conditional: of two heartbeats one tells, and none speaks of a connection that was replaced meanwhile.
    if account.health == health or not _rows(account).exclude(health=health).update(health=health, health_since=now):
        return
    told = tell_admins(account, health)
    _rows(account).update(health_detail={"words": detail[:300], "told": told})
    audit.record(
        team=account.team,
        actor=None,
        action="account.health_changed",
        target=account.name,
        account_id=account.pk,
        before={"health": account.health},
        after={"health": health, "detail": detail[:300]},
    )
    account.health, account.health_since = health, now


def _rows(account: Account) -> QuerySet[Account]:
    return Account.objects.filter(pk=account.pk, connection_id=account.connection_id)


def heartbeat(account: Account, *, now: Callable[[], datetime]) -> None:
    """Ask the account who it is, and decide its health. Never raises for a bad answer."""
    if not account.connected:
        return
    try:
        client = client_for(account, priority=Priority.BACKGROUND)
        answer = client.call("get_accounts")
        facts = account_of(answer)
    except TooMany as error:
        _later(account, now(), error.wait_s + 5)
        if error.speaker != "us" and account.health not in IN_TROUBLE:
            change(account, Health.SLOW, now=now(), detail=f"{error.sentence} {error.detail}")
    except GatewayError as error:
        _after_failure(account, error, now())
    else:
        rights = _rights(account, client, now())
        named = {name: facts[name] for name in FACTS}
        at = now()
        _rows(account).update(
            last_good_at=at, failures=0, rights=rights, served_revision=client.served_revision[:10], **named
        )
        _later(account, at, HOURLY_S)
        health, words = _good(rights, answer.ms)
        change(account, health, now=at, detail=words)


def _good(rights: dict[str, Any], ms: float) -> tuple[Health, str]:
    """Of an account that answered: what it may not do weighs more than how long it took."""
    refused = sorted(family for family, one in rights.items() if one.get("may") is False)
    if refused:
        return Health.RIGHTS_MISSING, ", ".join(refused)
    if ms > SLOW_MS:
        return Health.SLOW, f"{ms / 1000:.1f} s"
    return Health.WORKING, ""


def _rights(account: Account, client: Client, now: datetime) -> dict[str, Any]:
    """What the connection may read: as known, or learned anew where a 403 says that it may have changed."""
    known: dict[str, Any] = account.rights or {}
    refused = any(one.get("may") is not True for one in known.values())
    recent = CallRecord.objects.filter(account=account, error=Forbidden.__name__, at__gt=now - 2 * HOUR)
    return probe(client) if refused or not known or recent.exists() else known


def _later(account: Account, now: datetime, seconds: float) -> None:
    _rows(account).update(next_heartbeat_at=now + timedelta(seconds=seconds))


def _after_failure(account: Account, error: GatewayError, now: datetime) -> None:
    failures = account.failures + 1
    _rows(account).update(failures=failures)
    pause = AFTER_FAILURE_S[failures - 1] if failures <= len(AFTER_FAILURE_S) else LATER_S
    _later(account, now, pause)
    words = f"{error.sentence} {error.detail}"
    if isinstance(error, KeyRefused):
        MatonKey.objects.filter(team=account.team, refused_at=None).update(refused_at=now)
    if isinstance(error, Forbidden):
        change(account, Health.RIGHTS_MISSING, now=now, detail=words)
    elif isinstance(error, CERTAIN):
        change(account, Health.NEEDS_RECONNECTING, now=now, detail=words)
    elif failures >= len(AFTER_FAILURE_S):
        change(account, _whose_fault(account, error), now=now, detail=words)


def _whose_fault(account: Account, error: GatewayError) -> Health:
    """Control plane fine, another account fine and this one's calls a 500: its authorisation is dead."""
    if isinstance(error, KeyRefused):
        return Health.GATEWAY_TROUBLE
    try:
        Maton(gateway_for(account.team), priority=Priority.BACKGROUND).get(account.connection_id or "")
    except (NotFound, NotConnected):
        return Health.NEEDS_RECONNECTING
    except GatewayError:
        return Health.GATEWAY_TROUBLE
    if error.status != HTTPStatus.INTERNAL_SERVER_ERROR or error.speaker == "klaviyo":
        return Health.GATEWAY_TROUBLE
    return Health.NEEDS_RECONNECTING if _others_answer(account) is not False else Health.GATEWAY_TROUBLE


def _others_answer(account: Account) -> bool | None:
    """Whether any other account answers now; None where there is none to ask."""
    with scopes_disabled():
        working = Account.objects.exclude(pk=account.pk).exclude(connection_id=None)
        others = working.exclude(health=Health.NEEDS_RECONNECTING).select_related("team").order_by("-last_good_at")
        asked = False
        for other in others[:OTHERS_ASKED]:
            try:
                client_for(other).call("get_accounts")
            except (TooMany, Forbidden):
                return True  # somebody is there and speaks
            except UNTELLING:
                continue
            except GatewayError:
                asked = True
            else:
                return True
        return False if asked else None
