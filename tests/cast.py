"""The cast of all tests: one team with a person of each role, and a stranger with a team of his own."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from dashboard.teams.models import Member, Role, Team, User

PASSWORD = "rehearsal-2026"
# A slow hash belongs to the product; the cast's passwords are hashed once a process.
_hashes: dict[str, str] = {}


def make_person(name: str, team: Team, role: Role) -> User:
    """A user called `name` with PASSWORD, and the membership."""
    user = User(email=f"{name}@example.com", name=name.title())
    if PASSWORD not in _hashes:
        user.set_password(PASSWORD)
        _hashes[PASSWORD] = user.password
    user.password = _hashes[PASSWORD]
    user.save()
    Member.objects.create(team=team, user=user, role=role)
    return user


@pytest.fixture
def team(db: None) -> Team:
    """Northlight, the team of alice, paul, bob and vera."""
    return Team.objects.create(name="Northlight", slug="northlight")


@pytest.fixture
def alice(team: Team) -> User:
    """The admin."""
    return make_person("alice", team, Role.ADMIN)


@pytest.fixture
def paul(team: Team) -> User:
    """The publisher."""
    return make_person("paul", team, Role.PUBLISHER)


@pytest.fixture
def bob(team: Team) -> User:
    """The editor."""
    return make_person("bob", team, Role.EDITOR)


@pytest.fixture
def vera(team: Team) -> User:
    """The viewer."""
    return make_person("vera", team, Role.VIEWER)


@pytest.fixture
def other_team(db: None) -> Team:
    """Saltmarsh, charlie's team."""
    return Team.objects.create(name="Saltmarsh", slug="saltmarsh")


@pytest.fixture
def charlie(other_team: Team) -> User:
    """The stranger: admin of a team of his own."""
    return make_person("charlie", other_team, Role.ADMIN)


@pytest.fixture
def client_of() -> Callable[..., Client]:
    """client_of(user) -> a logged-in browser; client_of(user, strict=True) needs CSRF tokens as a real one does."""

    def make(user: User | None = None, *, strict: bool = False) -> Client:
        client = Client(enforce_csrf_checks=strict)
        if user is not None:
            client.force_login(user)
        return client

    return make
