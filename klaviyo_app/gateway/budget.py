"""One budget for all processes: Maton's requests a second for the key, Klaviyo's windows for account and operation.

One atomic script in Redis takes from all windows or from none and says how long to wait. Redis' own clock counts. A
window here is any stretch of that length, and a little longer than the other side's: wherever theirs begin, they hold.
"""

from __future__ import annotations

import enum
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import redis
import structlog
from redis.backoff import NoBackoff
from redis.retry import Retry

from klaviyo_app.gateway.alone import Alone
from klaviyo_app.gateway.budget_script import TAKE, TELL
from klaviyo_app.gateway.catalogue.operation import Limit
from klaviyo_app.gateway.told import Told

log = structlog.get_logger("klaviyo.budget")

MATON_PER_S = 10
AWAY_S = 5.0  # so long Redis is not asked after it failed
# Lengths in ms: what a call may take longer on its way than the one before it, without both counting in one window.
SECOND, BURST, MINUTE, DAY = 1020, 1300, 60_600, 86_460_000
WIDER = 10  # ms more for the second after a 429 of Maton's: the ways there differ by more than we thought
BURST_SHARE = 0.8


class Priority(enum.Enum):
    """Who waits for this call: the send protocol, a person, or nobody."""

    SEND = "send"
    PERSON = "person"
    BACKGROUND = "background"


RANKS = {Priority.SEND: 0, Priority.PERSON: 1, Priority.BACKGROUND: 2}


@dataclass(frozen=True, slots=True)
class Spend:
    """What a call spends: whose key, account and operation (None: one of Maton's own, which has no windows)."""

    key_id: str
    account: str
    operation: str | None
    limit: Limit
    team: str = ""  # background work takes turns by team; "" is a team too

    @property
    def key_log(self) -> str:
        """Where Redis keeps the calls of the key."""
        return f"budget:{{{self.key_id}}}:key"

    @property
    def operation_log(self) -> str | None:
        """Where Redis keeps the calls of the operation."""
        return None if self.operation is None else f"budget:{{{self.key_id}}}:{self.account}:{self.operation}"


@dataclass(frozen=True, slots=True)
class Use:
    """What was spent lately, by seconds: 1, 60 and (where the limit has a day) 86,400; and how long all are barred.

    `today`: calls since midnight UTC, whatever the limit.
    """

    spend: Spend
    calls: Mapping[int, int]
    barred_s: float
    today: int


class Budget(Protocol):
    """What a Gateway asks before each try, and tells after it."""

    def take(self, spend: Spend, priority: Priority) -> float:
        """0.0 when the call may go now (and is counted), else the seconds to wait."""
        ...

    def hold(self, spend: Spend, *, speaker: str, wait_s: float) -> None:
        """A 429 came: nobody calls this operation (or, when Maton said it, anything of this key) until then."""
        ...

    def learn(self, spend: Spend, told: Told, *, age_s: float) -> None:
        """An answer of that age told what is left: others use the account too, and limits change."""
        ...


