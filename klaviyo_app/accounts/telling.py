"""A mail to a team's admins when a lasting failure of an account begins: once, and without anything secret."""

from __future__ import annotations

from functools import partial

import structlog
from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from dashboard.teams.models import Member, Role
from klaviyo_app.accounts.models import Account, Health

log = structlog.get_logger("accounts")
LASTING = (Health.NEEDS_RECONNECTING, Health.GATEWAY_TROUBLE)


def tell_admins(account: Account, health: Health) -> list[str]:
    """Mail the admins when the transaction is through; the names of those who are told.

    Trouble of the gateway meets all accounts of a team at once: the first one's mail is enough.
    """
    if health not in LASTING:
        return []
    if health == Health.GATEWAY_TROUBLE and _told_before(account):
        return []
    admins = Member.objects.select_related("user").filter(team=account.team, role__gte=Role.ADMIN, user__is_active=True)
    users = [one.user for one in admins]
    subject, body = _letter(account, health)
    transaction.on_commit(partial(_send, subject, body, [one.email for one in users]))
    return [str(one) for one in users]


def _told_before(account: Account) -> bool:
    others = Account.objects.filter(team=account.team, health=Health.GATEWAY_TROUBLE).exclude(pk=account.pk)
    return others.exclude(connection_id=None).exists()


def _letter(account: Account, health: Health) -> tuple[str, str]:
    name = " ".join(account.name.split())  # a line break would be a header of its own
    page = settings.SITE_URL + reverse("account", kwargs={"account_id": account.pk})
    if health == Health.NEEDS_RECONNECTING:
        subject = _("%(name)s needs reconnecting") % {"name": name}
        words = _("Klaviyo no longer answers for %(name)s. Sends are held until an admin reconnects it here:")
    else:
        subject = _("The gateway to Klaviyo has trouble")
        words = _("Maton does not answer for %(name)s at the moment. Sends are held and go on by themselves. See:")
    return subject, f"{words % {'name': name}}\n\n{page}\n"


def _send(subject: str, body: str, addresses: list[str]) -> None:
    for address in addresses:  # one mail each: nobody sees who else is told
        try:
            send_mail(subject, body, None, [address])
        except Exception as error:  # noqa: BLE001 - a mail server that is away must not stop the heartbeats
            log.warning("mail", error=type(error).__name__)
