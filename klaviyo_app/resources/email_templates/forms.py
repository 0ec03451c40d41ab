"""Forms of templates."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

STARTER = """<!doctype html>
<html>
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
</head>
<body style="margin:0; background:#f4f4f0; font-family:Helvetica, Arial, sans-serif; color:#222">
  <table role="presentation" width="100%"><tr><td align="center" style="padding:24px">
    <table role="presentation" width="600" style="max-width:100%; background:#fff; border-radius:8px">
      <tr><td style="padding:32px">
        <h1 style="margin:0 0 16px; font-size:24px">Hello {{ first_name|default:'there' }}</h1>
        <p style="line-height:1.6">Write something worth opening.</p>
      </td></tr>
      <tr><td style="padding:0 32px 32px; font-size:12px; color:#666">{% unsubscribe 'Unsubscribe' %}</td></tr>
    </table>
  </td></tr></table>
</body>
</html>
"""
LARGEST_BYTES = 5_000_000  # Klaviyo takes no larger payload


def _code(mode: str, label: str) -> forms.Textarea:
    return forms.Textarea(
        attrs={"class": "code", "rows": 18, "data-editor": mode, "data-label": label, "spellcheck": "false"}
    )


class TemplateForm(forms.Form):
    """Name, HTML and plain text of a CODE template."""

    name = forms.CharField(label=_("Name"), max_length=500)
    html = forms.CharField(label=_("HTML"), widget=_code("html", "HTML"), strip=False)
    text = forms.CharField(
        label=_("Plain text"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"class": "code", "rows": 6}),
        help_text=_("Shown where HTML is not. Empty: Klaviyo makes it of the HTML."),
    )

    def clean_html(self) -> str:
        """At most what Klaviyo takes."""
        html: str = self.cleaned_data["html"]
        if len(html.encode()) > LARGEST_BYTES:
            raise ValidationError(_("This is larger than the 5 MB that Klaviyo takes."))
        return html


class CloneForm(forms.Form):
    """The name of a copy."""

    name = forms.CharField(label=_("Name of the copy"), max_length=500)


class ContextForm(forms.Form):
    """What a template is rendered with: a profile, or values as JSON."""

    email = forms.EmailField(label=_("As this person sees it (e-mail address)"), required=False)
    context = forms.CharField(
        label=_("Or with these values (JSON)"),
        required=False,
        widget=forms.Textarea(attrs={"class": "code", "rows": 4, "placeholder": '{"first_name": "Ada"}'}),
    )

    def clean_context(self) -> dict[str, Any]:
        """A JSON object; the message says where it is not one."""
        text: str = self.cleaned_data["context"].strip()
        if not text:
            return {}
        try:
            found = json.loads(text)
        except json.JSONDecodeError as error:
            raise ValidationError(
                _("This is not JSON: line %(line)s, column %(column)s: %(words)s")
                % {"line": error.lineno, "column": error.colno, "words": error.msg}
            ) from None
        if not isinstance(found, dict):
            raise ValidationError(_('Write an object, such as {"first_name": "Ada"}.'))
        return found