class SharedBudget:
    """The budget in Redis. While Redis is away each process keeps to a small fixed share of its own.

    After a failure Redis is left alone for a while, so that its time-outs are not added to every call. `now_ms` stands
    in for Redis' clock, `clock` (seconds) for this process' own.
    """

    def __init__(
        self,
        client: redis.Redis,
        *,
        per_s: int = MATON_PER_S,
        clock: Callable[[], float] = time.monotonic,
        now_ms: Callable[[], float] | None = None,
    ) -> None:
        self._client = client
        self._take = client.register_script(TAKE)
        self._tell = client.register_script(TELL)
        self._per_s = per_s
        self._clock = clock
        self._now_ms = now_ms
        self._alone = Alone(clock)
        self._away_until = 0.0
        self._learnt: dict[str, dict[int, int]] = {}  # log -> calls by seconds, where not as the catalogue has them

    @classmethod
    def at(cls, redis_url: str) -> SharedBudget:
        """The budget in that Redis, with short time-outs and no tries again (the budget itself is the fall-back)."""
        client = redis.Redis.from_url(
            redis_url, socket_connect_timeout=0.5, socket_timeout=1.0, retry=Retry(NoBackoff(), 0)
        )
        return cls(client)

    def take(self, spend: Spend, priority: Priority) -> float:
        """See Budget.take."""
        wait = None
        if self._clock() >= self._away_until:
            wait = self._run(self._take, *self._question(spend, priority))
        if wait is None:
            return self._alone.take(spend.key_log, spend.operation_log, spend.limit)
        return wait / 1000

    def hold(self, spend: Spend, *, speaker: str, wait_s: float) -> None:
        """See Budget.hold."""
        name = spend.key_log if speaker == "maton" else spend.operation_log
        if speaker == "us" or wait_s <= 0 or name is None:
            return
        wider = WIDER if speaker == "maton" else 0
        self._alone.hold(name, wait_s)
        if self._clock() >= self._away_until:
            self._run(self._tell, [name], [self._now(), "hold", math.ceil(wait_s * 1000), wider])

    def learn(self, spend: Spend, told: Told, *, age_s: float) -> None:
        """See Budget.learn. Costs nothing while less than half is used and the limits are as expected."""
        name = spend.operation_log
        if name is None or self._clock() < self._away_until:
            return
        expected = _expected(spend.limit)
        other = {seconds: calls for seconds, calls in told.windows.items() if expected.get(seconds) != calls}
        before = self._learnt.get(name, {})
        if not told.tight and other == before:
            return
        tightest = [told.seconds, told.windows[told.seconds], told.left, told.ends] if told.tight else [0, 0, 0, 0]
        changed = {**dict.fromkeys(before, 0), **other}
        pairs = [number for pair in changed.items() for number in pair]
        numbers = [self._now(), "learn", math.ceil(age_s * 1000), *tightest, *pairs]
        if self._run(self._tell, [name], numbers) is not None:
            self._learnt[name] = other

    def used(self, spends: Sequence[Spend]) -> list[Use]:
        """What was spent lately of each, in one round trip. Raises redis.RedisError while Redis is away."""
        now = self._now_ms() if self._now_ms else _milliseconds(self._client.time())
        asked = self._client.pipeline(transaction=False)
        for spend in spends:
            name = spend.operation_log or spend.key_log
            for seconds in _LENGTHS:
                asked.zcount(name, now - seconds * 1000, "+inf")
            asked.hmget(f"{name}:state", "held", "day", "today")
        found = asked.execute()
        width = len(_LENGTHS) + 1
        rows = (found[start : start + width] for start in range(0, len(found), width))
        return [
            _use(spend, dict(zip(_LENGTHS, row, strict=False)), row[-1], now)
            for spend, row in zip(spends, rows, strict=True)
        ]

    def _now(self) -> str:
        return "" if self._now_ms is None else str(math.floor(self._now_ms()))

    def _run(self, script: Any, keys: list[str], numbers: list[Any]) -> float | None:
        """The script's answer, or None when Redis did not give one."""
        try:
            return float(script(keys=keys, args=numbers))
        except redis.RedisError as error:
            self._away_until = self._clock() + AWAY_S
            log.warning("budget.alone", error=type(error).__name__)
            return None

    def _question(self, spend: Spend, priority: Priority) -> tuple[list[str], list[Any]]:
        """Keys and numbers of TAKE.

        Nobody's work spreads itself over Maton's second from its first call on, and over a minute once half of it is
        used: so a person always finds room soon, and a short job is not slowed down.
        """
        logs = [spend.key_log]
        windows: list[tuple[float, ...]] = [(1, 1, SECOND, self._per_s, 1, 0)]
        limit, name = spend.limit, spend.operation_log
        if name is not None:
            logs.append(name)
            windows.append((2, 1, BURST, limit.burst, BURST_SHARE, 1))
            windows.append((2, 60, MINUTE, limit.steady, 1, 0.5))
            if limit.daily is not None:
                windows.append((2, 86_400, DAY, limit.daily, 1, 1))
        numbers = [number for window in windows for number in window]
        keys = [*logs, f"{spend.key_log}:asking", f"{spend.key_log}:turns"]
        return keys, [self._now(), RANKS[priority], spend.team, len(windows), *numbers]


_LENGTHS = (1, 60, 86_400)


def _use(spend: Spend, calls: Mapping[int, int], state: Sequence[Any], now: float) -> Use:
    """`state`: held, day and today of a log; `now` in ms."""
    held, day, today = (float(one or 0) for one in state)
    return Use(spend, calls, max(0.0, (held - now) / 1000), int(today) if day == now // 86_400_000 else 0)


def _milliseconds(time_of_redis: Any) -> float:
    seconds, micros = time_of_redis
    return float(seconds) * 1000 + float(micros) / 1000


def _expected(limit: Limit) -> dict[int, int]:
    daily = {} if limit.daily is None else {86_400: limit.daily}
    return {1: limit.burst, 60: limit.steady, **daily}
