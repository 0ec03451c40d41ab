"""A team's rules for sending: paused or not, when a second person is needed, whether the machine may repeat."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from klaviyo_app.sending.models import SendPolicy


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules that hold for a team now."""

    site_paused: bool
    team_paused_at: datetime | None
    team_paused_by: str
    pause_reason: str
    second_person_above: int
    machine_may_repeat: bool

    @property
    def paused(self) -> bool:
        """Whether anything may leave at all."""
        return self.site_paused or self.team_paused_at is not None

    def needs_second_person(self, estimate: int | None) -> bool:
        """Above the threshold; an audience whose size Klaviyo does not tell counts as above it."""
        return estimate is None or estimate > self.second_person_above


def policy_of(team_id: int, *, lock: bool = False) -> Policy:
    """The team's policy. `lock`: inside a transaction, so that a pause and a claim cannot pass each other."""
    rows = SendPolicy.objects.filter(team_id=team_id)
    row = (rows.select_for_update() if lock else rows).first()
    return Policy(
        site_paused=bool(settings.SENDS_PAUSED),
        team_paused_at=row.paused_at if row else None,
        team_paused_by=str(row.paused_by or "") if row and row.paused_at else "",
        pause_reason=row.pause_reason if row else "",
        second_person_above=settings.SECOND_PERSON_ABOVE
        if row is None or row.second_person_above is None
        else row.second_person_above,
        machine_may_repeat=bool(row and row.machine_may_repeat),
    )
