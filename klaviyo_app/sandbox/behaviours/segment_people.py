"""Who is in which segment: all people of one segment, or one person's segments after a change."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from typing import Any

from klaviyo_app.sandbox.behaviours.call import Call, Thing, Things
from klaviyo_app.sandbox.behaviours.event_log import Row, Teller
from klaviyo_app.sandbox.behaviours.segment_definitions import groups_in, takes_in

AT_ONCE = 2000  # people in one transaction
FILLING = "filling"  # hidden in a segment: since when its people are being looked at


Tell = Callable[[Row], Mapping[str, Any]]


class Known:
    """A profile as definitions ask about it; reads no more of it than they do."""

    def __init__(self, profile: Thing, joined: Mapping[str, str], tell: Tell | None = None) -> None:
        """`joined`: its lists, with when; `tell` says what an event's properties are that keeps none of its own."""
        self._profile = profile
        self._tell = tell
        self.joined = joined

    @property
    def attributes(self) -> Mapping[str, Any]:
        """As in the API."""
        return self._profile.attributes

    @property
    def subscriptions(self) -> Mapping[str, Any]:
        """By channel."""
        return self._profile.hidden.get("subscriptions") or {}

    @property
    def predictions(self) -> Mapping[str, Any]:
        """By name."""
        return self._profile.hidden.get("predictions") or {}

    @property
    def activity(self) -> Mapping[str, list[list[Any]]]:
        """Events by metric."""
        return self._profile.hidden.get("activity") or {}

    def properties(self, metric: str, event: list[Any]) -> Mapping[str, Any]:
        """What one of these events tells."""
        own = event[2] if len(event) > 2 else None
        row = Row(int(event[0]), "", self._profile.id, metric, event[1], own)
        return self._tell(row) if self._tell else own or {}


def _telling(call: Call) -> Tell:
    """Says what events tell; made ready when somebody asks."""
    made: list[Teller] = []

    def tell(row: Row) -> Mapping[str, Any]:
        if not made:
            made.append(Teller(call))
        return made[0].properties(row)

    return tell


def fill(call: Call, segment: Thing) -> None:
    """Put those into a segment who belong to it, and take the others out: now, or by and by where there are many."""
    if call.things.events is None:
        deque(by_and_by(call, segment.id), maxlen=0)
        return
    segment.hidden = {**segment.hidden, FILLING: call.stamp}
    call.things.put(segment)
    call.later.append(partial(by_and_by, call, segment.id))


def unfinished(call: Call) -> list[Callable[[], Iterator[int]]]:
    """What broke off with the server."""
    begun = (one for one in call.things.all("segment") if FILLING in one.hidden)
    return [partial(by_and_by, call, one.id) for one in begun]


def by_and_by(call: Call, segment: str) -> Iterator[int]:
    """Go through all people, each step a transaction of its own; gives how many it looked at in each.

    Ends where the segment is gone or is being filled anew. What breaks off is begun anew.
    """
    things, tell = call.things, _telling(call)
    people = iter(things.all("profile"))
    begun = _begun(things, segment)
    some: list[Thing] | None = None
    while some is None or some:
        with things.writing():
            kept = things.get("segment", segment)
            if kept is None or kept.hidden.get(FILLING) != begun:
                return
            some = list(islice(people, AT_ONCE))
            _sort(call, kept, some, tell)
            if not some and begun is not None:
                kept.hidden = {name: one for name, one in kept.hidden.items() if name != FILLING}
                things.put(kept)
        yield len(some)


def _begun(things: Things, segment: str) -> Any:
    kept = things.get("segment", segment)
    return kept.hidden.get(FILLING) if kept else None


def _sort(call: Call, segment: Thing, people: Sequence[Thing], tell: Tell) -> None:
    """Some people into a segment or out of it."""
    things = call.things
    definition = segment.attributes["definition"]
    ids = [one.id for one in people]
    joined = {group: things.linked_among("list", group, "profiles", ids) for group in groups_in(definition)}
    known = ((one, {group: held[one.id] for group, held in joined.items() if one.id in held}) for one in people)
    inside = {one.id for one, lists in known if takes_in(definition, Known(one, lists, tell), call.now)}
    before = things.linked_among("segment", segment.id, "profiles", ids).keys()
    things.unlink("segment", segment.id, "profiles", before - inside)
    things.link("segment", segment.id, "profiles", dict.fromkeys(sorted(inside - before), call.stamp))


def regroup(call: Call, people: Iterable[str]) -> None:
    """Look at people again after a change of theirs."""
    segments, tell = list(call.things.all("segment")), _telling(call)
    for person in people:
        profile = call.things.get("profile", person)
        if profile is None:
            continue
        known = Known(profile, call.things.holders("list", "profiles", person), tell)
        inside = call.things.holders("segment", "profiles", person)
        for segment in segments:
            belongs = takes_in(segment.attributes["definition"], known, call.now)
            if belongs and segment.id not in inside:
                call.things.link("segment", segment.id, "profiles", {person: call.stamp})
            elif not belongs and segment.id in inside:
                call.things.unlink("segment", segment.id, "profiles", [person])
