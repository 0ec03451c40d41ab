"""Mails about sends that wait for somebody or went wrong. The row remembers what was told, the queue nothing."""

from __future__ import annotations

from datetime import datetime, timedelta
from smtplib import SMTPDataError, SMTPRecipientsRefused

import structlog
from django.conf import settings
from django.core.mail import send_mail
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django_scopes import scopes_disabled

from dashboard.access import Right
from dashboard.teams.models import Member
from klaviyo_app.sending import states, words
from klaviyo_app.sending.models import SendIntent

log = structlog.get_logger("sending")
# States that somebody must hear of: those who may act in the first two, those who wanted it in the others.
WAITING = (states.REQUESTED, states.NEEDS_HUMAN)
WENT_WRONG = (states.REFUSED, states.EXPIRED, states.STOPPED_BY_REMOTE)
FOR = timedelta(days=1)  # older news are history: an installation that was off for a week mails nobody about it


def news(intent: SendIntent) -> str:
    """What there is to tell, as a key that changes when there is something new; "" where there is nothing.

    The same decision may be needed once more for the same reason: since when tells the two apart.
    """
    if intent.state in WAITING or intent.state in WENT_WRONG or intent.alarm:
        since = int(intent.since.timestamp())
        return f"{intent.generation}:{intent.state}:{intent.alarm or intent.reason}:{since}"
    return ""


def tell_due(now: datetime) -> int:
    """Mail what has not been told yet; returns how many sends were told of. Each is tried again until its mail left."""
    with scopes_disabled():
        fresh = Q(since__gt=now - FOR) | Q(alarm_at__gt=now - FOR)
        loud = Q(state__in=WAITING + WENT_WRONG) | ~Q(alarm="")
        rows = SendIntent.objects.filter(fresh, loud).select_related("account", "requested_by")
        return sum(_tell(one, key) for one in rows.order_by("pk") if (key := news(one)) and key != one.told)


def _tell(intent: SendIntent, key: str) -> bool:
    """One mail each: nobody sees who else is told. Who has it is written down before the next one leaves."""
    reached = list(intent.told_to["people"]) if intent.told_to.get("news") == key else []
    row = SendIntent.objects.filter(pk=intent.pk)
    words_of_it, all_reached = letter(intent), True
    for user_id, address in _people(intent).exclude(user_id__in=reached).order_by("user__email"):
        try:
            if not _mailed(intent, words_of_it, address):
                all_reached = False
                continue
        except OSError as error:  # the mail server is away: it is asked again by the next sweep, not for each address
            log.warning("mail", intent=intent.pk, error=type(error).__name__)
            return False
        reached.append(user_id)
        row.update(told_to={"news": key, "people": reached})
    if all_reached:
        row.update(told=key, told_to={})
    return all_reached


def _mailed(intent: SendIntent, told: tuple[str, str], address: str) -> bool:
    """Whether this address is through with: it has the mail, or will never take one. Raises OSError.

    One that is refused must keep nobody else from being told.
    """
    try:
        send_mail(*told, None, [address])
    except SMTPRecipientsRefused as error:
        log.warning("mail refused", intent=intent.pk, codes=[code for code, _words in error.recipients.values()])
        return all(code >= 500 for code, _words in error.recipients.values())
    except (SMTPDataError, ValueError) as error:
        log.warning("mail", intent=intent.pk, error=type(error).__name__)
        return False
    return True


def _people(intent: SendIntent) -> QuerySet[Member, tuple[int, str]]:
    """Who may act where somebody must; else who asked and who approved, as far as they still belong to the team."""
    members = Member.objects.filter(team_id=intent.account.team_id, user__is_active=True)
    if intent.state in WAITING:
        members = members.filter(role__gte=Right.PUBLISH)
        if intent.state == states.REQUESTED:
            members = members.exclude(user_id=intent.requested_by_id)
    else:
        members = members.filter(user_id__in=[intent.requested_by_id, intent.approved_by_id])
    return members.values_list("user_id", "user__email")


def letter(intent: SendIntent) -> tuple[str, str]:
    """Subject and text: which campaign, what is, what comes next, and where. No audience, no content."""
    said = words.STATE[intent.state]
    name = " ".join(intent.campaign_name.split())  # a line break would be a header of its own
    subject = _("%(campaign)s: %(state)s") % {"campaign": name, "state": said.label}
    reason = words.REASON.get(intent.alarm or intent.reason, "")
    account = _("Account: %(name)s") % {"name": intent.account.name}
    asked = _("Asked for by %(person)s.") % {"person": intent.requested_by}
    page = settings.SITE_URL + reverse("send-status", kwargs={"account_id": intent.account_id, "send_id": intent.pk})
    lines = [str(one) for one in (said.sentence, reason, said.next_step) if one]
    return subject, "\n\n".join(["\n".join(lines), f"{account}\n{asked}", page]) + "\n"
