"""Forms of coupons and codes."""

from __future__ import annotations

from datetime import datetime
from random import SystemRandom
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from klaviyo_app.pages.fields import MomentField
from klaviyo_app.resources.coupons import codes
from klaviyo_app.resources.coupons.services import LOWEST_THRESHOLD


class CouponForm(forms.Form):
    """A new coupon. With `monitored` the form asks for the balance at which Klaviyo warns."""

    external_id = forms.RegexField(
        label=_("Name"),
        regex=r"^[0-9A-Za-z_]+$",
        max_length=255,
        help_text=_("Letters, digits and underscores, such as SUMMER_10. It cannot be changed later."),
        error_messages={"invalid": _("Use letters, digits and underscores only.")},
    )
    description = forms.CharField(label=_("Description"), required=False, max_length=1000)
    threshold = forms.IntegerField(
        label=_("Warn when fewer codes are left than"),
        required=False,
        min_value=LOWEST_THRESHOLD,
        help_text=_("At least 100. Without codes, Klaviyo skips the mails that need one."),
    )

    def __init__(self, *args: Any, monitored: bool, fixed: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not monitored:
            del self.fields["threshold"]
        if fixed:
            del self.fields["external_id"]


class ExpiryForm(forms.Form):
    """When a code expires, in the person's time zone."""

    expires_at = MomentField(label=_("Expires"))

    def clean_expires_at(self) -> datetime | None:
        """A time to come."""
        at: datetime | None = self.cleaned_data["expires_at"]
        if at is not None and at <= timezone.now():
            raise ValidationError(_("This time is over."))
        return at


class CodeForm(ExpiryForm):
    """One new code."""

    code = forms.CharField(label=_("Code"), max_length=codes.LONGEST)
    field_order: tuple[str, ...] = ("code", "expires_at")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["expires_at"].required = False
        self.fields["expires_at"].help_text = _("Empty: a year from now.")

    def clean_code(self) -> str:
        """One code that Klaviyo takes."""
        found = codes.from_text(self.cleaned_data["code"])
        if len(found.codes) != 1 or found.bad:
            raise ValidationError(_("Use letters, digits, - _ and . only, without spaces."))
        return found.codes[0]


class CodesForm(CodeForm):
    """Many codes: a pattern and how many, or pasted ones. `made` are the codes of a valid form."""

    code = None  # type: ignore[assignment]
    pattern = forms.CharField(
        label=_("Pattern"),
        required=False,
        max_length=codes.LONGEST,
        help_text=_(
            "@ is a letter, # a digit, * either, such as SUMMER-****-****. Easily mixed up signs are left out."
        ),
    )
    count = forms.IntegerField(label=_("How many"), required=False, min_value=1, max_value=codes.MOST)
    pasted = forms.CharField(
        label=_("Or paste codes"),
        required=False,
        widget=forms.Textarea(attrs={"class": "code", "rows": 8}),
        help_text=_("Separated by spaces, commas or new lines."),
    )
    field_order = ("pattern", "count", "pasted", "expires_at")

    def clean_code(self) -> str:
        """Not asked for here."""
        return ""

    def clean(self) -> dict[str, Any]:
        """Either a pattern with a count, or pasted codes."""
        cleaned = super().clean() or {}
        self.made: list[str] = []
        pasted, pattern = (cleaned.get("pasted") or "").strip(), (cleaned.get("pattern") or "").strip()
        if pasted and pattern:
            self.add_error("pasted", _("Give a pattern or paste codes, not both."))
        elif pasted:
            self._take_pasted(pasted)
        elif not pattern:
            self.add_error("pattern", _("Give a pattern, or paste codes below."))
        elif not cleaned.get("count"):
            self.add_error("count", _("Say how many codes."))
        else:
            try:
                self.made = codes.from_pattern(pattern, cleaned["count"], random=SystemRandom())
            except codes.BadPattern as error:
                self.add_error("pattern", str(error))
        return cleaned

    def _take_pasted(self, text: str) -> None:
        found = codes.from_text(text)
        if found.bad:
            self.add_error("pasted", _("These cannot be codes: %(bad)s") % {"bad": ", ".join(found.bad[:10])})
        elif found.repeated:
            twice = ", ".join(found.repeated[:10])
            self.add_error("pasted", _("These stand there more than once: %(twice)s") % {"twice": twice})
        elif len(found.codes) > codes.MOST:
            self.add_error("pasted", _("At most %(most)s at once.") % {"most": codes.MOST})
        self.made = list(found.codes)
