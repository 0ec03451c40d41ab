"""The person's own pages: where to begin, set-up, accepting an invitation, settings."""

from __future__ import annotations

from typing import cast

from allauth.account.views import login as allauth_login
from django.contrib import messages
from django.contrib.auth import login as log_in
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from dashboard.teams import invitations, services
from dashboard.teams.forms import FirstTeam, NewPassword, Person
from dashboard.teams.models import Invitation, Member, User
from dashboard.teams.views import see_other

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The team that the person worked in last, else the first one, else what to do without any."""
    mine = Member.objects.filter(user_id=request.user.pk or 0).select_related("team").order_by("joined_at", "pk")
    slugs = [member.team.slug for member in mine]
    if not slugs:
        return render(request, "teams/none.html")
    last = request.session.get("team")
    return redirect("team", slug=last if last in slugs else slugs[0])


def login(request: HttpRequest) -> HttpResponse:
    """The page of allauth; where nobody could log in yet, the set-up page."""
    if request.method == "GET" and services.is_fresh():
        return redirect("setup")
    return cast("HttpResponse", allauth_login(request))


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def setup(request: HttpRequest) -> HttpResponse:
    """Make the first admin and team. There is no such page once somebody exists."""
    if not services.is_fresh():
        raise Http404
    form = FirstTeam(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            member = services.begin(
                email=given["email"], name=given["name"], password=given["password"], team_name=given["team"]
            )
        except services.Refused as error:
            raise Http404 from error
        log_in(request, member.user, backend=BACKEND)
        return see_other("team", slug=member.team.slug)
    return render(request, "teams/setup.html", {"form": form}, status=422 if form.errors else 200)


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Accept an invitation: signed in, by logging in first, or as somebody new."""
    found = invitations.find(token, timezone.now())
    if found is None:
        return render(request, "teams/invitation_gone.html", status=404)
    if request.user.is_authenticated:
        return _accept_as(request, found, request.user)
    if User.objects.filter(email=found.email).exists():
        after = urlencode({"next": request.path})
        return render(
            request, "teams/invitation.html", {"found": found, "login": f"{reverse('account_login')}?{after}"}
        )
    return _accept_as_new(request, found)


def _accept_as(request: HttpRequest, found: Invitation, user: User) -> HttpResponse:
    if user.email != found.email:
        return render(request, "teams/invitation.html", {"found": found, "stranger": user}, status=403)
    if request.method == "POST":
        try:
            member = invitations.accept(found, user=user, now=timezone.now())
        except services.Refused:
            return render(request, "teams/invitation_gone.html", status=404)
        return see_other("team", slug=member.team.slug)
    return render(request, "teams/invitation.html", {"found": found, "join": True})


def _accept_as_new(request: HttpRequest, found: Invitation) -> HttpResponse:
    form = NewPassword(request.POST or None, email=found.email)
    if request.method != "POST" or not form.is_valid():
        context = {"found": found, "form": form}
        return render(request, "teams/invitation.html", context, status=422 if form.errors else 200)
    try:
        with transaction.atomic():
            given = form.cleaned_data
            user = User.objects.create_user(found.email, given["password"], name=given["name"])
            member = invitations.accept(found, user=user, now=timezone.now())
    except services.Refused:
        return render(request, "teams/invitation_gone.html", status=404)
    except IntegrityError:  # a second click, a moment later: the person is here now and can log in
        return redirect("account_login")
    log_in(request, user, backend=BACKEND)
    return see_other("team", slug=member.team.slug)


@require_http_methods(["GET", "HEAD", "POST"])
def me(request: HttpRequest) -> HttpResponse:
    """Name, time zone, colours."""
    user = cast("User", request.user)
    form = Person(request.POST or None, instance=User.objects.get(pk=user.pk))
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return see_other("me")
    mine = Member.objects.filter(user=user).select_related("team").order_by("team__name")
    return render(request, "teams/person.html", {"form": form, "mine": mine}, status=422 if form.errors else 200)
