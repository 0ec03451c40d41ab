"""The shared budget under full load: 8 processes against the sandbox with its limits on, all five tiers at once.

`python -m bench budget` takes a minute of real time and two of virtual; `python -m bench budget-long` ten and thirty.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import threading
import time
from collections import Counter
from dataclasses import dataclass, field

import redis
import structlog

from bench import budget_virtual
from bench.table import quantile, show
from klaviyo_app.gateway.budget import Priority, SharedBudget, Spend
from klaviyo_app.gateway.catalogue import OPERATIONS
from klaviyo_app.gateway.client import Client, Gateway
from klaviyo_app.gateway.errors import GatewayError, TooMany
from klaviyo_app.gateway.query import Query, equals
from tests.sandbox_server import Sandbox

PROCESSES = 8
MATON_A_MINUTE = 600
TIERS = {"XS": "get_accounts", "S": "get_tags", "M": "get_campaigns", "L": "get_lists", "XL": "get_events"}
QUERIES = {"get_campaigns": Query(filter=equals("messages.channel", "email"))}
WITH_PEOPLE = ("M", "L")
PERSON_EVERY_S = 3.0
START_S = 3.0  # all processes stand by then


@dataclass(frozen=True)
class Load:
    """A key of its own with one account that nobody's work asks without end, and people now and then or never."""

    tier: str
    people: bool
    key: str
    connection: str
    account: str


@dataclass
class Found:
    """What one process saw of one load; waits in ms."""

    counts: Counter[str] = field(default_factory=Counter)
    waits: list[float] = field(default_factory=list)


class Over(Exception):
    """The measuring is over."""


class Counted(SharedBudget):
    """The product's budget, with a count of 429s."""

    found: Found

    def hold(self, spend: Spend, *, speaker: str, wait_s: float) -> None:
        """See SharedBudget."""
        self.found.counts["refused"] += speaker != "us"
        super().hold(spend, speaker=speaker, wait_s=wait_s)


class Worker:
    """One thread that calls the load's operation until the end."""

    def __init__(self, load: Load, url: str, found: Found, span: tuple[float, float], priority: Priority) -> None:
        budget = Counted(redis.Redis.from_url(os.environ["REDIS_URL"]))
        budget.found = found
        gateway = Gateway(url, url, load.key, "2026-07-15", budget=budget, sleep=self.sleep)
        self.client = Client(gateway, load.connection, expect_account=load.account, priority=priority)
        self.operation = TIERS[load.tier]
        self.begin, self.until = span
        self.found, self.slept = found, 0.0
        self.person = priority is Priority.PERSON

    def sleep(self, seconds: float) -> None:
        """Sleep, but not beyond the end."""
        left = self.until - time.time()
        time.sleep(max(0.0, min(seconds, left)))
        self.slept += seconds
        if seconds >= left:
            raise Over

    def run(self) -> None:
        """Call, again and again."""
        try:
            time.sleep(max(0.0, self.begin - time.time()))
            while time.time() < self.until:
                if self.person:
                    self.sleep(random.uniform(0.5, 1.5) * PERSON_EVERY_S)
                self.slept = 0.0
                self.one()
                if self.person:
                    self.found.waits.append(self.slept * 1000)
        except Over:
            return

    def one(self) -> None:
        """One call. What must wait longer than a call's patience is put off and done later, as jobs are."""
        while True:
            try:
                self.client.call(self.operation, query=QUERIES.get(self.operation))
            except TooMany as error:
                if error.speaker == "us":
                    self.sleep(error.wait_s)
                    continue
                self.found.counts["lost"] += 1
            except GatewayError as error:
                self.found.counts[type(error).__name__] += 1
            self.found.counts["person" if self.person else "nobody"] += time.time() < self.until
            return


