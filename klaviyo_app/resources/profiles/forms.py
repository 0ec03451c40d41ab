"""The form of a profile: who it is, where, and the shop's own properties as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from klaviyo_app.pages.fields import JsonObjectField, as_text
from klaviyo_app.pages.phone import as_e164
from klaviyo_app.resources.profiles.services import PLACE, PLAIN


class ProfileForm(forms.Form):
    """Make or change a profile; at least one of e-mail address, phone number and external id says who it is."""

    email = forms.EmailField(label=_("E-mail address"), required=False)
    phone_number = forms.CharField(
        label=_("Phone number"),
        required=False,
        max_length=40,
        help_text=_("With the country code, such as +4915112345678."),
    )
    external_id = forms.CharField(
        label=_("External id"), required=False, max_length=255, help_text=_("Your shop's own id of this person.")
    )
    first_name = forms.CharField(label=_("First name"), required=False, max_length=255)
    last_name = forms.CharField(label=_("Last name"), required=False, max_length=255)
    organization = forms.CharField(label=_("Organization"), required=False, max_length=255)
    title = forms.CharField(label=_("Job title"), required=False, max_length=255)
    address1 = forms.CharField(label=_("Address"), required=False, max_length=255)
    address2 = forms.CharField(label=_("Address, second line"), required=False, max_length=255)
    city = forms.CharField(label=_("City"), required=False, max_length=255)
    region = forms.CharField(label=_("Region"), required=False, max_length=255)
    zip = forms.CharField(label=_("Postal code"), required=False, max_length=40)
    country = forms.CharField(label=_("Country"), required=False, max_length=255)
    timezone = forms.CharField(
        label=_("Time zone"), required=False, max_length=60, help_text=_("Such as Europe/Berlin.")
    )
    properties = JsonObjectField(
        label=_("Properties"),
        required=False,
        help_text=_(
            'A JSON object, such as {"Favourite colour": "green"}. What is taken out here is taken off the profile.'
        ),
    )

    def clean_phone_number(self) -> str:
        """As Klaviyo wants it."""
        return as_e164(self.cleaned_data["phone_number"])

    def clean(self) -> dict[str, Any]:
        """Somebody has to be meant."""
        cleaned = super().clean() or {}
        names = ("email", "phone_number", "external_id")
        if not any(cleaned.get(name) for name in names) and not set(names) & set(self.errors):
            raise ValidationError(_("Give an e-mail address, a phone number or an external id."))
        return cleaned


def initial_of(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """What the form shows of a profile."""
    place = attributes.get("location") or {}
    return {
        **{name: attributes.get(name) or "" for name in PLAIN},
        **{name: place.get(name) or "" for name in PLACE},
        "properties": as_text(attributes.get("properties") or {}),
    }
