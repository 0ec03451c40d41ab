"""Where our client would wait before it asks again, clocks are put on instead: the same tries, without the time."""

from __future__ import annotations

from redis import Redis

from klaviyo_app.accounts.clients import gateway_of
from tests.sandbox_server import World


def room_again(redis: Redis) -> None:
    """Nothing was called lately: our count of what is allowed a second or a minute begins anew."""
    redis.delete("-", *redis.scan_iter("budget:*"))


def without_waiting(world: World, redis: Redis) -> None:
    """From now on, in this process, for the world's key; the settings of its addresses are in force already."""

    def wait(seconds: float) -> None:
        world.advance(seconds)
        room_again(redis)

    gateway_of(world.key).sleep = wait
