"""Stopping what Klaviyo has accepted (revert or cancel there), under the same lock as the send; and the pause."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from dashboard.audit import record
from dashboard.teams.models import Team, User
from klaviyo_app.sending import installation, reading, states
from klaviyo_app.sending.content import read_back
from klaviyo_app.sending.locks import campaign_lock
from klaviyo_app.sending.models import SendIntent, SendPolicy
from klaviyo_app.sending.moves import move
from klaviyo_app.sending.remote import Means
from klaviyo_app.sending.services import CannotSend, may_publish, note_for_audit


def take_back(intent: SendIntent, action: str, *, by: User, means: Means | None = None) -> bool:
    """Ask Klaviyo to `revert` (back to draft) or `cancel` (final). True when a read afterwards shows it.

    Raises CannotSend, GatewayError. After a revert a new request makes a new generation.
    """
    means = means or Means()
    may_publish(intent.account.team_id, by)
    with campaign_lock(intent.account_id, intent.campaign_id) as lock:
        if lock is None:
            raise CannotSend(_("The send is being looked after at this moment. Try again in a few seconds."))
        intent.refresh_from_db()
        if intent.state not in {states.ACCEPTED, states.SENDING}:
            raise CannotSend(_("There is nothing at Klaviyo to take back."))
        client = means.remote(intent.account).client
        body = {"data": {"type": "campaign-send-job", "id": intent.campaign_id, "attributes": {"action": action}}}
        client.call("cancel_campaign_send", path={"id": intent.campaign_id}, body=body)
        found = read_back(client, intent.campaign_id)
        now = means.clock()
        with transaction.atomic():
            note_for_audit(intent, f"send.{action}_asked", by)
            if found.kind not in {reading.DRAFT, reading.STOPPED}:
                return False
            facts = {"remote_status": found.status, "evidence": found.evidence(), "alarm": "", "alarm_at": None}
            return move(intent, "taken_back", proven={"taken_back_read"}, now=now, by=by, note=action, **facts)


def pause(team: Team, *, reason: str, by: User) -> None:
    """Nothing of this team leaves from now on; what Klaviyo has accepted goes on there."""
    now = timezone.now()
    with transaction.atomic():
        SendPolicy.objects.update_or_create(
            team=team, defaults={"paused_at": now, "paused_by": by, "pause_reason": reason[:300]}
        )
        record(team=team, actor=by, action="sends.paused", target=team.name, after={"reason": reason[:300]})


def resume(team: Team, *, by: User) -> None:
    """What is ready leaves again, unless its time has passed meanwhile."""
    with transaction.atomic():
        SendPolicy.objects.filter(team=team).update(paused_at=None, paused_by=None, pause_reason="")
        SendIntent.objects.filter(account__team=team, state=states.ARMED, reason="paused").update(
            next_look_at=timezone.now()
        )
        record(team=team, actor=by, action="sends.resumed", target=team.name)


def set_rules(team: Team, *, second_person_above: int | None, machine_may_repeat: bool, by: User) -> None:
    """The team's threshold and whether the machine may repeat once after a proven quiet time."""
    rules = {"second_person_above": second_person_above, "machine_may_repeat": machine_may_repeat}
    with transaction.atomic():
        SendPolicy.objects.update_or_create(team=team, defaults=rules)
        record(team=team, actor=by, action="sends.rules_changed", target=team.name, after=dict(rules))


def confirm_installation(team: Team, *, by: User) -> None:
    """An admin says that this database is the true one, after it was restored or moved."""
    with transaction.atomic():
        installation.confirm(timezone.now())
        record(team=team, actor=by, action="sends.installation_confirmed", target=team.name)
