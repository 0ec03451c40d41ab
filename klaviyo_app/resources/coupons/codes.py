"""Coupon codes from a pattern or from pasted text: pure, so that what will be made is known before anything is sent."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from random import Random

# Without 0, O, 1, I and L: a code is read from a screen and typed into a till.
LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ"
DIGITS = "23456789"
PLACES = {"@": LETTERS, "#": DIGITS, "*": LETTERS + DIGITS}
LONGEST = 255
MOST = 100_000  # Klaviyo takes 1,000 codes a job and 100 jobs waiting
_PLAIN = re.compile(r"[A-Za-z0-9_\-.]+\Z")


class BadPattern(ValueError):
    """The pattern cannot make that many codes; the text says why and how many it can."""


def capacity(pattern: str) -> int:
    """How many different codes the pattern can make."""
    return math.prod(len(PLACES[sign]) for sign in pattern if sign in PLACES)


def check_pattern(pattern: str, count: int) -> None:
    """Raise BadPattern where `count` different, unguessable codes cannot come from `pattern`."""
    plain = "".join("A" if sign in PLACES else sign for sign in pattern)
    if not pattern or len(pattern) > LONGEST or not _PLAIN.match(plain):
        raise BadPattern("Use letters, digits, - _ . and the places @ (letter), # (digit), * (either).")
    if count > MOST:
        raise BadPattern(f"At most {MOST:,} codes at once.")
    if capacity(pattern) < count * 20:
        raise BadPattern(
            f"This pattern has {capacity(pattern):,} codes; for {count:,} it needs at least {count * 20:,}, "
            "so that nobody can guess them. Add places such as *."
        )


def from_pattern(pattern: str, count: int, *, random: Random) -> list[str]:
    """`count` different codes. Raises BadPattern. Pass random.SystemRandom() where codes are worth money."""
    check_pattern(pattern, count)
    made: dict[str, None] = {}
    while len(made) < count:
        made["".join(random.choice(PLACES[sign]) if sign in PLACES else sign for sign in pattern)] = None
    return list(made)


@dataclass(frozen=True, slots=True)
class Pasted:
    """What was found in pasted text."""

    codes: Sequence[str]
    repeated: Sequence[str]
    bad: Sequence[str]


def from_text(text: str) -> Pasted:
    """Codes separated by white space, commas or semicolons; a repeated or an impossible one is told apart."""
    codes: dict[str, None] = {}
    repeated: dict[str, None] = {}
    bad: dict[str, None] = {}
    for word in _words(text):
        if len(word) > LONGEST or not _PLAIN.match(word):
            bad[word] = None
        elif word in codes:
            repeated[word] = None
        else:
            codes[word] = None
    return Pasted(list(codes), list(repeated), list(bad))


def _words(text: str) -> Iterable[str]:
    return (word.strip("\"'") for word in re.split(r"[\s,;]+", text) if word.strip("\"'"))
