"""The statistics of messages, counted from events; rates are fractions.

Source: Klaviyo's API descriptions (names). Concluded: delivered is recipients without bounced ones, rates of opens,
clicks, unsubscribes, complaints and conversions are people against delivered, revenue_per_recipient is against
recipients, a text message counts as one segment and one credit and costs nothing, nothing fails but by bouncing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

DEEDS: Mapping[str, str] = {
    "Received Email": "recipients",
    "Received SMS": "recipients",
    "Opened Email": "opens",
    "Clicked Email": "clicks",
    "Clicked SMS": "clicks",
    "Bounced Email": "bounced",
    "Marked Email as Spam": "spam_complaints",
    "Unsubscribed from Email Marketing": "unsubscribes",
}
CONVERSION = "conversions"


class Deed(NamedTuple):
    """An event that counts: what, of which message, by whom, for how much, and when that message was sent."""

    name: str  # "opens"
    message: str
    profile: str
    value: float
    sent: float


class Tally:
    """The deeds of one group and interval."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}
        self._people: dict[str, set[str]] = {}
        self._value = 0.0

    def add(self, deed: Deed) -> None:
        """Count one."""
        self._counts[deed.name] = self._counts.get(deed.name, 0) + 1
        self._people.setdefault(deed.name, set()).add(deed.profile)
        self._value += deed.value if deed.name == CONVERSION else 0.0

    def __bool__(self) -> bool:
        return bool(self._counts)

    def count(self, name: str) -> float:
        """How often."""
        return float(self._counts.get(name, 0))

    def people(self, name: str) -> float:
        """How many did it."""
        return float(len(self._people.get(name, ())))

    @property
    def delivered(self) -> float:
        """Recipients less those where it bounced."""
        return self.count("recipients") - self.count("bounced")

    @property
    def value(self) -> float:
        """What the conversions were worth."""
        return round(self._value, 2)


def _rate(part: float, whole: float) -> float:
    return round(part / whole, 6) if whole else 0.0


def _per_delivered(name: str) -> Callable[[Tally], float]:
    return lambda one: _rate(one.people(name), one.delivered)


def _count(name: str) -> Callable[[Tally], float]:
    return lambda one: one.count(name)


def _people(name: str) -> Callable[[Tally], float]:
    return lambda one: one.people(name)


def _bounce_rate(one: Tally) -> float:
    return _rate(one.count("bounced"), one.count("recipients"))


def _nothing(_one: Tally) -> float:
    return 0.0


STATISTICS: Mapping[str, Callable[[Tally], float]] = {
    "average_order_value": lambda one: round(_rate(one.value, one.count(CONVERSION)), 2),
    "bounce_rate": _bounce_rate,
    "bounced": _count("bounced"),
    "bounced_or_failed": _count("bounced"),
    "bounced_or_failed_rate": _bounce_rate,
    "click_rate": _per_delivered("clicks"),
    "click_to_open_rate": lambda one: _rate(one.people("clicks"), one.people("opens")),
    "clicks": _count("clicks"),
    "clicks_unique": _people("clicks"),
    "conversion_rate": _per_delivered(CONVERSION),
    "conversion_uniques": _people(CONVERSION),
    "conversion_value": lambda one: one.value,
    "conversions": _count(CONVERSION),
    "delivered": lambda one: one.delivered,
    "delivery_rate": lambda one: _rate(one.delivered, one.count("recipients")),
    "failed": _nothing,
    "failed_rate": _nothing,
    "open_rate": _per_delivered("opens"),
    "opens": _count("opens"),
    "opens_unique": _people("opens"),
    "recipients": _count("recipients"),
    "revenue_per_recipient": lambda one: round(_rate(one.value, one.count("recipients")), 4),
    "spam_complaint_rate": _per_delivered("spam_complaints"),
    "spam_complaints": _count("spam_complaints"),
    "unsubscribe_rate": _per_delivered("unsubscribes"),
    "unsubscribe_uniques": _people("unsubscribes"),
    "unsubscribes": _count("unsubscribes"),
}
OF_TEXTS: tuple[str, ...] = (
    "message_segment_count_sum",
    "text_message_credit_usage_amount",
    "text_message_roi",
    "text_message_spend",
)


def measured(name: str, tallies: Iterable[Tally], known: Mapping[str, Any]) -> list[float]:
    """A statistic of each interval. `known`: what is known of the message, for what only texts have."""
    if name in OF_TEXTS:
        counts = known.get("send_channel") == "sms" and name.endswith(("_sum", "_amount"))
        return [one.count("recipients") if counts else 0.0 for one in tallies]
    return [STATISTICS[name](one) for one in tallies]
