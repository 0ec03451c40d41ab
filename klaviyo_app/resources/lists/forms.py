"""Forms of lists."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from klaviyo_app.resources.lists import addresses

OPT_INS = [
    ("double_opt_in", _("Double: people confirm by a mail first")),
    ("single_opt_in", _("Single: people are in at once")),
]


class ListForm(forms.Form):
    """Name, and the opt-in process where the served revision can write it."""

    name = forms.CharField(label=_("Name"), max_length=255)
    opt_in_process = forms.ChoiceField(label=_("Opt-in"), choices=OPT_INS, widget=forms.RadioSelect, required=False)

    def __init__(self, *args: Any, opt_in_writable: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not opt_in_writable:
            del self.fields["opt_in_process"]


class PeopleForm(forms.Form):
    """Pasted addresses. The good ones are `cleaned_data["addresses"]`; broken ones are named beside the box."""

    addresses = forms.CharField(
        label=_("E-mail addresses"),
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}),
        help_text=_("One a line, or separated by commas; “Ada Example <ada@example.com>” works too."),
    )
    make = forms.BooleanField(
        label=_("Make a profile for people whom Klaviyo does not know yet"), required=False, initial=True
    )

    def __init__(self, *args: Any, adding: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not adding:
            del self.fields["make"]

    def clean_addresses(self) -> list[str]:
        """At least one good address and no broken one: a typo is mended, not dropped."""
        found = addresses.from_text(self.cleaned_data["addresses"])
        if found.bad:
            shown = ", ".join(found.bad[:10])
            raise ValidationError(_("These are no addresses: %(bad)s. Mend them or take them out.") % {"bad": shown})
        if len(found.good) > addresses.MOST:
            raise ValidationError(_("At most %(most)s at once.") % {"most": addresses.MOST})
        return list(found.good)
