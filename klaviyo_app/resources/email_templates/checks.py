"""What a marketer would want to know of a mail before it is used. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from klaviyo_app.resources.email_templates.models import CLIPPED_FROM_BYTES

_UNSUBSCRIBE = re.compile(
    r"\{%\s*(unsubscribe|unsubscribe_link|manage_preferences)\b|\{\{\s*(unsubscribe|organization)"
)
_IMAGE = re.compile(r"<img\b[^>]*>", re.IGNORECASE)
_ALT = re.compile(r"\balt\s*=", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to mend or to know."""

    tone: str  # "bad" or "warning"
    text: str | Promise


def findings(html: str) -> list[Finding]:
    """The checks of a template's HTML. The API adds no unsubscribe tag by itself (Klaviyo's help centre)."""
    found = []
    if not _UNSUBSCRIBE.search(html):
        found.append(Finding("bad", _("There is no unsubscribe link. The law asks for one; add {% unsubscribe %}.")))
    if len(html.encode()) > CLIPPED_FROM_BYTES:
        found.append(Finding("warning", _("Over 102 kB: Gmail hides the rest of the mail behind a link.")))
    if any(not _ALT.search(image) for image in _IMAGE.findall(html)):
        found.append(Finding("warning", _("An image has no alternative text.")))
    return found