def _process(
    number: int, loads: list[Load], url: str, span: tuple[float, float], results: multiprocessing.Queue
) -> None:
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    all_found = [Found() for _ in loads]
    threads = []
    for load, found in zip(loads, all_found, strict=True):
        ranks = [Priority.BACKGROUND, *([Priority.PERSON] if load.people and number < 4 else [])]
        threads += [threading.Thread(target=Worker(load, url, found, span, rank).run) for rank in ranks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    results.put(all_found)


def _measured(seconds: float) -> tuple[list[Load], list[Found]]:
    sandbox = Sandbox()
    context = multiprocessing.get_context("fork")
    results = context.Queue()
    try:
        loads = []
        for tier, people in [(tier, False) for tier in TIERS] + [(tier, True) for tier in WITH_PEOPLE]:
            world = sandbox.world("empty", limits=True, maton_limit=True)
            loads.append(Load(tier, people, world.key, world.connection_id, world.account_id))
        begin = time.time() + START_S
        span = (begin, begin + seconds)
        jobs = [
            context.Process(target=_process, args=(number, loads, sandbox.url, span, results))
            for number in range(PROCESSES)
        ]
        for job in jobs:
            job.start()
        parts = [results.get(timeout=seconds + 60) for _ in jobs]
        for job in jobs:
            job.join()
    finally:
        sandbox.stop()
    whole = [Found() for _ in loads]
    for part in parts:
        for mine, theirs in zip(whole, part, strict=True):
            mine.counts += theirs.counts
            mine.waits += theirs.waits
    return loads, whole


def _asking() -> None:
    budget = SharedBudget(redis.Redis.from_url(os.environ["REDIS_URL"]))
    taken = []
    for number in range(3000):
        spend = Spend("asking", "A", f"operation {number % 20}", OPERATIONS["get_lists"].limit, str(number % 5))
        before = time.perf_counter()
        budget.take(spend, Priority.BACKGROUND)
        taken.append((time.perf_counter() - before) * 1000)
    rows = [("median", quantile(taken, 0.5), "-"), ("p95", quantile(taken, 0.95), "1.00")]
    show("Asking the budget once, all windows in one round trip, ms", ("", "ms", "at most"), rows)


def main(seconds: float = 60.0, virtual_s: float = 120.0) -> None:
    """Print share of the allowed rate, refused calls, lost calls and a person's wait, each beside its target."""
    loads, found = _measured(seconds)
    rows: list[tuple[object, ...]] = []
    for load, one in zip(loads, found, strict=True):
        allowed = min(OPERATIONS[TIERS[load.tier]].limit.steady, MATON_A_MINUTE) * seconds / 60
        calls = one.counts["nobody"] + one.counts["person"]
        others = sum(one.counts.values()) - calls - one.counts["refused"] - one.counts["lost"]
        rows.append(
            (
                f"{load.tier}, people too" if load.people else load.tier,
                f"{100 * calls / allowed:.1f} %",
                "-" if load.people else "97 %",
                f"{100 * one.counts['nobody'] / (allowed - one.counts['person']):.1f} %" if load.people else "-",
                "75 %" if load.people else "-",
                f"{1000 * one.counts['refused'] / max(calls, 1):.2f}",
                "1",
                one.counts["lost"] + others,
                "0",
                f"{quantile(one.waits, 0.95):.0f} ({len(one.waits)} calls)" if load.people else "-",
                "300" if load.people else "-",
            )
        )
    show(
        f"{PROCESSES} processes at full demand for {seconds:.0f} s, Maton's 600 a minute and Klaviyo's windows",
        (
            "tier",
            "share of the allowed rate",
            "target",
            "background's share of what people leave",
            "target",
            "refused of 1,000",
            "at most",
            "lost",
            "target",
            "a person's p95 wait, ms",
            "at most",
        ),
        rows,
    )
    print(
        f"\nLoad of the machine: {os.getloadavg()[0]:.1f}. A call that waits for a core comes late and may be refused."
    )
    _asking()
    budget_virtual.main(virtual_s)


def long() -> None:
    """The figures over ten minutes, and thirty virtual ones."""
    main(600.0, 1800.0)
