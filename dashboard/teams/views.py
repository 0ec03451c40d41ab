"""The team: its home, its people, its invitations, its trail. The person's own pages are in person.py."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dashboard.teams import invitations, services
from dashboard.teams.admission import team_page
from dashboard.teams.forms import ChooseRole, Invite, Rename
from dashboard.teams.models import Invitation, Member, Role

# The first of these that exists is where an account's name leads; they are rooms that this one does not know.
ACCOUNT_PAGES = ("account", "campaigns", "lists")


def see_other(name: str, **kwargs: Any) -> HttpResponseRedirect:
    """303 to a page of ours after a change."""
    response = HttpResponseRedirect(reverse(name, kwargs=kwargs))
    response.status_code = 303
    return response


def _link(names: tuple[str, ...], **kwargs: Any) -> str:
    for name in names:
        try:
            return reverse(name, kwargs=kwargs)
        except NoReverseMatch:
            continue
    return ""


@require_safe
@team_page
def team(request: HttpRequest, member: Member) -> HttpResponse:
    """The accounts that the team works on."""
    listed = [
        {"row": account, "link": _link(ACCOUNT_PAGES, account_id=account.pk)}
        for account in member.team.accounts.order_by("name")
    ]
    context = {"listed": listed, "connect": _link(("connect",), slug=member.team.slug)}
    return render(request, "teams/team.html", context)


@require_POST
@team_page
def switch(request: HttpRequest, member: Member) -> HttpResponse:
    """Work in this team from now on: under a new session id, so that the old one is worth nothing."""
    request.session["team"] = member.team.slug
    request.session.cycle_key()
    return see_other("team", slug=member.team.slug)


@require_safe
@team_page
def members(request: HttpRequest, member: Member) -> HttpResponse:
    """Who is in the team, and who was asked to join."""
    return _members(request, member, form=Invite(initial={"role": Role.VIEWER}))


def _members(request: HttpRequest, member: Member, *, status: int = 200, **context: Any) -> HttpResponse:
    people = Member.objects.filter(team=member.team).select_related("user").order_by("user__name", "user__email")
    waiting = invitations.open_invitations(timezone.now()).filter(team=member.team).order_by("-created_at")
    context.update(people=people, waiting=waiting, roles=Role.choices, is_admin=member.role == Role.ADMIN)
    return render(
        request, "teams/members.html", {"link": "", "invited": None, "mailed": False, **context}, status=status
    )


@require_POST
@team_page
def invite(request: HttpRequest, member: Member) -> HttpResponse:
    """Make an invitation; the answer shows its link, this once."""
    form = Invite(request.POST)
    if not form.is_valid():
        return _members(request, member, form=form, status=422)
    try:
        invitation, link = invitations.invite(member.team, by=member.user, now=timezone.now(), **form.cleaned_data)
    except services.Refused as reason:
        form.add_error("email", str(reason))
        return _members(request, member, form=form, status=422)
    mailed = invitations.mail(invitation, link)
    fresh = Invite(initial={"role": Role.VIEWER})
    return _members(request, member, form=fresh, link=link, invited=invitation, mailed=mailed)


@require_POST
@team_page
def revoke(request: HttpRequest, member: Member, invitation_id: int) -> HttpResponse:
    """Withdraw an invitation."""
    try:
        invitations.revoke(invitation_id, team=member.team, by=member.user, now=timezone.now())
    except Invitation.DoesNotExist as error:
        raise Http404 from error
    messages.success(request, _("The invitation was withdrawn; its link works no longer."))
    return see_other("members", slug=member.team.slug)


@require_POST
@team_page
def role(request: HttpRequest, member: Member, member_id: int) -> HttpResponse:
    """Give a member another role."""
    form = ChooseRole(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose one of the roles."))
        return see_other("members", slug=member.team.slug)
    try:
        changed = services.change_role(member_id, team=member.team, role=form.cleaned_data["role"], by=member.user)
    except Member.DoesNotExist as error:
        raise Http404 from error
    except services.Refused as reason:
        messages.error(request, str(reason))
    else:
        told = {"person": changed.user, "role": changed.get_role_display()}
        messages.success(request, _("%(person)s is now %(role)s.") % told)
    return see_other("members", slug=member.team.slug)


@require_http_methods(["GET", "HEAD", "POST"])
@team_page
def remove(request: HttpRequest, member: Member, member_id: int) -> HttpResponse:
    """Ask, then take a person out of the team."""
    found = Member.objects.filter(team=member.team, pk=member_id).select_related("user").first()
    if found is None:
        raise Http404
    return _take_out(request, member, found)


@require_http_methods(["GET", "HEAD", "POST"])
@team_page
def leave(request: HttpRequest, member: Member) -> HttpResponse:
    """Ask, then leave the team."""
    return _take_out(request, member, member)


def _take_out(request: HttpRequest, member: Member, found: Member) -> HttpResponse:
    mine = found.pk == member.pk
    if request.method != "POST":
        return render(request, "teams/remove.html", {"found": found, "mine": mine, "error": ""})
    try:
        services.remove_member(found.pk, team=member.team, by=member.user)
    except Member.DoesNotExist as error:
        raise Http404 from error
    except services.Refused as reason:
        return render(request, "teams/remove.html", {"found": found, "mine": mine, "error": str(reason)}, status=409)
    messages.success(request, _("%(person)s left the team.") % {"person": found.user})
    return see_other("home") if mine else see_other("members", slug=member.team.slug)


@require_http_methods(["GET", "HEAD", "POST"])
@team_page
def edit(request: HttpRequest, member: Member) -> HttpResponse:
    """The team's name."""
    form = Rename(request.POST or None, initial={"name": member.team.name})
    if request.method == "POST" and form.is_valid():
        services.rename_team(member.team, name=form.cleaned_data["name"], by=member.user)
        messages.success(request, _("Saved."))
        return see_other("team", slug=member.team.slug)
    return render(request, "teams/edit.html", {"form": form}, status=422 if form.errors else 200)
