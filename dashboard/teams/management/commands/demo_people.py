"""`manage.py demo_people`: the people of the rehearsal, with a password that everybody knows. Only with the sandbox."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from dashboard.teams import services
from dashboard.teams.models import Beginning, Member, Role, Team, User

PASSWORD = "rehearsal-2026"  # noqa: S105  printed by `make run`; worth nothing outside the sandbox
TEAMS = {
    "Northlight": (
        ("alice@example.com", "Alice Lindqvist", Role.ADMIN),
        ("paul@example.com", "Paul Okafor", Role.PUBLISHER),
        ("bob@example.com", "Bob Tanaka", Role.EDITOR),
        ("vera@example.com", "Vera Costa", Role.VIEWER),
    ),
    "Saltmarsh": (("charlie@example.com", "Charlie Dubois", Role.ADMIN),),
}


class Command(BaseCommand):
    """Makes what is missing and leaves the rest as it is."""

    help = "Make the demo people and their teams (sandbox only)."

    @transaction.atomic
    def handle(self, *_args: Any, **_options: Any) -> None:
        """Refuses where the gateway is a real one: the password is public."""
        here = urlsplit(settings.MATON_GATEWAY_URL).hostname in {"127.0.0.1", "localhost", "::1"}
        if settings.MATON_API_KEY != "sandbox" or not here:
            raise CommandError("the gateway is not the sandbox; people with a public password do not belong here")
        Beginning.objects.get_or_create(pk=1)
        for name, people in TEAMS.items():
            team = Team.objects.filter(name=name).first()
            for email, person, role in people:
                user = User.objects.filter(email=email).first()
                user = user or User.objects.create_user(email, PASSWORD, name=person, time_zone="Europe/Berlin")
                if team is None:
                    team = services.make_team(name, admin=user).team
                Member.objects.get_or_create(team=team, user=user, defaults={"role": role})
        self.stdout.write(f"{User.objects.count()} people")
