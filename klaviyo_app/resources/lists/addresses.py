"""E-mail addresses out of pasted text. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

MOST = 50_000
_APART = re.compile(r"[\s,;<>\"'()]+")


@dataclass(frozen=True, slots=True)
class Pasted:
    """Good addresses in their order, without repetitions, and the words that look like broken ones."""

    good: Sequence[str]
    bad: Sequence[str]
    repeated: int


def from_text(text: str) -> Pasted:
    """Addresses from lines, commas, semicolons, or `Name <address>`; words without an @ beside an address are names."""
    good: dict[str, None] = {}
    bad: dict[str, None] = {}
    repeated = 0
    for line in re.split(r"[\n,;]+", text):
        words = [word for word in _APART.split(line) if word]
        addresses = [word for word in words if "@" in word]
        if words and not addresses:
            bad[line.strip()[:100]] = None
        for word in addresses:
            address = word.rstrip(".").lower()
            try:
                validate_email(address)
            except ValidationError:
                bad[word[:100]] = None
                continue
            repeated += address in good
            good[address] = None
    return Pasted(list(good), list(bad), repeated)
