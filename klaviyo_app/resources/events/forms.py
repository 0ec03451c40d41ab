"""Forms of events: one by hand, many from a file."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from klaviyo_app.pages.fields import JsonObjectField, MomentField
from klaviyo_app.pages.mapping import MappingForm
from klaviyo_app.pages.phone import as_e164
from klaviyo_app.resources.events.services import LONGEST_METRIC, PERSON


class EventForm(forms.Form):
    """One event. `unique_id` stays the same however often the form comes back, so that it counts once."""

    metric = forms.CharField(
        label=_("Metric"),
        max_length=LONGEST_METRIC,
        widget=forms.TextInput(attrs={"list": "metrics", "autocomplete": "off"}),
        help_text=_("Its name, such as Visited Store. A name that Klaviyo does not know makes a new metric."),
    )
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
    time = MomentField(label=_("When"), required=False, help_text=_("Left empty: now."))
    value = forms.DecimalField(
        label=_("Value"), required=False, max_digits=18, decimal_places=4, help_text=_("Such as the order's total.")
    )
    currency = forms.RegexField(
        label=_("Currency"),
        regex=r"^[A-Za-z]{3}$",
        required=False,
        error_messages={"invalid": _("Three letters, such as EUR.")},
    )
    properties = JsonObjectField(
        label=_("Properties"), required=False, help_text=_('A JSON object, such as {"Shop": "Bergen", "Items": 3}.')
    )
    unique_id = forms.CharField(widget=forms.HiddenInput, max_length=64, initial=lambda: uuid.uuid4().hex)

    def clean_phone_number(self) -> str:
        """As Klaviyo wants it."""
        return as_e164(self.cleaned_data["phone_number"])

    def clean_currency(self) -> str:
        """In capitals."""
        return str(self.cleaned_data["currency"]).upper()

    def clean_time(self) -> Any:
        """Now where nothing was typed: a repeat of the form has its own time, and the same unique id."""
        return self.cleaned_data["time"] or timezone.now().replace(microsecond=0)

    def clean(self) -> dict[str, Any]:
        """Somebody has to be meant."""
        cleaned = super().clean() or {}
        if not any(cleaned.get(name) for name in PERSON) and not set(PERSON) & set(self.errors):
            raise ValidationError(_("Give an e-mail address, a phone number or an external id."))
        return cleaned


class ColumnsForm(MappingForm):
    """What the columns of a file are, and the metric of rows that name none."""

    own = ("metric",)
    own_names = True
    metric = forms.CharField(
        label=_("Metric"),
        required=False,
        max_length=LONGEST_METRIC,
        widget=forms.TextInput(attrs={"list": "metrics", "autocomplete": "off"}),
        help_text=_("For rows without a metric of their own. A name that Klaviyo does not know makes a new metric."),
    )
