"""A team's own Maton key: proved by a call before it is kept, encrypted, never shown again."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from dashboard import audit
from dashboard.teams.models import Team, User
from klaviyo_app.accounts.clients import gateway_of
from klaviyo_app.accounts.models import MatonKey
from klaviyo_app.gateway.maton import Maton


def set_key(team: Team, key: str, *, by: User, now: datetime) -> MatonKey:
    """Prove a key by listing its connections, then keep it. Raises GatewayError (KeyRefused)."""
    Maton(gateway_of(key)).list()
    with transaction.atomic():
        kept, _ = MatonKey.objects.update_or_create(
            team=team,
            defaults={"key": key, "last_four": key[-4:], "proved_at": now, "refused_at": None, "set_by": by},
        )
        audit.record(team=team, actor=by, action="maton_key.set", target=team.name, after={"last_four": key[-4:]})
    return kept


def remove_key(team: Team, *, by: User) -> None:
    """Forget the team's key; the site's key serves the team again, if there is one."""
    with transaction.atomic():
        MatonKey.objects.filter(team=team).delete()
        audit.record(team=team, actor=by, action="maton_key.removed", target=team.name)
