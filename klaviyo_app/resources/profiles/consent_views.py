"""The questions before a person's consent is changed, each with what follows from a yes."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from klaviyo_app.accounts.clients import client_for
from klaviyo_app.accounts.models import Account
from klaviyo_app.accounts.rights import account_page
from klaviyo_app.pages import confirming
from klaviyo_app.resources.profiles.consenting import change_consent, reached_by
from klaviyo_app.resources.profiles.services import read_profile
from klaviyo_app.resources.profiles.views import address, title_of


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked before an act."""

    title: str | Promise
    question: str | Promise
    consequences: tuple[str | Promise, ...]
    button: str | Promise
    danger: bool = True


QUESTIONS = {
    "subscribe": Question(
        _("Subscribe %(name)s"),
        _("Has this person said yes to marketing mail?"),
        (
            _("Klaviyo records the consent as given to you; in many countries you must be able to prove it."),
            _("An earlier unsubscribing, a spam complaint and a suppression by hand are lifted."),
        ),
        _("Yes, subscribe"),
        danger=False,
    ),
    "unsubscribe": Question(
        _("Unsubscribe %(name)s"),
        _("Unsubscribe this person from marketing mail?"),
        (_("No campaign and no flow sends marketing mail there until the person subscribes again."),),
        _("Unsubscribe"),
    ),
    "suppress": Question(
        _("Suppress %(name)s"),
        _("Keep all marketing mail away from this address?"),
        (_("The consent stays as it is; mails stay away until the suppression is taken back."),),
        _("Suppress"),
    ),
    "unsuppress": Question(
        _("Take the suppression of %(name)s back"),
        _("Take the suppression back that somebody made by hand?"),
        (_("A bounce, a spam complaint and an unsubscribing stay."),),
        _("Take it back"),
        danger=False,
    ),
    "subscribe-sms": Question(
        _("Subscribe %(name)s to text messages"),
        _("Has this person said yes to marketing by text message?"),
        (
            _("Klaviyo records the consent as given to you; in many countries you must be able to prove it."),
            _("Klaviyo refuses numbers of countries in which your account does not send."),
        ),
        _("Yes, subscribe"),
        danger=False,
    ),
    "unsubscribe-sms": Question(
        _("Unsubscribe %(name)s from text messages"),
        _("Unsubscribe this person from marketing by text message?"),
        (_("No campaign and no flow sends marketing there until the person subscribes again."),),
        _("Unsubscribe"),
    ),
}


@account_page
def consent(request: HttpRequest, account: Account, profile_id: str, act: str) -> HttpResponse:
    """Ask, then change what may be sent to the person's e-mail address or number."""
    if act not in QUESTIONS:
        raise Http404
    profile, asked = read_profile(client_for(account), profile_id), QUESTIONS[act]
    if not profile["attributes"].get(reached_by(act)):
        raise Http404
    back = address("profile", account, profile_id=profile_id)

    def change() -> None:
        change_consent(account, profile, act, client=client_for(account), by=request.user)  # type: ignore[arg-type]
        messages.success(request, _("Klaviyo was asked. It may take a minute until it shows here."))

    return confirming(
        request,
        act=change,
        done=lambda _done: back,
        context={
            "title": str(asked.title) % {"name": title_of(profile)},
            "question": asked.question,
            "consequences": asked.consequences,
            "button": asked.button,
            "danger": asked.danger,
            "back": back,
        },
    )
