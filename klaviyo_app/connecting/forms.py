"""The form of a team's Maton key."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

SHORTEST = 7


class KeyForm(forms.Form):
    """A key; it is never shown again."""

    key = forms.CharField(
        label=_("Maton key"),
        max_length=500,
        widget=forms.PasswordInput(render_value=False, attrs={"autocomplete": "off"}),
        help_text=_("From maton.ai/settings. It is stored encrypted; only its last four characters are shown later."),
    )

    def clean_key(self) -> str:
        """One word of plain characters."""
        key: str = self.cleaned_data["key"].strip()
        if len(key) < SHORTEST or not key.isascii() or not key.isprintable() or " " in key:
            raise ValidationError(_("This does not look like a Maton key."))
        return key
