"""The steps of an attempt: each a short transaction around at most one call. Safe to repeat, safe to kill.

Sources: maton-gateway notes: POST gives only the id; link and status come by GET; ACTIVE does not mean working.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django_scopes import scopes_disabled

from klaviyo_app.accounts.facts import probe, read_account
from klaviyo_app.accounts.models import Account
from klaviyo_app.connecting import states
from klaviyo_app.connecting.models import Attempt
from klaviyo_app.gateway.client import Client
from klaviyo_app.gateway.errors import (
    Forbidden,
    GatewayError,
    GrantRefused,
    KeyRefused,
    NotConnected,
    NotFound,
    OutcomeUnknown,
    TooMany,
    WrongAccount,
)
from klaviyo_app.gateway.maton import ACTIVE, FAILED, PENDING, Maton

LEASE = timedelta(seconds=90)
# How often Maton is asked, by how long the person has been away (Maton's own tool: 2 s, up to 5 min).
SCHEDULE = ((60, 2), (300, 5), (1800, 30))
GIVE_UP_S = 1800
TROUBLE_S = 300  # of failing calls until we say that the gateway is down
MOST_TRIES = 3  # POSTs of one attempt
MOST_STEPS = 8  # without a wait: three POSTs whose answers are lost, and the verdict
CLOCK_SKEW = timedelta(seconds=30)  # Maton's clock against ours
CLEAR_AGAIN = timedelta(minutes=5)
# A try that fails goes back and forth over these: since when it fails must survive them.
KEEP_TROUBLE = ("asking", "nothing_made")


@dataclass(frozen=True, slots=True)
class Means:
    """What a step works with; the clock and the ways out are passed in."""

    maton: Maton
    client_of: Callable[[str], Client]  # connection id -> client pinned to it
    now: Callable[[], datetime]


def claim(attempt_id: int, now: datetime) -> Attempt | None:
    """Take an attempt that nobody works on."""
    free = Q(lease_until=None) | Q(lease_until__lt=now)
    mine = Attempt.objects.filter(free, pk=attempt_id).update(lease_until=now + LEASE, fence=F("fence") + 1)
    return Attempt.objects.select_related("team", "account", "asked_by").get(pk=attempt_id) if mine else None


def release(attempt: Attempt) -> None:
    """Let others have it."""
    Attempt.objects.filter(pk=attempt.pk, fence=attempt.fence).update(lease_until=None)


def move(attempt: Attempt, event: str, *, now: datetime, **changes: object) -> bool:
    """One arrow of the table, by a conditional update. False where somebody else was first.

    Raises KeyError for an event that cannot happen here, IntegrityError for a connection that another attempt has.
    """
    state = states.after(attempt.state, event)
    where = Attempt.objects.filter(pk=attempt.pk, state=attempt.state, fence=attempt.fence)
    trouble = attempt.trouble_since if event in KEEP_TROUBLE else None
    values: dict[str, object] = {"state": state, "since": now, "trouble_since": trouble, "detail": "", **changes}
    # The sweep looks at what moves by itself and at what has something to be deleted.
    goes_on = state in states.MOVING or bool(values.get("leftover"))
    values.setdefault("next_look_at", now if goes_on else None)
    if attempt.adopted and state in states.ENDS and state != states.IN_USE:
        values["connection_id"] = None  # free to be chosen again
    if not where.update(**values):
        return False
    for name, value in values.items():
        setattr(attempt, name, value)
    return True


def advance(attempt: Attempt, means: Means) -> None:
    """Go on with a claimed attempt as far as it goes without waiting."""
    for _ in range(MOST_STEPS):
        before = attempt.state
        step = STEPS.get(before)
        if step is None:
            break
        try:
            step(attempt, means)
        except KeyRefused as error:
            move(attempt, "key_refused", now=means.now(), detail=error.detail[:500])
        except GatewayError as error:
            _trouble(attempt, error, means.now())
            break
        if attempt.state == before:
            break
    clear_leftover(attempt, means)


def _trouble(attempt: Attempt, error: GatewayError, now: datetime) -> None:
    since = attempt.trouble_since or now
    if (now - since).total_seconds() >= TROUBLE_S and attempt.state in states.MOVING:
        move(attempt, "gateway_down", now=now, detail=f"{error.sentence} {error.detail}"[:500])
        return
    words = f"{error.sentence} {error.detail}"[:500]
    pause = max(5.0, error.wait_s) if isinstance(error, TooMany) else 5.0
    later = now + timedelta(seconds=pause)
    Attempt.objects.filter(pk=attempt.pk, fence=attempt.fence).update(
        trouble_since=since, detail=words, next_look_at=later
    )
    attempt.trouble_since, attempt.detail, attempt.next_look_at = since, words, later


def ask(attempt: Attempt, means: Means) -> None:
    """Intended: commit that we ask, then ask once. A call that surely made nothing is asked again later."""
    now = means.now()
    if attempt.tries >= MOST_TRIES:
        move(attempt, "gateway_down", now=now, detail="Maton gave no link in three tries.")
        return
    if not move(attempt, "asking", now=now, asked_at=now, tries=attempt.tries + 1):
        return
    try:
        connection_id = means.maton.create()
    except OutcomeUnknown:
        return  # asked: the next step looks for it
    except KeyRefused:
        raise
    except GatewayError:
        # Refused, or never left: nothing was made.
        move(attempt, "nothing_made", now=means.now(), tries=attempt.tries - 1)
        raise
    if not _take(attempt, "made", connection_id, means.now()):
        _unwanted(attempt, connection_id, means.now())


def _take(attempt: Attempt, event: str, connection_id: str, now: datetime) -> bool:
    """The connection becomes this attempt's. False where somebody moved it meanwhile, or another attempt has it."""
    try:
        with transaction.atomic():
            return move(attempt, event, now=now, connection_id=connection_id)
    except IntegrityError:
        move(attempt, "nothing_made", now=now)
        return True


