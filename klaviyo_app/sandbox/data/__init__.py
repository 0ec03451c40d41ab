"""The sandbox's data: worlds(data, key, now) makes the accounts of a key, build() puts them into a store."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from klaviyo_app.sandbox.behaviours.call import Thing
from klaviyo_app.sandbox.data.large import build_large
from klaviyo_app.sandbox.data.shops import FJELL, HEARTH, SMALLER, STAGING, TEST_SIZE, TRIAL, WHOLE, Shop, Size
from klaviyo_app.sandbox.data.world import World, make_world
from klaviyo_app.sandbox.store import Store

DEMO_KEY = "sandbox"
DATA = ("demo", "empty", "large")
_SHOPS = (FJELL, HEARTH, STAGING)
_SIZES: dict[str, tuple[Size | None, ...]] = {
    "demo": (WHOLE, SMALLER, TEST_SIZE),
    "large": (None, SMALLER, TEST_SIZE),  # the first is written by build_large()
    "empty": (None, None, None),
}


def worlds(data: str, key: str, now: dt.datetime, accounts: int | None = None) -> list[World]:
    """The accounts of a key. `data`: one of DATA. Keys of tests get one account, of a smaller demo, unless told."""
    made = []
    for number in range(accounts or (len(_SHOPS) if key == DEMO_KEY else 1)):
        size = _SIZES[data][min(number, 2)]
        made.append(make_world(_shop(number), TRIAL if key != DEMO_KEY and data == "demo" else size, now, key=key))
    return made


def _shop(number: int) -> Shop:
    """The first three, then more of the first under other names."""
    if number < len(_SHOPS):
        return _SHOPS[number]
    return replace(FJELL, account_id=f"Fj{number:04d}", name=f"Fjell & Field {number}", seed=FJELL.seed + number)


def build(
    store: Store, data: str, key: str, *, now: dt.datetime | None = None, accounts: int | None = None
) -> list[Thing]:
    """Fill a store with the accounts of a key, in one transaction; gives their account resources."""
    now = now or dt.datetime.now(dt.UTC)
    with store.writing():
        made = worlds(data, key, now, accounts)
        largest = [build_large(store, _shop(0), key, now)] if data == "large" else []
        for world in made[len(largest) :]:
            things = store.open_account(key, world.account)
            things.put_all(world.things)
            for kind, id_, relation, others in world.links:
                things.link(kind, id_, relation, others)
    return [*largest, *(world.account for world in made[len(largest) :])]
