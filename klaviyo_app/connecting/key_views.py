"""The team's Maton key."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from dashboard.teams.models import Member
from klaviyo_app.accounts import keys
from klaviyo_app.accounts.models import MatonKey
from klaviyo_app.accounts.rights import team_page
from klaviyo_app.connecting import services
from klaviyo_app.connecting.forms import KeyForm
from klaviyo_app.gateway.errors import KeyRefused
from klaviyo_app.pages import confirming, editing, show
from klaviyo_app.pages.once import new_token


@sensitive_post_parameters("key")
@team_page
def edit(request: HttpRequest, member: Member) -> HttpResponse:
    """Where the key comes from; enter another one."""
    form = KeyForm(request.POST or None)
    own = MatonKey.objects.filter(team=member.team).first()

    def save() -> MatonKey:
        try:
            kept = keys.set_key(member.team, form.cleaned_data["key"], by=member.user, now=timezone.now())
        except KeyRefused as error:
            raise Refused(form) from error
        services.key_is_new(member.team)
        return kept

    try:
        return editing(
            request,
            template="connecting/key.html",
            form=form,
            save=save,
            done=lambda _kept: reverse("maton-key", kwargs={"slug": member.team.slug}),
            context=_context(member, own),
        )
    except Refused:
        return editing_again(request, member, form, own)


class Refused(Exception):
    """Maton does not know the key; the complaint stands beside the field."""

    def __init__(self, form: Form) -> None:
        super().__init__("refused")
        form.add_error("key", _("Maton does not accept this key."))


def editing_again(request: HttpRequest, member: Member, form: Form, own: MatonKey | None) -> HttpResponse:
    """The form once more, with the complaint beside the field."""
    values: dict[str, Any] = {"form": form, "form_token": new_token(), "problem": None, "changed": None}
    return show(request, "connecting/key.html", {**values, **_context(member, own)}, status=422)


def _context(member: Member, own: MatonKey | None) -> dict[str, Any]:
    return {
        "title": _("Maton key"),
        "button": _("Check and keep the key"),
        "back": reverse("team", kwargs={"slug": member.team.slug}),
        "own": own,
        "site": bool(settings.MATON_API_KEY),
    }


@team_page
def remove(request: HttpRequest, member: Member) -> HttpResponse:
    """Forget the team's own key."""
    back = reverse("maton-key", kwargs={"slug": member.team.slug})
    site = bool(settings.MATON_API_KEY)
    return confirming(
        request,
        act=lambda: keys.remove_key(member.team, by=member.user),
        done=lambda _done: back,
        context={
            "title": _("Remove the Maton key"),
            "question": _("Remove the team's own key?"),
            "consequences": [
                _("The site's key serves the team from then on; connections made with the old key stop working.")
                if site
                else _("There is no other key: every account of the team stops working until a new one is entered.")
            ],
            "button": _("Remove the key"),
            "back": back,
        },
    )
