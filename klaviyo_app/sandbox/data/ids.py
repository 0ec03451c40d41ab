"""Ids as Klaviyo forms them, from a seeded source of randomness: the same on every machine.

Source: recorded answers: ULIDs for profiles, campaigns and messages, six characters for lists, segments, templates,
metrics, flows and accounts, UUIDs for tags.
"""

from __future__ import annotations

import uuid
from random import Random

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_SIX = _LETTERS + "23456789"


def ulid(random: Random, seconds: float) -> str:
    """Twenty-six characters: ten of the time in milliseconds, sixteen of chance."""
    number = (int(seconds * 1000) << 80) | random.getrandbits(80)
    digits = []
    for _ in range(26):
        number, rest = divmod(number, 32)
        digits.append(_CROCKFORD[rest])
    return "".join(reversed(digits))


def six(random: Random) -> str:
    """Six letters and digits, the first a letter."""
    return random.choice(_LETTERS) + "".join(random.choices(_SIX, k=5))


def uuid4(random: Random) -> str:
    """A random UUID."""
    return str(uuid.UUID(int=random.getrandbits(128), version=4))
