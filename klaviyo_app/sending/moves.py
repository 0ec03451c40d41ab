"""The only way a send changes its state: along the table, by one conditional update, with the step written down."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import transaction

from dashboard.teams.models import User
from klaviyo_app.sending import states
from klaviyo_app.sending.models import SendEvent, SendIntent


class NotInTable(Exception):
    """The table has no such edge: a programming error, nothing was changed."""


class Unproven(Exception):
    """A guard of the edge was not proven by the caller: a programming error, nothing was changed."""


def move(
    intent: SendIntent,
    event: str,
    *,
    proven: Collection[str] = (),
    now: datetime,
    by: User | None = None,
    note: str = "",
    **changes: Any,
) -> bool:
    """Take the intent along the edge if the row still stands where `intent` says (state, fence, generation).

    `proven` names the guards that the caller has proven. False: somebody else was faster and nothing was changed.
    """
    edge = states.transition(intent.state, event)
    if edge is None:
        raise NotInTable(f"{event} in {intent.state}")
    if missing := set(edge.guards) - set(proven):
        raise Unproven(f"{event} in {intent.state}: {sorted(missing)}")
    values = {"state": edge.to, "since": now, "looks": 0, "next_look_at": now, "reason": "", **changes}
    if edge.to not in states.SWEPT:
        values["next_look_at"] = None
    with transaction.atomic():
        here = SendIntent.objects.filter(
            pk=intent.pk, state=intent.state, fence=intent.fence, generation=intent.generation
        )
        if not here.update(**values):
            return False
        SendEvent.objects.create(
            intent_id=intent.pk,
            at=now,
            event=event,
            state=edge.to,
            generation=values.get("generation", intent.generation),
            by=by,
            note=note[:500],
        )
    for name, value in values.items():
        setattr(intent, name, value)
    return True


def stay(intent: SendIntent, **changes: Any) -> None:
    """No step, only what was learned and when to look again; nothing if somebody else moved it meanwhile."""
    here = SendIntent.objects.filter(pk=intent.pk, state=intent.state, fence=intent.fence, generation=intent.generation)
    if here.update(**changes):
        for name, value in changes.items():
            setattr(intent, name, value)
