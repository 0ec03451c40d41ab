"""What can be done to teams and their members. Every change is one transaction, with its line in the audit trail."""

from __future__ import annotations

import secrets

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.text import slugify
from django.utils.translation import gettext as _

from dashboard.audit import record
from dashboard.teams.models import Beginning, Member, Role, Team, User


class Refused(Exception):
    """What was asked cannot be done; the text says why, for the person."""


def is_fresh() -> bool:
    """Whether nobody has ever been made here: the set-up page is open only then."""
    return not User.objects.exists() and not Beginning.objects.exists()


@transaction.atomic
def begin(*, email: str, name: str, password: str, team_name: str) -> Member:
    """The first person and the first team. Raises Refused where somebody was quicker."""
    if not is_fresh():
        raise Refused(_("set-up was done already"))
    try:
        with transaction.atomic():
            Beginning.objects.create()
    except IntegrityError as error:
        raise Refused(_("set-up was done already")) from error
    user = User.objects.create_user(email, password, name=name)
    return make_team(team_name, admin=user)


@transaction.atomic
def make_team(name: str, *, admin: User) -> Member:
    """A new team with its first admin."""
    name = " ".join(name.split())
    team = Team.objects.create(name=name, slug=free_slug(name))
    member = Member.objects.create(team=team, user=admin, role=Role.ADMIN)
    record(team=team, actor=admin, action="team.created", target=name)
    return member


def free_slug(name: str) -> str:
    """A short address for the team that no other has."""
    stem = slugify(name)[:50] or "team"
    slug = stem
    while Team.objects.filter(slug=slug).exists():
        slug = f"{stem}-{secrets.token_hex(2)}"
    return slug


@transaction.atomic
def rename_team(team: Team, *, name: str, by: User) -> None:
    """Give the team another name; its address stays, so that links keep working."""
    before, team.name = team.name, " ".join(name.split())
    team.save(update_fields=["name"])
    record(team=team, actor=by, action="team.renamed", target=team.name, before={"name": before})


@transaction.atomic
def change_role(member_id: int, *, team: Team, role: Role, by: User) -> Member:
    """Give a member another role. Raises Member.DoesNotExist, and Refused for the last admin."""
    member = _locked(team).select_related("user").get(pk=member_id)
    before = Role(member.role)
    if before == Role.ADMIN and role != Role.ADMIN:
        _another_admin_or_refuse(team, member)
    if role != before:
        member.role = role
        member.save(update_fields=["role"])
        old, new = {"role": str(before.label)}, {"role": str(role.label)}
        record(team=team, actor=by, action="member.role_changed", target=member.user.email, before=old, after=new)
    return member


@transaction.atomic
def remove_member(member_id: int, *, team: Team, by: User) -> Member:
    """Take a person out of the team: at once, since every page reads the row. Raises as change_role does."""
    member = _locked(team).select_related("user").get(pk=member_id)
    if member.role == Role.ADMIN:
        _another_admin_or_refuse(team, member)
    action = "member.left" if member.user_id == by.pk else "member.removed"
    record(team=team, actor=by, action=action, target=member.user.email, before={"role": member.get_role_display()})
    Member.objects.filter(pk=member.pk).delete()
    return member


def _locked(team: Team) -> QuerySet[Member]:
    """The team's members, once nobody else is changing them (SQLite serialises writers by itself)."""
    Team.objects.select_for_update().get(pk=team.pk)
    return Member.objects.filter(team=team)


def _another_admin_or_refuse(team: Team, member: Member) -> None:
    others = Member.objects.filter(team=team, role=Role.ADMIN, user__is_active=True).exclude(pk=member.pk)
    if not others.exists():
        raise Refused(_("A team needs an admin: make somebody else an admin first."))
