"""Forms about people and teams. Every field has a label and says to the browser what it is for."""

from __future__ import annotations

import zoneinfo
from typing import Any, ClassVar

from django import forms
from django.contrib.auth.password_validation import password_validators_help_texts, validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from dashboard.teams.models import Role, Team, User


def zones() -> list[tuple[str, str]]:
    """Every IANA zone a person may choose."""
    names = sorted(name for name in zoneinfo.available_timezones() if "/" in name and not name.startswith("Etc/"))
    return [("UTC", "UTC"), *((name, name.replace("_", " ")) for name in names)]


def _password(label: Any, **attrs: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", **attrs}),
    )


class NewPassword(forms.Form):
    """A name and a password of one's own; the address comes from elsewhere (`email`)."""

    name = forms.CharField(label=_("Your name"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    password = _password(_("Password"))
    password_again = _password(_("Password, again"))

    def __init__(self, *args: Any, email: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._email = email
        self.fields["password"].help_text = " ".join(password_validators_help_texts())

    def clean(self) -> dict[str, Any]:
        """Both passwords the same, and good enough for Django's validators."""
        values = super().clean() or {}
        password = values.get("password")
        if password and values.get("password_again") not in {None, password}:
            self.add_error("password_again", _("This is not the same password."))
        if password:
            someone = User(email=values.get("email") or self._email, name=values.get("name", ""))
            try:
                validate_password(password, someone)
            except ValidationError as error:
                self.add_error("password", error)
        return values


class FirstTeam(NewPassword):
    """The set-up page."""

    email = forms.EmailField(
        label=_("Your e-mail address"), widget=forms.EmailInput(attrs={"autocomplete": "username"})
    )
    team = forms.CharField(
        label=_("Name of your team"), max_length=100, widget=forms.TextInput(attrs={"autocomplete": "organization"})
    )
    field_order = ("team", "name", "email", "password", "password_again")


class Invite(forms.Form):
    """Whom to invite, as what."""

    email = forms.EmailField(label=_("E-mail address"), widget=forms.EmailInput(attrs={"autocomplete": "off"}))
    role = forms.TypedChoiceField(label=_("Role"), choices=Role.choices, coerce=lambda value: Role(int(value)))

    def clean_email(self) -> str:
        """In lower case, as people's addresses are kept."""
        return str(self.cleaned_data["email"]).lower()


class ChooseRole(forms.Form):
    """A member's role."""

    role = forms.TypedChoiceField(label=_("Role"), choices=Role.choices, coerce=lambda value: Role(int(value)))


class Rename(forms.ModelForm):
    """The team's name."""

    class Meta:
        model = Team
        fields: ClassVar = ["name"]


class Person(forms.ModelForm):
    """What a person says about himself."""

    time_zone = forms.ChoiceField(
        label=_("Time zone"), choices=zones, help_text=_("Dates and times are shown in this zone.")
    )

    class Meta:
        model = User
        fields: ClassVar = ["name", "time_zone", "theme"]
        widgets: ClassVar = {"name": forms.TextInput(attrs={"autocomplete": "name"})}
