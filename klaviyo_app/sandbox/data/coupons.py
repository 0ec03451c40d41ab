"""The coupons of a shop and their codes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from random import Random
from typing import Any, NamedTuple

# external_id, description, how many of the codes are gone (assigned, used) in percent
COUPONS: tuple[tuple[str, str, int, int], ...] = (
    ("WELCOME10", "Ten percent on the first order", 40, 25),
    ("WINTER25", "A quarter off, winter sale", 30, 10),
    ("FREESHIP", "Free delivery", 20, 30),
    ("BIRTHDAY_CANDLE", "A larch candle in the birthday month", 15, 35),
    ("COMEBACK15", "Fifteen percent for those who were away", 55, 5),
    ("CLUB_EARLY", "Trail Club, early access", 60, 30),
    ("REPAIR_CAFE", "A free waxing at the repair café", 10, 10),
    ("SUMMER_LAKES", "Summer sale", 5, 90),
    ("PRESS_SAMPLE", "For writers", 25, 5),
    ("GIFT_WRAP", "Wrapping on us", 0, 0),
    ("REVIEW_THANKS", "Five euros for a review", 45, 20),
    ("SORRY5", "When something went wrong", 5, 70),
)
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_SHARES = (1.0, 0.6, 0.4, 0.3, 0.2, 0.16, 0.1, 0.3, 0.04, 0.0, 0.12, 0.08)


class MadeCode(NamedTuple):
    """A code before it is stored. `profile`: whose it is."""

    id: str
    coupon: str
    attributes: dict[str, Any]
    profile: str | None


def make_codes(random: Random, coupons: int, most: int, now: dt.datetime, people: Sequence[str]) -> list[MadeCode]:
    """The codes of the first coupons, the first of which has the most."""
    made: list[MadeCode] = []
    for number, (coupon, _, assigned, used) in enumerate(COUPONS[:coupons]):
        expires = (now + dt.timedelta(days=30 * number - 60 or 5)).replace(hour=23, minute=59, second=59, microsecond=0)
        seen: set[str] = set()
        for _ in range(int(most * _SHARES[number])):
            code = f"{coupon[:3]}-{''.join(random.choices(_LETTERS, k=8))}"
            if code not in seen:
                seen.add(code)
                made.append(_code(random, coupon, code, (assigned, used), expires, people))
    return made


def _code(
    random: Random, coupon: str, code: str, gone: tuple[int, int], expires: dt.datetime, people: Sequence[str]
) -> MadeCode:
    chance = random.randrange(100)
    status = "ASSIGNED_TO_PROFILE" if chance < gone[0] else "USED" if chance < sum(gone) else "UNASSIGNED"
    attributes = {"unique_code": code, "expires_at": expires.isoformat(timespec="seconds"), "status": status}
    return MadeCode(f"{coupon}-{code}", coupon, attributes, None if status == "UNASSIGNED" else random.choice(people))
