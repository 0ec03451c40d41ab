"""Phone numbers as people write them, made into what Klaviyo takes."""

from __future__ import annotations

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

_E164 = re.compile(r"\+[1-9]\d{6,14}")


def as_e164(typed: str) -> str:
    """Such as +49 (151) 12345678 made +4915112345678; nothing stays nothing. Raises ValidationError."""
    number = re.sub(r"[ ()./-]", "", typed)
    if number and not _E164.fullmatch(number):
        raise ValidationError(_("Write the country code first: + and 7 to 15 digits."))
    return number
