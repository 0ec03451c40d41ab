"""What people do with sends. Each is one short transaction; nothing here posts a send."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from dashboard.access import Right
from dashboard.audit import record
from dashboard.teams.models import Member, User
from klaviyo_app.accounts.models import Account
from klaviyo_app.gateway.client import Client
from klaviyo_app.resources.campaigns.estimates import read_estimate
from klaviyo_app.sending import preflight, reading, states
from klaviyo_app.sending.content import Content, read_content, read_job
from klaviyo_app.sending.doorbell import ring
from klaviyo_app.sending.models import SendEvent, SendIntent
from klaviyo_app.sending.moves import move
from klaviyo_app.sending.planning import latest, planned_at
from klaviyo_app.sending.policy import policy_of


class CannotSend(Exception):
    """Refused, in words for the person; nothing was changed."""


class ChangedSinceShown(CannotSend):
    """Klaviyo's campaign is no longer what the page showed."""


class LooksAlike(CannotSend):
    """The same mail to the same people left within 24 hours under another campaign; the person must say so."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What the form carries."""

    seen: str  # digest of what was shown
    latest_hours: int = 4
    undo: bool = False
    alike_confirmed: bool = False


def live_send(account: Account, campaign_id: str) -> SendIntent | None:
    """The send that the campaign is spoken for by, if any."""
    return SendIntent.objects.filter(account=account, campaign_id=campaign_id, state__in=states.LIVE).first()


def may_publish(team_id: int, user: User) -> None:
    """Raises CannotSend unless the person may publish now."""
    member = Member.objects.filter(team_id=team_id, user=user).first()
    if member is None or not member.may(Right.PUBLISH):
        raise CannotSend(_("Only a publisher or an admin may send."))


def request_send(
    account: Account, *, content: Content, estimate: int | None, wish: Wish, by: User, now: datetime | None = None
) -> SendIntent:
    """The one live send of the campaign: made now, or the one that is already there (a double click, a second tab).

    `content` and `estimate` are as read by the view just now. Below the threshold it is approved and armed at once.
    Raises CannotSend with words.
    """
    now = now or timezone.now()
    may_publish(account.team_id, by)
    if found := live_send(account, content.campaign_id):
        return found
    _check(content, wish, estimate, now)
    intent = _new_intent(account, content=content, estimate=estimate, wish=wish, by=by, now=now)
    if not wish.alike_confirmed and (other := preflight.alike(intent, now)):
        raise LooksAlike(
            _("The same mail to the same people left within the last 24 hours, or is to leave, as “%(name)s”.")
            % {"name": other.campaign_name}
        )
    try:
        with transaction.atomic():
            intent.save()
            SendEvent.objects.create(
                intent=intent, at=now, event="requested", state=intent.state, generation=intent.generation, by=by
            )
            note_for_audit(intent, "send.requested", by)
            if not policy_of(account.team_id).needs_second_person(estimate):
                _arm(intent, by=by, now=now)
    except IntegrityError:
        found = live_send(account, content.campaign_id)
        if found is None:
            raise
        return found
    return intent


def _check(content: Content, wish: Wish, estimate: int | None, now: datetime) -> None:
    if content.digest != wish.seen:
        raise ChangedSinceShown(_("The campaign was changed since this page was loaded. Look at it again."))
    if reading.kind_of(content.status) != reading.DRAFT:
        raise CannotSend(_("Klaviyo says “%(status)s”: only a draft can be sent.") % {"status": content.status})
    if estimate == 0:
        raise CannotSend(_("Klaviyo estimates no recipients at all."))
    if not content.audience["included"]:
        raise CannotSend(_("The campaign has no audience."))
    _in_time(content, now)


def _in_time(content: Content, now: datetime) -> None:
    at = planned_at(content.strategy)
    if at is not None and at <= now + timedelta(minutes=1):
        raise CannotSend(_("The planned time has passed. Give the campaign a new time first."))