def _unwanted(attempt: Attempt, connection_id: str, now: datetime) -> None:
    """We made a connection and the attempt was cancelled, or gone on with by another worker, in the same moment."""
    row = Attempt.objects.filter(pk=attempt.pk).exclude(connection_id=connection_id)
    if row.filter(leftover="").update(leftover=connection_id, next_look_at=now):
        attempt.leftover = connection_id


def find(attempt: Attempt, means: Means) -> None:
    """Asked, and the answer was lost: exactly one new pending connection that nobody claims is ours; else ask anew."""
    asked_at = attempt.asked_at or attempt.created_at
    fresh = [
        one
        for one in means.maton.list()
        if one.status == PENDING and one.created_at is not None and one.created_at >= asked_at - CLOCK_SKEW
    ]
    claimed = set(
        Attempt.objects.filter(connection_id__in=[one.id for one in fresh]).values_list("connection_id", flat=True)
    )
    free = [one for one in fresh if one.id not in claimed]
    # Another attempt that has asked and stored nothing yet may be the one that it was made for.
    rivals = Attempt.objects.filter(state=states.ASKED).exclude(pk=attempt.pk).exists()
    if len(free) == 1 and not rivals:
        _take(attempt, "found", free[0].id, means.now())
    else:
        move(attempt, "nothing_made", now=means.now())


def look(attempt: Attempt, means: Means) -> None:
    """Waiting: what does Maton say?"""
    now = means.now()
    try:
        status = means.maton.get(attempt.connection_id or "").status
    except (NotFound, NotConnected):
        move(attempt, "gone", now=now, detail="The link is no longer known to Maton.", connection_id=None)
        return
    if status == ACTIVE:
        move(attempt, "active", now=now)
    elif status == FAILED:
        move(attempt, "refused", now=now, leftover=spare(attempt))
    elif attempt.state == states.WAITING:
        _wait(attempt, now)


def _wait(attempt: Attempt, now: datetime) -> None:
    waited = (now - attempt.since).total_seconds()
    if waited >= GIVE_UP_S:
        move(attempt, "late", now=now)
        return
    pause = next(seconds for until, seconds in SCHEDULE if waited < until)
    Attempt.objects.filter(pk=attempt.pk, fence=attempt.fence).update(
        next_look_at=now + timedelta(seconds=pause), trouble_since=None, detail=""
    )
    attempt.next_look_at = now + timedelta(seconds=pause)


def check(attempt: Attempt, means: Means) -> None:
    """Authorised: which account answers? A reconnection must reach the account that it is for."""
    client = means.client_of(attempt.connection_id or "")
    now = means.now()
    try:
        found = read_account(client)
    except Forbidden as error:
        move(attempt, "forbidden", now=now, detail=error.detail[:500], leftover=spare(attempt))
        return
    except (GrantRefused, NotConnected, NotFound) as error:
        move(attempt, "dead", now=now, detail=error.detail[:500], leftover=spare(attempt))
        return
    if attempt.account is not None and found["id"] != attempt.account.klaviyo_id:
        words = f"{found['name']} ({found['id']})"
        move(attempt, "other_account", now=now, detail=words[:500], leftover=spare(attempt))
        return
    facts = {**found, "rights": probe(client)}
    # A reconnection that reached its own account has nothing to ask: the sweep goes on if we die here.
    move(attempt, "answered", now=means.now(), found=facts, next_look_at=means.now() if attempt.account else None)


def spare(attempt: Attempt) -> str:
    """The connection that nobody needs when the attempt ends badly: only one that we made is ours to delete."""
    return "" if attempt.adopted else attempt.connection_id or ""


def clear_leftover(attempt: Attempt, means: Means) -> None:
    """Delete a connection that nobody uses any more; gone already counts as done."""
    leftover = attempt.leftover
    if not leftover:
        return
    try:
        _answers(attempt, means)
        if not _in_use(leftover):
            with suppress(NotFound, NotConnected):
                means.maton.delete(leftover)
    except GatewayError:
        put_off(attempt, means.now())
        return
    Attempt.objects.filter(pk=attempt.pk, leftover=leftover).update(leftover="")
    attempt.leftover = ""
    Attempt.objects.filter(pk=attempt.pk).exclude(state__in=states.MOVING).update(next_look_at=None)


def _answers(attempt: Attempt, means: Means) -> None:
    """The old connection goes only while the account answers on the one that it has now. Raises GatewayError."""
    if attempt.state != states.IN_USE or attempt.account_id is None:
        return
    with scopes_disabled():
        account = Account.objects.filter(pk=attempt.account_id).exclude(connection_id=None).first()
    if account is not None and read_account(means.client_of(account.connection_id or ""))["id"] != account.klaviyo_id:
        raise WrongAccount(speaker="us")


def put_off(attempt: Attempt, now: datetime) -> None:
    """The deletion did not go through: once more later."""
    Attempt.objects.filter(pk=attempt.pk).update(next_look_at=now + CLEAR_AGAIN)


def _in_use(connection_id: str) -> bool:
    """By an account, or by an attempt that has not ended."""
    with scopes_disabled():
        used = Account.objects.filter(connection_id=connection_id).exists()
        return used or Attempt.objects.filter(connection_id=connection_id, state__in=states.OPEN).exists()


STEPS: dict[str, Callable[[Attempt, Means], None]] = {
    states.INTENDED: ask,
    states.ASKED: find,
    states.WAITING: look,
    states.TIMED_OUT: look,
    states.AUTHORISED: check,
}
