"""Forms of webhooks."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from klaviyo_app.resources.webhooks.services import is_inside, new_secret

SHORTEST_SECRET = 16  # Klaviyo's guide


class WebhookForm(forms.Form):
    """A webhook. `topics`: all that the account has; `made`: it exists, so address and secret may stay as they are."""

    name = forms.CharField(label=_("Name"), max_length=255)
    description = forms.CharField(label=_("Description"), required=False, max_length=1000)
    endpoint_url = forms.CharField(label=_("Address"), max_length=2000, help_text=_("Begins with https://."))
    secret = forms.CharField(
        label=_("Secret"),
        min_length=SHORTEST_SECRET,
        max_length=255,
        initial=new_secret,
        help_text=_("Whoever receives needs it to check the signature. Klaviyo never shows it again: copy it now."),
    )
    topics = forms.MultipleChoiceField(label=_("Tell it about"), widget=forms.CheckboxSelectMultiple)
    enabled = forms.BooleanField(label=_("Enabled"), required=False)

    def __init__(self, *args: Any, topics: list[str], made: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["topics"].choices = [(one, in_words(one)) for one in topics]  # type: ignore[attr-defined]
        if made:
            for name in ("endpoint_url", "secret"):
                self.fields[name].required = False
                self.fields[name].initial = ""
            self.fields["endpoint_url"].help_text = _("Klaviyo shows only its host. Left empty: it stays.")
            self.fields["secret"].help_text = _("Left empty: it stays.")
        else:
            del self.fields["enabled"]  # Klaviyo makes it enabled

    def clean_endpoint_url(self) -> str:
        """An address out there, by https: what is sent are people's data."""
        found = str(self.cleaned_data["endpoint_url"]).strip()
        if not found:
            return ""
        parts = urlsplit(found)
        if parts.scheme != "https" or not parts.hostname or parts.username:
            raise ValidationError(_("Klaviyo posts to addresses that begin with https:// only."))
        if is_inside(parts.hostname):
            raise ValidationError(_("This address lies within a private network: Klaviyo cannot reach it."))
        return found


def in_words(topic: str) -> str:
    """Such as event:klaviyo.opened_email made "Opened email (klaviyo)"."""
    source, _dot, name = topic.removeprefix("event:").partition(".")
    return f"{name.replace('_', ' ').capitalize()} ({source})" if name else topic