def _new_intent(
    account: Account, *, content: Content, estimate: int | None, wish: Wish, by: User, now: datetime
) -> SendIntent:
    earlier = (
        SendIntent.objects.filter(account=account, campaign_id=content.campaign_id).order_by("-generation").first()
    )
    window = now + max(timedelta(hours=wish.latest_hours), timedelta(0))
    last = min(window, latest(content.strategy, now) or window)
    return SendIntent(
        account=account,
        campaign_id=content.campaign_id,
        campaign_name=content.name,
        klaviyo_account_id=account.klaviyo_id,
        generation=earlier.generation + 1 if earlier else 1,
        state=states.REQUESTED,
        since=now,
        digest=content.digest,
        likeness=content.likeness,
        approved_content=content.summary(),
        audience=content.audience,
        estimate=estimate,
        strategy={"approved": content.strategy, "undo": wish.undo and content.strategy.get("method") == "immediate"},
        alike_confirmed=wish.alike_confirmed,
        not_before=now,
        not_after=last,
        requested_by=by,
        requested_at=now,
        next_look_at=last,
    )


def _arm(intent: SendIntent, *, by: User, now: datetime) -> None:
    """Approved and armed in one transaction, with its audit rows.

    Klaviyo does not say when it counted the number it gives. Where that number spared the second person, it is counted
    anew before this leaves: people may have been added since.
    """
    proven = {"content_frozen", "second_person"}
    evidence = {"counted_at": ""} if by.pk == intent.requested_by_id else {}
    yes: dict[str, Any] = {"approved_by": by, "approved_at": now, "evidence": evidence}
    if not move(intent, "approved", proven=proven, now=now, by=by, **yes):
        raise CannotSend(_("Somebody else was faster; look at it again."))
    move(intent, "armed", proven={"only_live_one"}, now=now, by=by)
    note_for_audit(intent, "send.approved", by)
    ring(intent.pk)


def is_second_person(intent: SendIntent, user: User) -> bool:
    """Whether this person's yes counts: somebody else than who asked, where the rules want a second person."""
    return user.pk != intent.requested_by_id or not policy_of(intent.account.team_id).needs_second_person(
        intent.estimate
    )


def approve(intent: SendIntent, *, content: Content, seen: str, by: User, now: datetime | None = None) -> None:
    """The second person's yes, bound to what that person saw. Raises CannotSend."""
    now = now or timezone.now()
    may_publish(intent.account.team_id, by)
    if intent.state != states.REQUESTED:
        raise CannotSend(_("This send is no longer waiting for approval."))
    if not is_second_person(intent, by):
        raise CannotSend(_("Somebody else than the person who asked must approve."))
    if content.digest != intent.digest or seen != intent.digest or content.strategy != intent.strategy["approved"]:
        raise ChangedSinceShown(_("The campaign was changed after the send was asked for. Cancel it and ask again."))
    if now > intent.not_after:
        raise CannotSend(_("The time for this send has passed. Ask for a new one."))
    with transaction.atomic():
        _arm(intent, by=by, now=now)


def withdraw(intent: SendIntent, *, by: User, now: datetime | None = None) -> None:
    """Cancel before it left. Raises CannotSend when it is too late for that."""
    now = now or timezone.now()
    may_publish(intent.account.team_id, by)
    if intent.state not in states.CANCELLABLE:
        raise CannotSend(_("It can no longer be cancelled here; take it back at Klaviyo."))
    with transaction.atomic():
        if not move(intent, "withdrawn", now=now, by=by):
            raise CannotSend(_("It has just left; it can no longer be cancelled here."))
        note_for_audit(intent, "send.cancelled", by)


