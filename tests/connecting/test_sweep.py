"""The sweep of connect attempts: each team's for itself."""

from __future__ import annotations

import pytest
from django.utils import timezone
from django_scopes import scopes_disabled

from dashboard.teams.models import Team
from klaviyo_app.connecting import states, tasks
from klaviyo_app.connecting.models import Attempt
from tests.connecting.rig import Maton

pytestmark = pytest.mark.django_db


def test_an_attempt_that_cannot_go_on_keeps_no_other_team_waiting(maton: Maton) -> None:
    now = timezone.now()
    with scopes_disabled():
        for number, wrong in enumerate(("..", None, "../..")):
            team = Team.objects.create(name=f"Team {number}", slug=f"team-{number}")
            state = states.WAITING if wrong else states.INTENDED
            Attempt.objects.create(team=team, state=state, connection_id=wrong, since=now, next_look_at=now)
    tasks.sweep()
    with scopes_disabled():
        assert Attempt.objects.get(team__slug="team-1").state == states.WAITING
        assert not Attempt.objects.filter(next_look_at__lte=now).exists()
