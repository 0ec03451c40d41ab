"""How a send leaves: at most one request on the wire, and the lock in hand from the first look to the last commit.

Reliability notes, section 3. Clock, remote and limits are parameters. Nothing here depends on Celery or Redis.
"""

from __future__ import annotations

import os
import socket
import time
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import DatabaseError, close_old_connections, transaction
from django.db.models import F
from django_scopes import scope, scopes_disabled

from klaviyo_app.gateway.errors import GatewayError
from klaviyo_app.gateway.once import Outcome, OutcomeKind
from klaviyo_app.sending import follow, installation, preflight, states
from klaviyo_app.sending.locks import Lock, campaign_lock
from klaviyo_app.sending.models import SendAttempt, SendIntent
from klaviyo_app.sending.moves import move, stay
from klaviyo_app.sending.policy import policy_of
from klaviyo_app.sending.remote import Means, Remote, send_job_body
from klaviyo_app.sending.timing import Clock, Limits, database_clock

log = structlog.get_logger("sending")


class Beaten(Exception):
    """Immediately before the first byte it turned out that this attempt may not send."""


def attend(intent_id: int, means: Means | None = None) -> str:
    """Take one send one step further if it is due and nobody else has it; returns the state it is in then.

    Safe to call at any time, any number of times, from any number of processes.
    """
    means = means or Means()
    with scopes_disabled():
        row = SendIntent.objects.select_related("account__team").get(pk=intent_id)
    if row.state not in states.SWEPT or row.next_look_at is None or row.next_look_at > means.clock():
        return row.state
    with (
        scope(team=row.account.team, account=row.account),
        campaign_lock(row.account_id, row.campaign_id) as lock,
    ):
        if lock is None:
            return row.state
        means.at("locked")
        intent = SendIntent.objects.select_related("account__team").get(pk=intent_id)
        now = means.clock()
        if intent.state in states.SWEPT and intent.next_look_at is not None and intent.next_look_at <= now:
            _step(intent, lock, means)
        return intent.state


def _step(intent: SendIntent, lock: Lock, means: Means) -> None:
    now = means.clock()
    if intent.state == states.REQUESTED:
        if now > intent.not_after:
            move(intent, "late", proven={"window_over"}, now=now)
    elif intent.state == states.ARMED:
        _leave(intent, lock, means)
    elif intent.state == states.IN_FLIGHT:
        _abandoned(intent, lock, means)
    elif intent.state == states.UNKNOWN:
        follow.settle(intent, lock, means)
    else:
        follow.follow(intent, means)


def _abandoned(intent: SendIntent, lock: Lock, means: Means) -> None:
    """In flight, and yet the lock is ours: whoever sent it is dead. Quiet time counts from here."""
    if not lock.alive():
        return
    now = means.clock()
    with transaction.atomic():
        if move(intent, "abandoned", proven={"lock_held"}, now=now, quiet_from=now):
            _close(intent, now, outcome="abandoned")


def _leave(intent: SendIntent, lock: Lock, means: Means) -> None:
    now = means.clock()
    if now > intent.not_after:
        move(intent, "late", proven={"window_over"}, now=now)
        return
    if now < intent.not_before:
        stay(intent, next_look_at=intent.not_before)
        return
    verdict = preflight.at_home(intent, now)
    lines = None
    if verdict.clean:
        try:
            lines = means.remote(intent.account)
            verdict = preflight.at_klaviyo(intent, lines.client, now)
        except GatewayError:
            verdict = preflight.Verdict(reason="connection")
    means.at("preflight")
    now = means.clock()
    if verdict.differs:
        move(intent, "differs", proven={"preflight_differs"}, now=now, reason=verdict.reason, evidence=verdict.found)
    elif not verdict.clean or lines is None:
        stay(intent, reason=verdict.reason, next_look_at=now + timedelta(seconds=verdict.wait_s))
    elif attempt := _claim(intent, lock, means, verdict):
        means.at("claimed")
        outcome = _post(intent, attempt, lock, means, lines)
        means.at("answered")
        _record_surely(intent, attempt, outcome, means)
        means.at("recorded")


def _claim(intent: SendIntent, lock: Lock, means: Means, verdict: preflight.Verdict) -> SendAttempt | None:
    """The one conditional update with fence + 1, and the attempt's row; both committed when this returns."""
    with transaction.atomic():
        policy = policy_of(intent.account.team_id, lock=True)
        now = means.clock()
        if policy.paused or now > intent.not_after or not installation.matches(now) or not lock.alive():
            return None
        proven = {"lock_held", "due", "in_window", "preflight_clean", "not_paused", "same_installation"}
        if not move(intent, "left", proven=proven, now=now, fence=intent.fence + 1, quiet_from=None):
            return None
        return SendAttempt.objects.create(
            intent=intent,
            generation=intent.generation,
            fence=intent.fence,
            worker=f"{socket.gethostname()}:{os.getpid()}"[:100],
            before=verdict.found,
            started_at=now,
            deadline_at=now + timedelta(seconds=means.bounds.attempt_s),
        )