def decide(
    intent: SendIntent,
    decision: str,
    *,
    typed_name: str = "",
    seen: str = "",
    content: Content | None = None,
    client: Client | None = None,
    by: User,
    now: datetime | None = None,
) -> None:
    """A person's word in NEEDS_HUMAN: "klaviyo_has_it", "gave_up" or "again".

    That one needs `client`, `content` as read now, and `seen`, the digest of what the person's page showed.
    """
    now = now or timezone.now()
    may_publish(intent.account.team_id, by)
    if intent.state != states.NEEDS_HUMAN:
        raise CannotSend(_("This send needs no decision any more."))
    calm: dict[str, Any] = {"alarm": "", "alarm_at": None}
    if decision != "gave_up" and typed_name.strip() != intent.campaign_name.strip():
        raise CannotSend(_("Type the campaign's name exactly as it is shown."))
    if decision == "gave_up":
        proven, changes = set[str](), calm
    elif decision == "klaviyo_has_it":
        proven, changes = {"evidence_shown"}, {**calm, "heard_at": now}
    else:  # asks Klaviyo, and so before the transaction: on SQLite nobody else writes while one is open
        proven = {"content_frozen", "second_person", "evidence_shown", "new_generation"}
        changes = {**calm, **_again(intent, content, client, seen=seen, by=by, now=now)}
    with transaction.atomic():
        if not move(intent, decision, proven=proven, now=now, by=by, **changes):
            raise CannotSend(_("Somebody else was faster; look at it again."))
        note_for_audit(intent, f"send.{decision}", by)
        ring(intent.pk)


def _again(
    intent: SendIntent, content: Content | None, client: Client | None, *, seen: str, by: User, now: datetime
) -> dict[str, Any]:
    """The row of one more generation, bound to what Klaviyo holds now and the person has seen. Raises CannotSend."""
    if content is None or client is None or reading.kind_of(content.status) != reading.DRAFT:
        raise CannotSend(_("Klaviyo does not show a draft: it must not be sent again."))
    if read_job(client, intent.campaign_id) in {"queued", "processing"}:
        raise CannotSend(_("Klaviyo has a send job for this campaign: it must not be sent again."))
    if content.digest != seen:
        raise ChangedSinceShown(_("The campaign was changed since this page was loaded. Look at it again."))
    _in_time(content, now)
    estimate = read_estimate(client, intent.campaign_id).count
    _two_people(intent, content, estimate, by)
    # A number of before belongs to the audience of before, and where it spares the second person, Klaviyo does not say
    # how old it is: it is counted again before this leaves.
    stands = content.audience == intent.audience and policy_of(intent.account.team_id).needs_second_person(estimate)
    return {
        "generation": intent.generation + 1,
        "digest": content.digest,
        "likeness": content.likeness,
        "audience": content.audience,
        "approved_content": content.summary(),
        "strategy": {"approved": content.strategy, "undo": False},
        "alike_confirmed": True,
        "estimate": estimate,
        "evidence": {"counted_at": now.isoformat() if stands else ""},
        "approved_by": by,
        "approved_at": now,
        "not_before": now,
        "not_after": latest(content.strategy, now) or now + timedelta(hours=4),
        "tries": 0,
        "repeats": 0,
        "remote_seen": False,
        "heard_at": None,
        "quiet_from": None,
    }


def _two_people(intent: SendIntent, content: Content, estimate: int | None, by: User) -> None:
    """Raises CannotSend where the size asks for two people and not both stand behind what is there now."""
    if not policy_of(intent.account.team_id).needs_second_person(estimate):
        return
    if content.digest != intent.digest:
        raise CannotSend(
            _("This is not what was asked for, and its audience needs two people: give up, and ask for a new send.")
        )
    if by.pk == intent.requested_by_id:
        raise CannotSend(_("Somebody else than the person who asked must decide this."))


def read_for(client: Client, campaign_id: str) -> Content:
    """The campaign as it is now. Raises GatewayError."""
    return read_content(client, campaign_id)


def note_for_audit(intent: SendIntent, action: str, by: User) -> None:
    """One audit row about a send."""
    record(
        team=intent.account.team,
        actor=by,
        action=action,
        target=intent.campaign_name,
        account_id=intent.account_id,
        after={"campaign": intent.campaign_id, "generation": intent.generation, "digest": intent.digest[:12]},
    )
