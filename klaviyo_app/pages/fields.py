"""Form fields that several kinds ask for: a moment, and properties as a JSON object."""

from __future__ import annotations

from typing import Any

import orjson
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


class MomentField(forms.DateTimeField):
    """A date and time in the reader's time zone, by the browser's own picker."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    input_formats = ("%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M")


class JsonObjectField(forms.CharField):
    """A JSON object, typed as text; nothing typed is an empty one. What is no JSON is said with its line."""

    widget = forms.Textarea(attrs={"rows": 8, "class": "code", "spellcheck": "false"})

    def clean(self, value: Any) -> dict[str, Any]:
        """The object."""
        text = str(super().clean(value) or "").strip()
        try:
            found = orjson.loads(text) if text else {}
        except orjson.JSONDecodeError as error:
            raise ValidationError(
                _("This is not JSON: line %(line)s, column %(column)s."),
                params={"line": error.lineno, "column": error.colno},
            ) from error
        if not isinstance(found, dict):
            raise ValidationError(_("Write a JSON object: names and values between { and }."))
        return found


def as_text(value: dict[str, Any]) -> str:
    """An object as a JsonObjectField shows it."""
    return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS).decode() if value else ""
