"""After the request: settle a lost answer by reading alone, and follow an accepted send to its end at Klaviyo."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

from klaviyo_app.gateway.errors import GatewayError
from klaviyo_app.gateway.shapes import IMMEDIATE
from klaviyo_app.sending import reading, states
from klaviyo_app.sending.content import read_back
from klaviyo_app.sending.locks import Lock
from klaviyo_app.sending.models import SendAttempt, SendIntent
from klaviyo_app.sending.moves import move, stay
from klaviyo_app.sending.planning import plan_of
from klaviyo_app.sending.policy import policy_of
from klaviyo_app.sending.reading import Reading
from klaviyo_app.sending.remote import Means
from klaviyo_app.sending.timing import Limits

_LONG_SENDING = timedelta(hours=24)
_WESTERNMOST = timedelta(hours=12)  # behind UTC: there an hour of the recipients' own comes last


def look(intent: SendIntent, means: Means) -> Reading:
    """Campaign and job, read now. An account that is not connected proves nothing either."""
    try:
        return read_back(means.remote(intent.account).client, intent.campaign_id)
    except GatewayError:
        return Reading()


def job_before(intent: SendIntent) -> str:
    """The send job that stood there before the last attempt (after a revert), else NO_JOB."""
    last = SendAttempt.objects.filter(intent_id=intent.pk).order_by("-fence").first()
    return str(last.before.get("job", reading.NO_JOB)) if last else reading.NO_JOB


def settle(intent: SendIntent, lock: Lock, means: Means) -> None:
    """UNKNOWN: one look. Only a look at the end of the quiet time can say that nothing was accepted."""
    before = job_before(intent)
    bounds = means.bounds
    began = means.clock()
    found = look(intent, means)
    now = means.clock()
    quiet_over = began >= (intent.quiet_from or intent.since) + timedelta(seconds=bounds.quiet_s)
    seen = _seen(found, before, now)
    if found.accepts(before):
        move(intent, "acceptance_seen", proven={"acceptance_read"}, now=now, **seen)
    elif found.is_draft(before) and quiet_over and lock.alive():
        _not_accepted(intent, now, seen)
    elif not found.is_draft(before) and now >= _bound(intent, bounds):
        seen |= {"reason": "unreadable", **_alarm("unreadable", now)}
        move(intent, "unreadable", proven={"reads_failed_long"}, now=now, **seen)
    else:
        looks = intent.looks + 1
        stay(intent, looks=looks, next_look_at=bounds.next_look(looks, now), **seen)


def _seen(found: Reading, before: str, now: datetime) -> dict[str, Any]:
    """What a look writes into the row, whatever follows from it."""
    seen: dict[str, Any] = {"evidence": {**found.evidence(), "read_at": now.isoformat(), "job_before": before}}
    if found.kind != reading.NOTHING:
        seen |= {"remote_status": found.status, "heard_at": now}
    if found.accepts(before):
        seen["remote_seen"] = True
    return seen


def _bound(intent: SendIntent, bounds: Limits) -> datetime:
    return (intent.quiet_from or intent.since) + timedelta(seconds=bounds.quiet_s + bounds.read_bound_s)


def _not_accepted(intent: SendIntent, now: datetime, seen: dict[str, Any]) -> None:
    """Draft and no job to the end of the quiet time: a person decides, unless the team's policy lets us repeat once."""
    policy = policy_of(intent.account.team_id)
    proven = {"lock_held", "quiet_over", "draft_read"}
    small = not policy.needs_second_person(intent.estimate)
    if policy.machine_may_repeat and small and intent.repeats == 0:
        proven |= {"policy_grants", "first_repeat"}
        move(intent, "repeat", proven=proven, now=now, repeats=1, quiet_from=None, **seen)
    else:
        seen |= {"reason": "not_accepted", **_alarm("not_accepted", now)}
        move(intent, "not_accepted", proven=proven, now=now, **seen)


def _alarm(name: str, now: datetime) -> dict[str, Any]:
    return {"alarm": name, "alarm_at": now}


