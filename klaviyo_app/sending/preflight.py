"""What is looked at, lock in hand, before anything may leave. A read that failed holds; it neither stops nor clears."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Q

from dashboard.access import Right
from dashboard.teams.models import Member
from klaviyo_app.accounts.models import Health
from klaviyo_app.gateway.client import Client
from klaviyo_app.gateway.errors import (
    Forbidden,
    GatewayError,
    GrantRefused,
    KeyRefused,
    NotConnected,
    NotFound,
    RevisionRetired,
    TooMany,
    WrongAccount,
)
from klaviyo_app.gateway.shapes import STATIC, Strategy, campaign_update
from klaviyo_app.sending import installation, reading, states
from klaviyo_app.sending.content import Content, read_content, read_job
from klaviyo_app.sending.locks import unsafe_storage
from klaviyo_app.sending.models import SendIntent
from klaviyo_app.sending.planning import plan_of
from klaviyo_app.sending.policy import policy_of
from klaviyo_app.sending.recount import recount

BROKEN = {Health.NEEDS_RECONNECTING, Health.DISCONNECTED}
NEEDS_A_PERSON = (NotConnected, KeyRefused, GrantRefused, Forbidden, RevisionRetired)
_BACKWARDS = timedelta(seconds=60)
UNDO = timedelta(minutes=5)
ALIKE_FOR = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Verdict:
    """`clean`: it may leave. `differs`: a person must look. Neither: held, look again after `wait_s`."""

    clean: bool = False
    differs: bool = False
    reason: str = ""
    wait_s: float = 15
    found: dict[str, Any] = field(default_factory=dict)


def _held(reason: str, wait_s: float = 15) -> Verdict:
    return Verdict(reason=reason, wait_s=wait_s)


def _differs(reason: str, **found: Any) -> Verdict:
    return Verdict(differs=True, reason=reason, found=found)


def alike(intent: SendIntent, now: datetime) -> SendIntent | None:
    """The same mail to the same people under another campaign id: left within 24 hours, or still to leave (rule 11).

    For a send that is asked for only now, every one before it that may still leave counts. Of two that are ready at the
    same moment the earlier one leaves. A plan stands at Klaviyo for weeks, so only what is over is measured by its age.
    """
    over = Q(state=states.SENT, since__gt=now - ALIKE_FOR)
    under_way = Q(state__in=(states.IN_FLIGHT, states.UNKNOWN, states.ACCEPTED, states.SENDING))
    before = Q(state=states.ARMED, pk__lt=intent.pk) if intent.pk else Q(state__in=states.LIVE)
    same = SendIntent.objects.filter(account_id=intent.account_id, likeness=intent.likeness)
    return same.exclude(campaign_id=intent.campaign_id).filter(over | under_way | before).first()


def _people_may(intent: SendIntent) -> bool:
    people = {one for one in (intent.requested_by_id, intent.approved_by_id) if one}
    members = Member.objects.filter(team_id=intent.account.team_id, user_id__in=people, role__gte=Right.PUBLISH)
    return members.filter(user__is_active=True).count() == len(people)


def at_home(intent: SendIntent, now: datetime) -> Verdict:  # noqa: PLR0911  one line a reason
    """Everything that our own database and machine know."""
    if unsafe_storage():
        return _held("storage", 60)
    if now < intent.since - _BACKWARDS:
        return _held("clock", 60)
    if not installation.matches(now):
        return _held("installation", 30)
    if policy_of(intent.account.team_id).paused:
        return _held("paused", 15)
    if not intent.account.connected or intent.account.health in BROKEN:
        return _held("connection", 15)
    if not _people_may(intent):
        return _differs("role")
    if not intent.alike_confirmed and (other := alike(intent, now)):
        return _differs("alike", campaign_id=other.campaign_id, campaign_name=other.campaign_name)
    return Verdict(clean=True)


def at_klaviyo(intent: SendIntent, client: Client, now: datetime) -> Verdict:
    """The same account, a draft, no job, and exactly what was approved; all read now."""
    try:
        return _compare(intent, client, now)
    except NotFound:
        return _differs("gone")
    except WrongAccount:
        return _differs("account")
    except TooMany as error:
        return _held("busy", min(max(error.wait_s, 1), 900))
    except NEEDS_A_PERSON:
        return _held("connection", 15)
    except (GatewayError, KeyError, TypeError, AttributeError, IndexError):
        return _held("unread", 5)


def _compare(intent: SendIntent, client: Client, now: datetime) -> Verdict:  # noqa: PLR0911  one line a reason
    account = client.call("get_accounts").data[0]["id"]
    if account != intent.klaviyo_account_id:
        return _differs("account", account=account)
    content = read_content(client, intent.campaign_id)
    found = {"status": content.status, "digest": content.digest, "strategy": content.strategy}
    if reading.kind_of(content.status) == reading.NOTHING:
        return _held("unread", 5)
    if reading.kind_of(content.status) != reading.DRAFT:
        return _differs("not_draft", **found)
    job = read_job(client, intent.campaign_id)
    found["job"] = job
    if job == reading.UNREAD:
        return _held("unread", 5)
    if job in {"queued", "processing"}:
        return _differs("job_exists", **found)
    if content.digest != intent.digest or not _strategy_stands(intent, content):
        return _differs("content", **found)
    stands = recount(intent, client, now)
    if stands is False:
        return _held("counting", 2)
    if stands is not True:
        return _differs("recipients", **stands)
    if intent.strategy.get("undo"):
        found["strategy"] = _plan_ahead(intent, client, now)
    return Verdict(clean=True, found=found)


def _strategy_stands(intent: SendIntent, content: Content) -> bool:
    """As approved, or as planned by us: by any of our plans, since the answer to the last one may have been lost."""
    if content.strategy == intent.strategy["approved"]:
        return True
    plan = plan_of(content.strategy)
    if not intent.strategy.get("undo") or plan.method != STATIC or plan.is_local or plan.at is None:
        return False
    ours = {intent.strategy.get("applied"), *intent.strategy.get("applied_before", ())}
    return plan.at.astimezone(UTC).isoformat() in ours


def _plan_ahead(intent: SendIntent, client: Client, now: datetime) -> dict[str, Any]:
    """An undo window: "now" becomes a plan in five minutes, written down here before Klaviyo is told (rule 9)."""
    at = (now + UNDO).replace(second=0, microsecond=0) + timedelta(minutes=1)
    before = [*intent.strategy.get("applied_before", ()), *filter(None, [intent.strategy.get("applied")])]
    applied = {**intent.strategy, "applied": at.isoformat(), "applied_before": before}
    SendIntent.objects.filter(pk=intent.pk, fence=intent.fence, state=intent.state).update(strategy=applied)
    intent.strategy = applied
    body = campaign_update(intent.campaign_id, strategy=Strategy(method=STATIC, at=at), revision=client.served_revision)
    client.call("update_campaign", path={"id": intent.campaign_id}, body=body)
    strategy: dict[str, Any] = body["data"]["attributes"]["send_strategy"]
    return strategy
