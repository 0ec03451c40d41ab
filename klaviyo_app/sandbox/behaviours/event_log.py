"""What people did, read out of their profiles: each keeps its events by metric, as segments count them.

An event is a row of a profile: [seconds since 1970, value, properties, unique id]; most of the demo's rows end after
the value, and what else belongs to them (the campaign, the address of the page) is worked out when they are shown. So
lists of events, segments, aggregates and reports can not differ. The form of the ids is our own: Klaviyo's are opaque.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import operator
import re
import uuid
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import orjson

from klaviyo_app.sandbox.behaviours.call import Call, Events, Thing, Things, invalid, missing

_ORDER: Mapping[str, Callable[[Any, Any], bool]] = {
    "greater-than": operator.gt,
    "greater-or-equal": operator.ge,
    "less-than": operator.lt,
    "less-or-equal": operator.le,
}
_URLS, _VARIANTS = uuid.NAMESPACE_URL.bytes, "89ab"
_OF_MESSAGES = {
    "Received Email": "email",
    "Opened Email": "email",
    "Clicked Email": "email",
    "Bounced Email": "email",
    "Marked Email as Spam": "email",
    "Unsubscribed from Email Marketing": "email",
    "Received SMS": "sms",
    "Clicked SMS": "sms",
}


_ID = re.compile(r"[^-]+-[^-]+-\d+")  # profile, metric, number


class Row(NamedTuple):
    """One event before it is shown."""

    at: int
    id: str
    profile: str
    metric: str
    value: float
    properties: Mapping[str, Any] | None


def rows_of(profile: Thing, metric: str | None = None) -> Iterator[Row]:
    """A profile's events, of one metric or of all."""
    activity = profile.hidden.get("activity") or {}
    for name in activity if metric is None else (metric,):
        for number, one in enumerate(activity.get(name, ())):
            properties = one[2] if len(one) > 2 else None
            yield Row(int(one[0]), f"{profile.id}-{name}-{number}", profile.id, name, one[1], properties)


def row(call: Call, id_: str) -> Row:
    """The event with an id; 404, or 400 for an id that none can have (recorded)."""
    if not _ID.fullmatch(id_):
        raise invalid(f"Invalid Event ID: '{id_}'", "/data/id")
    person, _, rest = id_.partition("-")
    metric, _, number = rest.partition("-")
    profile = call.things.get("profile", person)
    kept = ((profile.hidden.get("activity") or {}) if profile else {}).get(metric, ())
    if profile is None or not number.isdecimal() or int(number) >= len(kept):
        raise missing("event", id_)
    return next(one for one in rows_of(profile, metric) if one.id == id_)


class Letters:
    """The messages of a channel that went out, in the order of their sending: which was the last before a moment."""

    def __init__(self, call: Call, channel: str) -> None:
        self._call = call
        self._times, self._sent = call.things.remembered("campaign", f"letters {channel}", lambda: _sent(call, channel))
        self._now = call.now.timestamp()
        self._properties: dict[str, dict[str, Any]] = {}

    def before(self, at: int) -> Mapping[str, Any]:
        """The properties that name the last one before a moment, {} without one."""
        place = bisect_right(self._times, min(at, self._now))
        if not place:
            return {}
        message, name = self._sent[place - 1]
        if message not in self._properties:
            things = self._call.things
            told = things.remembered("campaign-message", ("letter", message), lambda: _letter(things, message))
            self._properties[message] = {"$message": message, "Campaign Name": name, **told}
        return self._properties[message]

    def message_before(self, at: int) -> str:
        """The last one before a moment, "" without one."""
        place = bisect_right(self._times, min(at, self._now))
        return self._sent[place - 1][0] if place else ""


def _letter(things: Things, message: str) -> dict[str, str]:
    """What events tell of a message's content."""
    thing = things.get("campaign-message", message)
    content = thing.attributes["definition"]["content"] if thing else {}
    return {"Subject": content["subject"]} if "subject" in content else {}


def _sent(call: Call, channel: str) -> tuple[list[float], list[tuple[str, str]]]:
    """When the messages of a channel went out, and their ids and campaigns' names, both in the order of time."""
    of_channel = call.things.all("campaign").narrowed("", "hidden.channel", [channel])
    sent = (one for one in of_channel if one.attributes["send_time"])
    known = [(_seconds(one.attributes["send_time"]), one.id, str(one.attributes["name"])) for one in sent]
    known.sort(key=lambda one: one[0])
    messages = call.things.linked_of("campaign", [id_ for _, id_, _ in known], "campaign-messages")
    return [at for at, _, _ in known], [(next(iter(messages.get(id_, ())), ""), name) for _, id_, name in known]


