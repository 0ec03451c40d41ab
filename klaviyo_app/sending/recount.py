"""The approved number of recipients is counted again before a send leaves long after it was asked for.

Always where the number was the reason that no second person was asked.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from klaviyo_app.gateway.client import Client
from klaviyo_app.resources.campaigns.estimates import read_estimate, start_estimate
from klaviyo_app.sending.models import SendIntent
from klaviyo_app.sending.policy import policy_of

FRESH_FOR = timedelta(minutes=30)
PATIENCE = timedelta(minutes=5)  # for one count; then Klaviyo is asked for another
_SOME = 100


def counted(intent: SendIntent) -> datetime:
    """When the number that stands for this send was counted; long ago where nobody knows, or for other people."""
    at = intent.evidence.get("counted_at")
    if at == "":
        return intent.requested_at - 2 * FRESH_FOR
    return datetime.fromisoformat(at) if at else intent.requested_at


def recount(intent: SendIntent, client: Client, now: datetime) -> dict[str, int | None] | bool:
    """True: the number stands. False: Klaviyo still counts, look again. Else what was approved and what is there now.

    A size that Klaviyo never told was approved as that, by a second person. Raises GatewayError.
    """
    if intent.estimate is None or now - counted(intent) <= FRESH_FOR:
        return True
    asked = intent.evidence.get("count_asked_at")
    if asked is None or now - datetime.fromisoformat(asked) > PATIENCE:
        start_estimate(client, intent.campaign_id)
        _note(intent, count_asked_at=now.isoformat())
        return False
    found = read_estimate(client, intent.campaign_id)
    if found.running:
        return False
    if _jumped(intent, found.count):
        return {"approved": intent.estimate, "counted": found.count}
    _note(intent, counted_at=now.isoformat())
    return True


def _jumped(intent: SendIntent, count: int | None) -> bool:
    """Nobody, unknown, far more than was approved, or more than one person alone may approve."""
    if not count or count > 2 * (intent.estimate or 0) + _SOME:
        return True
    alone = intent.approved_by_id in {None, intent.requested_by_id}
    return alone and policy_of(intent.account.team_id).needs_second_person(count)


def _note(intent: SendIntent, **facts: str) -> None:
    evidence = {**intent.evidence, **facts}
    here = SendIntent.objects.filter(pk=intent.pk, fence=intent.fence, state=intent.state)
    if here.update(evidence=evidence):
        intent.evidence = evidence
