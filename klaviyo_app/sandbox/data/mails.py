"""What the demo's campaigns led to: who got which, who bounced, complained and left, and the orders they brought.

Rows are added to what people did (data/people.py). Those of two members belong to the last mail that went out before
them, as the event log tells it; therefore whoever opened something also received the mail before it. Rows are shared
between the people of a send: there may be millions.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from klaviyo_app.sandbox.data.people import DAY, Made

_MINUTES = 6  # a send takes so long
_SOFT_BOUNCES = 0.004
_SMS_CLICKS = 0.09
_COUNTS = 5 * DAY  # an order within so long of a click counts as caused by its mail
Rows = list[list[Any]]


@dataclass(frozen=True, slots=True)
class Send:
    """A campaign that went out. `audience`: ids of people, before anybody's consent is asked."""

    at: float
    message: str
    audience: frozenset[str]

    def rows(self) -> Rows:
        """One row for each minute of the send."""
        return [[self.at + 60 * minute, 0.0] for minute in range(_MINUTES)]


class Mails:
    """The sends of one channel, in their order."""

    def __init__(self, sends: Sequence[Send]) -> None:
        self.sends = sorted(sends, key=lambda one: one.at)
        self.times = [one.at for one in self.sends]
        self.rows = [one.rows() for one in self.sends]

    def before(self, at: float) -> int:
        """The number of the last send before a moment, -1 without."""
        return bisect_right(self.times, at) - 1

    def got(self, person: str, since: float, until: float) -> set[int]:
        """The sends to an audience with a person in it while mails were allowed."""
        return {number for number, one in enumerate(self.sends) if since < one.at < until and person in one.audience}


def deliver(random: Random, people: Sequence[Made], mails: Mails, texts: Mails, currency: str, now: float) -> None:
    """Add to each person's activity what the sends led to."""
    for one in people:
        _mailed(random, one, mails, now)
        _texted(random, one, texts)
        _attribute(one, mails, currency)
        one.activity = {name: rows for name, rows in one.activity.items() if rows}


def _mailed(random: Random, one: Made, mails: Mails, now: float) -> None:
    marketing = one.subscriptions["email"]["marketing"]
    ended = {row["reason"]: dt.datetime.fromisoformat(row["timestamp"]).timestamp() for row in marketing["suppression"]}
    allowed = marketing["consent"] != "NEVER_SUBSCRIBED"
    got = mails.got(one.id, one.created, min(ended.values(), default=now)) if allowed else set()
    opened = {mails.before(row[0]) for row in one.activity["Opened Email"]}
    bounced = {number for number in sorted(got - opened) if random.random() < _SOFT_BOUNCES}
    found: dict[str, Rows] = {"Bounced Email": [[mails.times[number] + 400, 0.0] for number in sorted(bounced)]}
    for reason, name in _ENDS.items():
        number = mails.before(ended[reason]) if reason in ended and ended[reason] < now else -1
        if number >= 0 and not (name == "Bounced Email" and number in opened):
            got.add(number)
            if number not in bounced:
                found.setdefault(name, []).append([ended[reason], 0.0])
    got |= opened - {-1}
    found["Received Email"] = [random.choice(mails.rows[number]) for number in sorted(got)]
    for name, rows in found.items():
        one.activity[name] = sorted(rows, key=lambda row: row[0])


_ENDS = {
    "HARD_BOUNCE": "Bounced Email",
    "SPAM_COMPLAINT": "Marked Email as Spam",
    "UNSUBSCRIBE": "Unsubscribed from Email Marketing",
}


def _texted(random: Random, one: Made, texts: Mails) -> None:
    if one.subscriptions["sms"]["marketing"]["consent"] != "SUBSCRIBED":
        return
    got = sorted(texts.got(one.id, one.created, float("inf")))
    one.activity["Received SMS"] = [random.choice(texts.rows[number]) for number in got]
    one.activity["Clicked SMS"] = [[texts.times[number] + 900, 0.0] for number in got if random.random() < _SMS_CLICKS]


def _attribute(one: Made, mails: Mails, currency: str) -> None:
    """Orders that follow a click name its mail."""
    clicked = [row[0] for row in one.activity["Clicked Email"]]
    for row in one.activity["Placed Order"]:
        last = clicked[bisect_right(clicked, row[0]) - 1] if clicked and clicked[0] <= row[0] else 0.0
        number = mails.before(last)
        if row[0] - last <= _COUNTS and number >= 0:
            row.append(_order(row[1], currency, mails.sends[number].message))


def _order(value: float, currency: str, message: str) -> Mapping[str, Any]:
    attributed = {"$attributed_message": message, "$attributed_channel": "email"}
    return {"$value": value, "$value_currency": currency, **attributed}
