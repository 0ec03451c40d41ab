"""What people fill in about sends."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class SendForm(forms.Form):
    """The wish to send. `seen` is the digest of what the page showed, `approver` who would have to approve it."""

    seen = forms.CharField(widget=forms.HiddenInput, max_length=64)
    approver = forms.CharField(widget=forms.HiddenInput, max_length=10)
    latest_hours = forms.TypedChoiceField(
        label=_("If it cannot leave at once, keep trying for"),
        choices=[(1, _("1 hour")), (4, _("4 hours")), (24, _("24 hours"))],
        coerce=int,
        initial=4,
        help_text=_("After that it does not leave at all: late is worse than not."),
    )
    undo = forms.BooleanField(
        label=_("Plan it five minutes ahead"),
        required=False,
        help_text=_(
            "Klaviyo is told to send it in five minutes, so that it can still be taken back before any mail leaves."
        ),
    )
    alike_confirmed = forms.BooleanField(label=_("Yes, send the same mail to the same people again"), required=False)

    def __init__(self, *args: Any, immediate: bool = True, alike: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not immediate:
            del self.fields["undo"]
        if not alike:
            del self.fields["alike_confirmed"]


class DecisionForm(forms.Form):
    """A person's word where the machine stops."""

    decision = forms.ChoiceField(
        label=_("What is right?"),
        widget=forms.RadioSelect,
        choices=[
            ("klaviyo_has_it", _("Klaviyo has it: follow it to its end")),
            ("again", _("Klaviyo does not have it: send it again")),
            ("gave_up", _("Give up: nothing more is sent by us")),
        ],
    )
    typed_name = forms.CharField(
        label=_("The campaign's name, typed exactly"),
        required=False,
        max_length=1000,
        help_text=_("Not needed for giving up."),
    )


class PauseForm(forms.Form):
    """Why nothing may leave."""

    reason = forms.CharField(label=_("Why"), max_length=300, required=False)


class RulesForm(forms.Form):
    """A team's own rules."""

    second_person_above = forms.IntegerField(
        label=_("A second person must approve above this many recipients"),
        min_value=0,
        max_value=2_000_000_000,
        required=False,
        help_text=_(
            "Empty: what this installation says. An audience whose size Klaviyo does not tell counts as above it."
        ),
    )
    machine_may_repeat = forms.BooleanField(
        label=_("The machine may send once more by itself"),
        required=False,
        help_text=_(
            "Only below that number, and only after Klaviyo showed a draft and no send job for the whole quiet time."
        ),
    )
