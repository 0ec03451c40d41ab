"""The team's audit trail, for its admins: newest first, filtered by person and action."""

from __future__ import annotations

import re

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from dashboard.audit.models import Entry
from dashboard.teams.admission import team_page
from dashboard.teams.models import Member, User

PAGE = 50


class Filter(forms.Form):
    """What the trail can be narrowed to; all of it stands in the address."""

    words = forms.CharField(label=_("Action or target"), required=False, max_length=100)
    person = forms.ModelChoiceField(
        label=_("Person"), required=False, queryset=User.objects.none(), empty_label=_("everybody")
    )
    before = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)


@require_safe
@team_page
def index(request: HttpRequest, member: Member) -> HttpResponse:
    """One page of lines, by key rather than by number: the trail may be long."""
    lines = Entry.objects.filter(team=member.team)
    form = Filter(request.GET)
    known = lines.order_by().values("actor").distinct()
    form.fields["person"].queryset = User.objects.filter(pk__in=known).order_by("email")  # type: ignore[attr-defined]
    if form.is_valid():
        if words := form.cleaned_data["words"]:
            shown = "[ ._]".join(re.escape(one) for one in words.split())  # "list renamed" is kept as list.renamed
            lines = lines.filter(action__iregex=shown) | lines.filter(target__icontains=words)
        if actor := form.cleaned_data["person"]:
            lines = lines.filter(actor=actor)
        if before := form.cleaned_data["before"]:
            lines = lines.filter(pk__lt=before)
    rows = list(lines.select_related("actor").order_by("-pk")[: PAGE + 1])
    older = ""
    if len(rows) > PAGE:
        kept: dict[str, str | int] = {name: request.GET[name] for name in ("words", "person") if request.GET.get(name)}
        older = f"?{urlencode(kept | {'before': rows[PAGE - 1].pk})}"
    return render(request, "audit/index.html", {"rows": rows[:PAGE], "form": form, "older": older})
