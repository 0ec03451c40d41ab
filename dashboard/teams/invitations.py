"""Invitations: a link that works once, for one address, for 72 hours, as long as who sent it may still invite."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from dashboard.audit import record
from dashboard.teams.models import Invitation, Member, Role, Team, User
from dashboard.teams.services import Refused

LIVES = timedelta(hours=72)
A_DAY = 50
log = structlog.get_logger("invitations")


def hash_of(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def open_invitations(now: datetime) -> QuerySet[Invitation]:
    """Those that would still be accepted: not used, not withdrawn, not old, made by somebody who is still an admin."""
    still_admin = Member.objects.filter(team=OuterRef("team"), user=OuterRef("invited_by"), role=Role.ADMIN)
    return Invitation.objects.filter(
        Q(Exists(still_admin)), accepted_at=None, revoked_at=None, expires_at__gt=now, invited_by__is_active=True
    )


@transaction.atomic
def invite(team: Team, *, email: str, role: Role, by: User, now: datetime) -> tuple[Invitation, str]:
    """The invitation and its link, which nobody can read again. A new one ends the older ones to the same address.

    Raises Refused where the person is a member already or the team invited too many people today.
    """
    if Member.objects.filter(team=team, user__email=email).exists():
        raise Refused(_("This person is a member already."))
    if Invitation.objects.filter(team=team, created_at__gt=now - timedelta(days=1)).count() >= A_DAY:
        raise Refused(_("The team has invited too many people today. Try again tomorrow."))
    Invitation.objects.filter(team=team, email=email, accepted_at=None, revoked_at=None).update(revoked_at=now)
    token = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        team=team, email=email, role=role, token_hash=hash_of(token), invited_by=by, expires_at=now + LIVES
    )
    record(team=team, actor=by, action="invitation.made", target=email, after={"role": str(role.label)})
    # Never from the request's host: a forged one would send the reader, and the token, elsewhere.
    return invitation, settings.SITE_URL + reverse("invitation", kwargs={"token": token})


def sends_mail() -> bool:
    """Whether mail leaves this installation."""
    return not settings.EMAIL_BACKEND.endswith(("console.EmailBackend", "dummy.EmailBackend"))


def mail(invitation: Invitation, link: str) -> bool:
    """Send the link to the address. False where no mail is configured or the mail server would not take it."""
    if not sends_mail():
        return False
    context = {"invitation": invitation, "link": link}
    subject = " ".join(render_to_string("teams/mail/invitation_subject.txt", context).split())
    body = render_to_string("teams/mail/invitation_message.txt", context)
    try:
        send_mail(subject, body, None, [invitation.email])
    except OSError as error:  # smtplib's errors are among them
        log.warning("mail not sent", error=type(error).__name__)
        return False
    return True


def find(token: str, now: datetime) -> Invitation | None:
    """The open invitation behind a link; None for one that was used, withdrawn, is old or never was."""
    return open_invitations(now).select_related("team", "invited_by").filter(token_hash=hash_of(token)).first()


@transaction.atomic
def accept(invitation: Invitation, *, user: User, now: datetime) -> Member:
    """Make the person a member. Raises Refused for another address and for the second of two at the same time."""
    if user.email != invitation.email:
        raise Refused(_("This invitation is for another address."))
    if open_invitations(now).filter(pk=invitation.pk).update(accepted_at=now) != 1:
        raise Refused(_("This invitation was used already."))
    member, new = Member.objects.get_or_create(team=invitation.team, user=user, defaults={"role": invitation.role})
    if new:
        role = {"role": member.get_role_display()}
        record(team=invitation.team, actor=user, action="member.joined", target=user.email, after=role)
    return member


@transaction.atomic
def revoke(invitation_id: int, *, team: Team, by: User, now: datetime) -> None:
    """Withdraw an invitation. Raises Invitation.DoesNotExist; nothing happens to one that was used."""
    invitation = Invitation.objects.get(pk=invitation_id, team=team)
    if Invitation.objects.filter(pk=invitation.pk, accepted_at=None, revoked_at=None).update(revoked_at=now):
        record(team=team, actor=by, action="invitation.revoked", target=invitation.email)
