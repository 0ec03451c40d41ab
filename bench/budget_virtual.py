"""The budget's real script in real Redis, in virtual time: 16 workers, true fixed windows of unknown phase.

One way takes 75 ms in the median, log-normal with a spread of a tenth. Beside it clients that only obey
Retry-After.
"""

from __future__ import annotations

import heapq
import os
import random
import uuid
from dataclasses import dataclass
from itertools import count

import redis

from bench.table import show
from klaviyo_app.gateway.budget import Priority, SharedBudget, Spend
from klaviyo_app.gateway.catalogue.operation import XL, XS, L, Limit, M, S
from klaviyo_app.sandbox.limits import MATON_A_SECOND, Windows, windows_of

WORKERS = 16
MEDIAN_S, SPREAD = 0.075, 0.1
TIERS = (("XS", XS), ("S", S), ("M", M), ("L", L), ("XL", XL))


@dataclass
class Result:
    """Calls that arrived in time, and how many of all were refused."""

    passed: int = 0
    refused: int = 0


def run(limit: Limit, seconds: float, *, budgeted: bool, maton: bool, seed: int = 7) -> Result:
    """So many virtual seconds of full demand."""
    chance = random.Random(seed)
    begin = 1_790_000_000.0 + chance.random() * 60
    now = begin
    client = redis.Redis.from_url(os.environ["REDIS_URL"])
    budget = SharedBudget(client, per_s=MATON_A_SECOND if maton else 1_000_000, now_ms=lambda: now * 1000)
    spend = Spend(uuid.uuid4().hex, "A", "operation", limit)
    far = Windows()
    order = count()
    result = Result()
    events = [(begin + chance.random(), next(order), "ask", 0, "") for _ in range(WORKERS)]
    heapq.heapify(events)

    def later(after: float, what: str, wait: int = 0, speaker: str = "") -> None:
        heapq.heappush(events, (now + after, next(order), what, wait, speaker))

    while events[0][0] < begin + seconds:
        now, _, what, wait, speaker = heapq.heappop(events)
        way = MEDIAN_S * chance.lognormvariate(0, SPREAD)
        if what == "ask":
            ours = budget.take(spend, Priority.BACKGROUND) if budgeted else 0.0
            later(ours + chance.random() * 0.002, "ask") if ours else later(way, "arrive")
        elif what == "arrive":
            key_wait, _ = far.take("key", ((1, MATON_A_SECOND),), now) if maton else (0, {})
            wait = key_wait or far.take("operation", windows_of(limit), now)[0]
            result.refused += bool(wait)
            result.passed += not wait
            later(way, "answer", wait, "maton" if key_wait else "klaviyo")
        elif wait and budgeted:
            budget.hold(spend, speaker=speaker, wait_s=wait)
            later(wait + 0.1 * chance.random(), "ask")
        else:
            later(wait + 0.1 * chance.random() if wait else 0.0, "ask")
    return result


def main(seconds: float) -> None:
    """Print both kinds of client for each tier, through Maton and with Klaviyo's windows alone."""
    rows: list[tuple[object, ...]] = []
    for maton in (True, False):
        for name, limit in TIERS:
            whole = min(limit.steady, 600 if maton else limit.steady) * seconds / 60
            ours = run(limit, seconds, budgeted=True, maton=maton)
            alone = run(limit, seconds, budgeted=False, maton=maton)
            per_1000 = [1000 * one.refused / max(one.passed + one.refused, 1) for one in (ours, alone)]
            rows.append((name, "and Maton's" if maton else "alone", f"{100 * ours.passed / whole:.1f} %", *per_1000))
    show(
        f"{seconds / 60:.0f} virtual minutes, {WORKERS} workers, 75 ms one way (target: 97 %, 1 of 1,000)",
        ("tier", "Klaviyo's windows", "share of the allowed rate", "refused of 1,000", "with Retry-After only"),
        rows,
    )
