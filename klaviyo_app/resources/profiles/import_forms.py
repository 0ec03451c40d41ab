"""The form of an import beside its columns: the list that the people are put into."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from klaviyo_app.accounts.models import Account
from klaviyo_app.pages.mapping import MappingForm
from klaviyo_app.resources.lists.models import KlaviyoList
from klaviyo_app.resources.profiles.from_file import PERSON
from klaviyo_app.resources.segments.names import choices_of


class ColumnsForm(MappingForm):
    """What the columns of a file are, and a list if the people are to be in one."""

    own = ("into",)
    into = forms.ChoiceField(
        label=gettext_lazy("Add them to a list"),
        required=False,
        help_text=gettext_lazy(
            "Being in a list is no consent to get mail: people who never subscribed still get none."
        ),
    )

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["into"].choices = [("", _("No list")), *choices_of(KlaviyoList, account)]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """At least one column must say who somebody is."""
        cleaned = super().clean()
        chosen = {value for name, value in cleaned.items() if name.startswith("column-")}
        if not chosen & set(PERSON) and not any(name.startswith("column-") for name in self.errors):
            raise ValidationError(_("One column must be the e-mail address, the phone number or the external id."))
        return cleaned
