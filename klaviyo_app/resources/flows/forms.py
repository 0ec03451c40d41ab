"""Forms of flows."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from klaviyo_app.pages.fields import JsonObjectField


class CopyForm(forms.Form):
    """What the copy is called."""

    name = forms.CharField(label=_("Name"), max_length=255)


class DefinitionForm(CopyForm):
    """A new flow from a definition."""

    definition = JsonObjectField(
        label=_("Definition"),
        help_text=_("Klaviyo's JSON: triggers, actions with temporary ids, and the action that it begins with."),
    )

    def clean_definition(self) -> dict[str, Any]:
        """What every definition has; Klaviyo says the rest."""
        found: dict[str, Any] = self.cleaned_data["definition"]
        if missing := [name for name in ("triggers", "actions", "entry_action_id") if name not in found]:
            raise ValidationError(_("It lacks: %(names)s."), params={"names": ", ".join(missing)})
        return found
