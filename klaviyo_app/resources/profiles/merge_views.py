"""The questions before a profile is merged or deleted: neither can be undone, so the person types what is meant."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from klaviyo_app.accounts.clients import client_for
from klaviyo_app.accounts.models import Account
from klaviyo_app.accounts.rights import account_page
from klaviyo_app.gateway.errors import GatewayError
from klaviyo_app.pages import confirming, editing, show
from klaviyo_app.pages.once import new_token
from klaviyo_app.pages.showing import status_of
from klaviyo_app.resources.profiles import merging
from klaviyo_app.resources.profiles.services import read_profile
from klaviyo_app.resources.profiles.views import address, title_of


class TypedForm(forms.Form):
    """The yes to something that cannot be undone: `expected`, typed."""

    typed = forms.CharField(label="", max_length=400, widget=forms.TextInput(attrs={"autocomplete": "off"}))

    def __init__(self, *args: Any, expected: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.expected = expected
        self.fields["typed"].label = _("To go on, type %(text)s") % {"text": expected}

    def clean_typed(self) -> str:
        """Exactly that, whatever its case."""
        typed: str = self.cleaned_data["typed"].strip()
        if typed.casefold() != self.expected.casefold():
            raise ValidationError(_("This is not %(text)s."), params={"text": self.expected})
        return typed


class ForgetForm(forms.Form):
    """An address whose people are to be deleted, typed twice."""

    email = forms.EmailField(label=gettext_lazy("E-mail address"))
    again = forms.EmailField(label=gettext_lazy("The same address again"))

    def clean(self) -> dict[str, Any]:
        """Both alike: a slip of the finger must not delete somebody else."""
        cleaned = super().clean() or {}
        if cleaned.get("email") and cleaned.get("again") and cleaned["email"].lower() != cleaned["again"].lower():
            self.add_error("again", ValidationError(_("The two addresses differ.")))
        return cleaned


@account_page
def merge(request: HttpRequest, account: Account, profile_id: str) -> HttpResponse:
    """Choose the other profile, look at both, type the yes."""
    client = client_for(account)
    kept = read_profile(client, profile_id)
    back = address("profile", account, profile_id=profile_id)
    typed = request.POST.get("other", request.GET.get("other", "")).strip()
    context: dict[str, Any] = {"kept": kept, "title_kept": title_of(kept), "back": back, "typed_other": typed}
    context |= {"other": None, "wrong": "", "form_token": new_token(), "problem": None}
    if not typed:
        return show(request, "profiles/merge.html", context)
    try:
        other = merging.find_other(client, typed)
    except GatewayError as error:
        return show(request, "profiles/merge.html", {**context, "problem": error}, status=status_of(error))
    if other is None or other["id"] == profile_id:
        wrong = _("Klaviyo knows nobody with it; it finds whole values only.")
        context["wrong"] = wrong if other is None else _("This is the same profile.")
        return show(request, "profiles/merge.html", context, status=422)
    form = TypedForm(request.POST if request.method == "POST" else None, expected=title_of(kept))
    context |= {
        "other": other,
        "title_other": title_of(other),
        "lines": merging.compare(kept, other),
        "consents": merging.consent_lines(kept, other),
        "fields": form,
    }
    if request.method == "POST" and not form.is_valid():
        return show(request, "profiles/merge.html", context, status=422)

    def act() -> None:
        merging.merge(account, client=client, by=request.user, kept=profile_id, other=other["id"])  # type: ignore[arg-type]
        messages.success(request, _("Klaviyo was asked to merge them. It may take a minute until it shows here."))

    return confirming(
        request,
        template="profiles/merge.html",
        act=act,
        done=lambda _done: back,
        context=context,
    )


@account_page
def delete(request: HttpRequest, account: Account, profile_id: str) -> HttpResponse:
    """Ask, then request the deletion of a person."""
    client = client_for(account)
    profile = read_profile(client, profile_id)
    attributes, back = profile["attributes"], address("profile", account, profile_id=profile_id)
    name = next((one for one in ("email", "phone_number") if attributes.get(one)), "id")
    named = {name: str(attributes.get(name) or profile_id)}
    form = TypedForm(request.POST if request.method == "POST" else None, expected=title_of(profile))
    context = {
        "title": _("Delete %(name)s") % {"name": title_of(profile)},
        "question": _("Ask Klaviyo to delete everything that it knows of this person?"),
        "consequences": [
            _("The profile, its events, consent and place in every list are gone for good. It cannot be undone."),
            _("Every profile with this address or number is deleted."),
            _("Consent is forgotten too: somebody who had said no may be asked again. To keep mails away, suppress."),
            _("Klaviyo takes a while; until then the profile may still be shown."),
        ],
        "button": _("Delete the person"),
        "back": back,
        "fields": form,
    }
    if request.method == "POST" and not form.is_valid():
        values = {**context, "form_token": new_token(), "problem": None, "danger": True}
        return show(request, "pages/confirm.html", values, status=422)
    return confirming(
        request,
        act=lambda: _ask_deletion(request, account, named, profile_id),
        done=lambda _done: address("profiles", account),
        context=context,
    )


def _ask_deletion(request: HttpRequest, account: Account, named: dict[str, str], profile_id: str) -> None:
    merging.request_deletion(
        account,
        client=client_for(account),
        by=request.user,  # type: ignore[arg-type]
        named=named,
        profile_id=profile_id,
    )
    messages.success(request, _("Klaviyo was asked to delete the person. Until it has, the profile is still found."))


@account_page
def forget(request: HttpRequest, account: Account) -> HttpResponse:
    """Request a deletion by address, whether there is a profile or not."""
    form = ForgetForm(request.POST or None)
    return editing(
        request,
        template="pages/form.html",
        form=form,
        save=lambda: _ask_deletion(request, account, {"email": form.cleaned_data["email"].lower()}, ""),
        done=lambda _done: address("profiles", account),
        said="",
        context={
            "title": _("Delete a person by address"),
            "lead": _(
                "Klaviyo deletes everything that it knows of everybody with this address, for good. Our log keeps "
                "that it was asked for, not the address."
            ),
            "button": _("Delete the person"),
            "danger": True,
            "back": address("profiles", account),
        },
    )