def _post(intent: SendIntent, attempt: SendAttempt, lock: Lock, means: Means, lines: Remote) -> Outcome:
    def before_first_byte() -> None:
        means.at("connected")
        here = SendIntent.objects.filter(pk=intent.pk, state=states.IN_FLIGHT, fence=attempt.fence)
        if not (lock.alive() and here.exists() and means.clock() < attempt.deadline_at):
            raise Beaten("the lock, the fence or the time of this attempt is gone")
        if policy_of(intent.account.team_id).paused:
            raise Beaten("sending was paused")
        means.at("first byte")

    try:
        return lines.post(
            body=send_job_body(intent.campaign_id),
            before_first_byte=before_first_byte,
            connect_s=means.bounds.connect_s,
            total_s=means.bounds.total_s,
        )
    except Beaten as error:
        return Outcome(kind=OutcomeKind.NOTHING_LEFT, detail=str(error), evidence={"beaten": True})


def _record_surely(intent: SendIntent, attempt: SendAttempt, outcome: Outcome, means: Means) -> None:
    """The answer is worth some patience: a database that is away for seconds must not turn it into UNKNOWN."""
    for number, pause_s in enumerate((0.2, 1, 3, 0)):
        try:
            if number == 0 or _still_open(intent, attempt):
                record(intent, attempt, outcome, means)
        except DatabaseError as error:
            log.warning("outcome not yet recorded", intent=intent.pk, error=type(error).__name__)
            time.sleep(pause_s)
            close_old_connections()
        else:
            return


def _still_open(intent: SendIntent, attempt: SendAttempt) -> bool:
    """Read anew after a transaction that failed, maybe after its commit: what `intent` says of itself may be undone."""
    intent.refresh_from_db()
    return intent.state == states.IN_FLIGHT and intent.fence == attempt.fence


def record(intent: SendIntent, attempt: SendAttempt, outcome: Outcome, means: Means) -> None:
    """What came of the one request; the attempt is closed and the intent moved in one transaction."""
    now = means.clock()
    event, proven, changes = _meaning(intent, outcome, now, means.bounds)
    with transaction.atomic():
        _close(
            intent,
            now,
            outcome=outcome.kind.name.lower(),
            status=outcome.status,
            speaker=outcome.speaker or "",
            detail=(outcome.detail or "")[:2000],
            request_id=(outcome.request_id or "")[:100],
            evidence=outcome.evidence,
        )
        moved = move(intent, event, proven={"same_fence", *proven}, now=now, note=outcome.detail or "", **changes)
    log.info("send attempt", intent=intent.pk, fence=attempt.fence, outcome=outcome.kind.name, moved=moved)


def _meaning(
    intent: SendIntent, outcome: Outcome, now: datetime, bounds: Limits
) -> tuple[str, set[str], dict[str, Any]]:
    """Event, proven guards and changes for an outcome. Whatever is not exactly known is unclear."""
    kind = outcome.kind
    if kind is OutcomeKind.ACCEPTED and outcome.resource_id == intent.campaign_id:
        return "accepted", {"answer_accepts"}, {"next_look_at": now + timedelta(seconds=1)}
    if kind is OutcomeKind.NOTHING_LEFT and outcome.wait_s > 0:  # our own budget: no try, and the window bounds it
        again = {"reason": "busy", "next_look_at": now + timedelta(seconds=min(outcome.wait_s, 900))}
        return "nothing_left", {"nothing_left", "tries_left"}, again
    if kind in {OutcomeKind.NOTHING_LEFT, OutcomeKind.TOLD_TO_WAIT}:
        tries = intent.tries + 1
        reason = "busy" if kind is OutcomeKind.TOLD_TO_WAIT else "unreachable"
        if outcome.evidence.get("beaten"):
            reason = "beaten"
        if tries >= bounds.most_tries:
            return "given_up", {"nothing_left", "tries_spent"}, {"tries": tries, "reason": reason}
        wait_s = min(max(outcome.wait_s or 0, 2**tries), 900)
        again = {"tries": tries, "reason": reason, "next_look_at": now + timedelta(seconds=wait_s)}
        return "nothing_left", {"nothing_left", "tries_left"}, again
    if kind is OutcomeKind.REFUSED and outcome.status not in {404, 409}:
        return "refused", {"refused_in_form"}, {"evidence": {"refused": outcome.detail, "status": outcome.status}}
    return "unclear", set(), {"quiet_from": now, "next_look_at": now + timedelta(seconds=1)}


def _close(intent: SendIntent, now: datetime, **facts: Any) -> None:
    SendAttempt.objects.filter(intent_id=intent.pk, fence=intent.fence, ended_at=None).update(ended_at=now, **facts)


def due(clock: Clock = database_clock, *, most: int = 100) -> list[int]:
    """Ids of the sends that time brings further, the longest waiting first. Reads the database only."""
    with scopes_disabled():
        found = SendIntent.objects.filter(state__in=states.SWEPT, next_look_at__lte=clock())
        return list(found.order_by(F("next_look_at")).values_list("pk", flat=True)[:most])
