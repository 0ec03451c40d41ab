"""Faults on demand: orders by key and operation, used up in the order in which they were placed.

An order says the how-manieth matching call from now it begins with (`nth`), how many calls it hits (`times`), and with
what probability; calls that an earlier order hits do not count. The same seed hits the same calls. Orders nobody
used up stay in the list, so that a test can fail.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from random import Random
from typing import Any

import orjson

from klaviyo_app.gateway.catalogue import OPERATIONS
from klaviyo_app.sandbox import problems
from klaviyo_app.sandbox.wire import Cut, Response

HANG_S = 30.0


@dataclass(slots=True)
class Order:
    """One fault that was asked for."""

    key: str
    fault: str
    operation: str = "*"
    nth: int = 1
    times: int = 1
    seconds: float | None = None
    probability: float = 1.0
    seed: int = 0
    number: int = 0
    seen: int = 0  # matching calls since it was placed
    hit: int = 0  # calls it was used on
    chance: Random = field(default_factory=Random, repr=False)

    def told(self) -> dict[str, Any]:
        """As JSON, with whether it is used up."""
        told = {name: value for name, value in asdict(self).items() if name not in ("chance", "key")}
        return {**told, "used_up": self.used_up}

    @property
    def used_up(self) -> bool:
        """Whether no more calls will be hit; one with a probability is never sure to hit."""
        if self.probability < 1:
            return self.seen >= self.nth + self.times - 1
        return self.hit >= self.times

    def matches(self, operation: str) -> bool:
        """Count a call, and say whether it is hit."""
        if self.used_up or self.operation not in ("*", operation):
            return False
        self.seen += 1
        if self.seen < self.nth or self.chance.random() >= self.probability:
            return False
        self.hit += 1
        return True


class Faults:
    """The orders of all keys."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._orders: list[Order] = []
        self._numbers = itertools.count(1)

    def place(self, order: Order) -> Order:
        """Add an order. Raises ValueError for a fault, operation or number that is none."""
        if order.fault not in KINDS:
            raise ValueError(f"fault must be one of {', '.join(KINDS)}")
        if order.operation not in ("*", *OPERATIONS):
            raise ValueError(f"no such operation: {order.operation}")
        if order.nth < 1 or order.times < 1 or not 0 < order.probability <= 1:
            raise ValueError("nth and times begin at 1, probability is above 0 and at most 1")
        order.chance = Random(order.seed)  # noqa: S311 - repeatable on purpose
        with self._lock:
            order.number = next(self._numbers)
            self._orders.append(order)
        return order

    def take(self, key: str, operation: str) -> list[Order]:
        """The orders that hit this call: any latencies, and the first other one."""
        if not self._orders:
            return []
        found: list[Order] = []
        with self._lock:
            for order in self._orders:
                taken = any(one.fault != "latency" for one in found)
                if order.key == key and not (taken and order.fault != "latency") and order.matches(operation):
                    found.append(order)
        return found

    def of(self, key: str) -> list[Order]:
        """All orders of a key, used up or not."""
        with self._lock:
            return [one for one in self._orders if one.key == key]

    def clear(self, key: str) -> None:
        """Forget a key's orders."""
        with self._lock:
            self._orders = [one for one in self._orders if one.key != key]


def _wait(order: Order, default: int | None) -> int | None:
    return default if order.seconds is None else round(order.seconds)


_NO_CREDENTIALS = "Incorrect authentication credentials."
_INSTEAD: dict[str, Callable[[Order], Response | Cut]] = {
    "429": lambda order: problems.throttled(_wait(order, 1) or 0),
    "429-maton": lambda order: problems.maton_throttled(_wait(order, None)),
    "500": lambda _: problems.server_error(),
    "503": lambda _: problems.route(503, "Upstream service unavailable."),
    "401": lambda _: problems.klaviyo(problems.refused(401, "authentication_failed", _NO_CREDENTIALS, _NO_CREDENTIALS)),
    "410": lambda _: problems.klaviyo(problems.refused(410, "gone", "Gone.", "This revision is retired.")),
    "403": lambda _: problems.klaviyo(problems.forbidden("You do not have permission to perform this action.")),
    "html": lambda _: problems.blocked_page(),
    "redirect": lambda _: problems.to_login(),
    "reset-before": lambda _: Cut(reset=True),
    "late": lambda _: Cut(reset=True),
}
_INTO: dict[str, Callable[[Order, Response], Response | Cut]] = {
    "500-after": lambda _order, _response: problems.route(500, "Internal server error."),
    "reset-after": lambda _order, _response: Cut(reset=True),
    "hang-after": lambda order, _: Cut(hold_s=HANG_S if order.seconds is None else order.seconds),
    "truncated": lambda _, response: Cut(sent=response.written(close=True)[: -max(1, len(response.body) // 2)]),
    "malformed": lambda _, response: Response(response.status, response.body[:-1] + b",}", response.headers),
    "empty": lambda _, response: Response(response.status, b"", response.headers),
    "wrong-id": lambda _, response: _of_another(response),
}
KINDS = ("latency", *_INSTEAD, *_INTO)


def before(order: Order) -> Response | Cut | None:
    """What happens instead of the call, or None where it goes through."""
    instead = _INSTEAD.get(order.fault)
    return instead(order) if instead else None


def after(order: Order, response: Response) -> Response | Cut:
    """What becomes of the answer to a call that was carried out."""
    into = _INTO.get(order.fault)
    return into(order, response) if into else response


def _of_another(response: Response) -> Response:
    try:
        document = orjson.loads(response.body)
    except orjson.JSONDecodeError:
        return response
    place = document.get("data") if isinstance(document.get("data"), dict) else document
    for name in ("id", "connection_id", "connection_Id"):
        if name in place:
            place[name] = f"{place[name][:-2]}ZZ"
    return Response(response.status, orjson.dumps(document), response.headers)