def follow(intent: SendIntent, means: Means) -> None:
    """ACCEPTED, SENDING: one look, and on to the next state. The watchdog may only look and shout, never post."""
    before = job_before(intent)
    bounds = means.bounds
    found = look(intent, means)
    now = means.clock()
    seen = _seen(found, before, now)
    if event := _event(intent, found, before, now, bounds):
        name, guard, more = event
        move(intent, name, proven=guard, now=now, **{**seen, **more})
        return
    looks = intent.looks + 1
    stay(intent, looks=looks, next_look_at=bounds.next_look(looks, now), **seen, **_watch(intent, now, bounds))


def _event(
    intent: SendIntent, found: Reading, before: str, now: datetime, bounds: Limits
) -> tuple[str, set[str], dict[str, Any]] | None:
    """The edge that a reading asks for, with what it proves and what it writes."""
    calm = {"alarm": "", "alarm_at": None}
    if found.kind == reading.SENT:
        return "sent", {"sent_read"}, calm
    if found.kind == reading.STOPPED:
        why = "no_recipients" if "no recipients" in found.status.lower() else "stopped"
        return "stopped", {"stopped_read"}, {"reason": why, **_alarm(why, now)}
    if found.kind == reading.MOVING and intent.state == states.ACCEPTED:
        return "moving", {"moving_read"}, calm
    if found.is_draft(before) or (found.kind == reading.DRAFT and found.job == "cancelled"):
        return _draft_again(intent, now, bounds)
    if found.kind == reading.NOTHING and _silent_since(intent, now, bounds):
        return "unreadable", {"reads_failed_long"}, {"reason": "unreadable", **_alarm("unreadable", now)}
    return None


def _draft_again(intent: SendIntent, now: datetime, bounds: Limits) -> tuple[str, set[str], dict[str, Any]] | None:
    """Draft after the acceptance: a step back if it had been seen, else a lag that must not last for ever."""
    if intent.remote_seen:
        proven = {"acceptance_was_seen", "draft_read"}
        return "back_to_draft", proven, {"reason": "back_to_draft", **_alarm("back_to_draft", now)}
    if intent.state == states.SENDING:
        return "back_to_draft", {"draft_read"}, {"reason": "back_to_draft", **_alarm("back_to_draft", now)}
    if now >= intent.since + timedelta(seconds=bounds.never_moved_s):
        proven = {"still_for_long", "draft_read"}
        return "never_moved", proven, {"reason": "never_moved", **_alarm("never_moved", now)}
    return None


def _silent_since(intent: SendIntent, now: datetime, bounds: Limits) -> bool:
    """Whether no read has told anything for the whole bound."""
    heard = max(intent.heard_at or intent.since, intent.since)
    return now >= heard + timedelta(seconds=bounds.quiet_s + bounds.read_bound_s)


def _watch(intent: SendIntent, now: datetime, bounds: Limits) -> dict[str, Any]:
    """Alarms that change no state: accepted and not moving at its time, or sending for more than a day."""
    still = intent.state == states.ACCEPTED and now >= _begins(intent) + timedelta(seconds=bounds.not_moving_s)
    long = intent.state == states.SENDING and now >= intent.since + _LONG_SENDING
    return _alarm("not_moving", now) if (still or long) and not intent.alarm else {}


def _begins(intent: SendIntent) -> datetime:
    """When Klaviyo should be at work at the latest: at once, or at the time that it was given."""
    if applied := intent.strategy.get("applied"):
        return max(intent.since, datetime.fromisoformat(applied))
    plan = plan_of(intent.strategy.get("approved") or {})
    if plan.at is not None:
        return max(intent.since, plan.at + (_WESTERNMOST if plan.is_local else timedelta(0)))
    if plan.day is not None:
        return max(intent.since, datetime.combine(plan.day, time.max, tzinfo=UTC) + _WESTERNMOST)
    return intent.since if plan.method == IMMEDIATE else intent.since + _LONG_SENDING
