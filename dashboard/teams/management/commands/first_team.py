"""`manage.py first_team --email you@example.com --team "Your team"`: a team and its admin, without the set-up page."""

from __future__ import annotations

import getpass
import sys
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.db import transaction

from dashboard.teams import services
from dashboard.teams.models import Beginning, Member, User


class Command(BaseCommand):
    """Makes a team; its admin is a new person, or one who is here already."""

    help = "Make a team and its admin."

    def add_arguments(self, parser: CommandParser) -> None:
        """Address, team, and where the password comes from: never from the command line, which others can read."""
        parser.add_argument("--email", required=True)
        parser.add_argument("--team", required=True)
        parser.add_argument("--password-from-stdin", action="store_true", help="read one line instead of asking")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Both or neither."""
        email = options["email"].strip().lower()
        known = User.objects.filter(email=email).first()
        password = "" if known else _password(from_stdin=options["password_from_stdin"])
        try:
            validate_email(email)
            if known is None:
                validate_password(password, User(email=email))
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        member = _make(known, email=email, password=password, team=options["team"])
        self.stdout.write(f"{member.user.email} is admin of {member.team.name}: /t/{member.team.slug}/")


@transaction.atomic
def _make(known: User | None, *, email: str, password: str, team: str) -> Member:
    Beginning.objects.get_or_create(pk=1)
    return services.make_team(team, admin=known or User.objects.create_user(email, password))


def _password(*, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    first = getpass.getpass("Password: ")
    if getpass.getpass("Password, again: ") != first:
        raise CommandError("the two passwords differ")
    return first
