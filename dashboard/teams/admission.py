"""How a page finds its team: through the signed-in member, so that a stranger sees what is not there."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import structlog
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django_scopes import scope

from dashboard.access import needed
from dashboard.audit import record
from dashboard.teams.models import Member

log = structlog.get_logger("access")


def admit(request: HttpRequest, **team: Any) -> Member:
    """The member row of the signed-in person, kept as request.member.

    `team` filters Member: `team__slug="north"` or `team=team`. A stranger gets 404 as if there were no such team, a
    role too low 403; the row is read on each request, so a role that was taken away is gone at once.
    """
    match = request.resolver_match
    name = match.view_name if match else ""
    right = needed(name, request.method or "GET")
    member = Member.objects.select_related("team", "user").filter(user_id=request.user.pk or 0, **team).first()
    if member is None or right is None:
        raise Http404
    if not member.may(right):
        log.warning("refused", page=name, method=request.method, user=member.user_id, team=member.team_id)
        if request.method not in {"GET", "HEAD", "OPTIONS"}:  # a read must not write
            record(team=member.team, actor=member.user, action="access.refused", target=name)
        raise PermissionDenied
    request.member = member  # type: ignore[attr-defined]
    return member


def team_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page below /t/<slug>/: the view gets (request, member, ...), inside the team's scope."""

    @wraps(view)
    def page(request: HttpRequest, slug: str, *args: Any, **kwargs: Any) -> HttpResponse:
        member = admit(request, team__slug=slug)
        with scope(team=member.team):
            return view(request, member, *args, **kwargs)

    return page