class Teller:
    """Says what the properties of events are, for one call."""

    def __init__(self, call: Call) -> None:
        self._letters = {channel: Letters(call, channel) for channel in ("email", "sms")}
        self._names = {one.id: str(one.attributes["name"]) for one in call.things.all("metric")}
        information = call.account.attributes.get("contact_information") or {}
        self._site = str(information.get("website_url") or "")
        self._currency = str(call.account.attributes.get("preferred_currency") or "")

    def properties(self, one: Row) -> dict[str, Any]:
        """All of an event's properties."""
        if one.properties is not None:
            return dict(one.properties)
        name = self._names.get(one.metric, "")
        if name in _OF_MESSAGES:
            letter = self._letters[_OF_MESSAGES[name]].before(one.at)
            return {**letter, "URL": f"{self._site}/new"} if name.startswith("Clicked") else dict(letter)
        if name in ("Placed Order", "Started Checkout"):
            return {"$value": one.value, "$value_currency": self._currency}
        return {"URL": f"{self._site}/"}

    def message(self, one: Row, name: str = "$message") -> str:
        """The message that an event belongs to, or with "$attributed_message" the one that caused it; "" for none."""
        if one.properties is not None:
            return str(one.properties.get(name) or "")
        channel = _OF_MESSAGES.get(self._names.get(one.metric, ""))
        return self._letters[channel].message_before(one.at) if channel and name == "$message" else ""

    def thing(self, one: Row) -> Thing:
        """An event as a resource."""
        number = _number_of(one.id)
        moment = dt.datetime.fromtimestamp(one.at, dt.UTC).isoformat(sep=" ")
        attributes = {
            "timestamp": one.at,
            "event_properties": {**self.properties(one), "$event_id": number},
            "datetime": moment,
            "uuid": number,
        }
        return Thing("event", one.id, attributes, {"profile": one.profile, "metric": one.metric})


def _number_of(id_: str) -> str:
    """The UUID of an event: uuid.uuid5(NAMESPACE_URL, id), at a third of its cost."""
    text = hashlib.sha1(_URLS + id_.encode(), usedforsecurity=False).hexdigest()
    variant = _VARIANTS[int(text[16], 16) & 3]
    return f"{text[:8]}-{text[8:12]}-5{text[13:16]}-{variant}{text[17:20]}-{text[20:32]}"


class EventRows:
    """The events that a filter leaves. Pages as Rows do: only what a page shows is made whole."""

    def __init__(self, call: Call) -> None:
        self._call = call

    def __iter__(self) -> Iterator[Thing]:
        return iter(self.page((), "", None, 0)[0])

    def page(
        self, comparisons: Sequence[tuple[str, str, Any]], sort: str, after: tuple[Any, int] | None, size: int
    ) -> tuple[list[Thing], tuple[Any, int] | None]:
        """A page and what comes after it or None. `after`: id and time of the last one shown. `size` 0: all."""
        if self._call.things.events is not None:
            return self._indexed_page(self._call.things.events, comparisons, sort, after, size)
        found = sorted((one.at, one.id, one) for one in left(self._call, comparisons))
        if sort.startswith("-"):
            found.reverse()
        if after is not None:
            mark = (after[1], str(after[0]))
            beyond = operator.lt if sort.startswith("-") else operator.gt
            found = [one for one in found if beyond(one[:2], mark)]
        cut = found[:size] if size else found
        teller = Teller(self._call)
        things = [teller.thing(one) for _, _, one in cut]
        return things, (cut[-1][1], cut[-1][0]) if len(found) > len(cut) else None

    def _indexed_page(
        self,
        events: Events,
        comparisons: Sequence[tuple[str, str, Any]],
        sort: str,
        after: tuple[Any, int] | None,
        size: int,
    ) -> tuple[list[Thing], tuple[Any, int] | None]:
        """The same, of an account whose events are kept apart."""
        wanted, limits = _read(comparisons)
        mark = (after[1], str(after[0])) if after is not None else None
        more = size + 1 if size else 0
        found = list(events.select(wanted, limits, backwards=sort.startswith("-"), after=mark, size=more))
        cut = found[:size] if size else found
        teller = Teller(self._call)
        things = [teller.thing(_row(one)) for one in cut]
        return things, (cut[-1][1], cut[-1][0]) if len(found) > len(cut) else None


def _row(kept: tuple[int, str, str, str, float, str | None]) -> Row:
    at, id_, profile, metric, value, properties = kept
    return Row(at, id_, profile, metric, value, orjson.loads(properties) if properties else None)


def _read(comparisons: Iterable[tuple[str, str, Any]]) -> tuple[dict[str, set[str]], list[tuple[str, float]]]:
    """Which profiles and metrics are wanted, and the limits in time."""
    wanted: dict[str, set[str]] = {}
    limits: list[tuple[str, float]] = []
    for field, sign, value in comparisons:
        if sign in _ORDER:
            limits.append((sign, value.timestamp() if isinstance(value, dt.datetime) else float(value)))
        elif sign in ("equals", "any"):
            named = {str(value)} if sign == "equals" else set(map(str, value))
            wanted.setdefault(field, named).intersection_update(named)
    return wanted, limits


def left(call: Call, comparisons: Iterable[tuple[str, str, Any]], *, told: bool = False) -> Iterator[Row]:
    """The events that conditions leave, in no order: (field, operator, value) of metric_id, profile_id, datetime.

    `told`: only those that keep properties of their own; of others it may leave some, too.
    """
    wanted, limits = _read(comparisons)
    if call.things.events is not None:
        yield from map(_row, call.things.events.select(wanted, limits, ordered=False, told=told))
        return
    people = call.things.some("profile", wanted["profile_id"]) if "profile_id" in wanted else call.things.all("profile")
    metrics: Iterable[str | None] = sorted(wanted["metric_id"]) if "metric_id" in wanted else (None,)
    for person in people:
        for metric in metrics:
            for one in rows_of(person, metric):
                if all(_ORDER[sign](one.at, limit) for sign, limit in limits):
                    yield one


def _seconds(written: str) -> float:
    return dt.datetime.fromisoformat(written).timestamp()
