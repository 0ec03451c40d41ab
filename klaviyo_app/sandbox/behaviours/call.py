"""What a behaviour is given and what it gives back; between the engine, which speaks HTTP, and Klaviyo's rules.

A behaviour is a function of a Call that returns a Reply or raises Refused. The engine has already checked key,
revision, connection, the body's type and its required members; it renders, filters, sorts, trims and pages what comes
back.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from klaviyo_app.sandbox.behaviours.absent import words

T = TypeVar("T")


@dataclass(slots=True)
class Thing:
    """A resource as it is kept. `hidden` never leaves the sandbox.

    Attributes are kept in the newest shape; PRESENT makes of them what a revision shows at a time.
    """

    kind: str  # the JSON:API type: "campaign"
    id: str
    attributes: dict[str, Any]
    # to-one relations: {"template": "XyZ123"}; to-many ones are links (Things.linked)
    relationships: dict[str, str | None] = field(default_factory=dict)
    hidden: dict[str, Any] = field(default_factory=dict)


class Selection(Iterable[Thing], Protocol):
    """Things that are read no further than needed."""

    def narrowed(self, field: str, place: str, values: Sequence[Any]) -> Selection:
        """Only those with one of these values ([None]: nothing) at a place; carries the filter `field` out."""


class Events(Protocol):
    """The events of an account, by themselves."""

    def select(
        self,
        wanted: dict[str, set[str]],
        limits: Sequence[tuple[str, float]],
        *,
        backwards: bool = False,
        after: tuple[int, str] | None = None,
        size: int = 0,
        ordered: bool = True,
        told: bool = False,
    ) -> Iterator[tuple[int, str, str, str, float, str | None]]:
        """At, id, profile, metric, value, properties, in the order of time or as they come."""


class Things(Protocol):
    """The things of one Klaviyo account, and the links between them ("profiles" of a list, "tags" of a campaign)."""

    def get(self, kind: str, id: str) -> Thing | None:  # noqa: A002 - Klaviyo's word
        """One thing, or None."""

    def all(self, kind: str) -> Selection:
        """All of a kind, in the order in which they were made."""

    def remembered(self, kind: str, name: Hashable, make: Callable[[], T]) -> T:
        """What make() works out of the things of a kind, once until they change."""

    @property
    def events(self) -> Events | None:
        """The events apart from the people, in an account that is too large to look through."""

    def members(
        self,
        kind: str,
        id: str,  # noqa: A002 - Klaviyo's word
        relation: str,
        shown: Callable[[str, str], Thing],
        whole: Callable[[Sequence[Thing]], list[Thing]],
    ) -> Iterable[Thing]:
        """What it is linked to, page by page, in the order of time: shown(id, when); whole(those of a page)."""

    def count_linked(self, kind: str, id: str, relation: str) -> int:  # noqa: A002 - Klaviyo's word
        """How many it is linked to."""

    def some(self, kind: str, ids: Collection[str]) -> list[Thing]:
        """Those of these ids that are there, in the order of the ids."""

    def count(self, kind: str) -> int:
        """How many there are of a kind."""

    def put(self, thing: Thing) -> None:
        """Keep it, new or changed."""

    def put_all(self, things: Iterable[Thing]) -> None:
        """Keep many at once."""

    def drop(self, kind: str, id: str) -> None:  # noqa: A002 - Klaviyo's word
        """Forget it, and all links from and to it."""

    def linked(self, kind: str, id: str, relation: str) -> Mapping[str, str]:  # noqa: A002 - Klaviyo's word
        """Ids of what it is linked to, with when (ISO 8601), in the order of linking."""

    def linked_of(self, kind: str, ids: Sequence[str], relation: str) -> dict[str, list[str]]:
        """The ids of what each of these is linked to, in the order of linking."""

    def linked_among(self, kind: str, id: str, relation: str, others: Collection[str]) -> Mapping[str, str]:  # noqa: A002
        """Those of some ids that it is linked to, with when."""

    def reached(self, included: Collection[str], excluded: Collection[str], place: str) -> Iterator[str]:
        """Ids of the people in these lists and segments, and in none of those, who have something at a place."""

    def count_reached(self, included: Collection[str], excluded: Collection[str], place: str) -> int:
        """How many there are of them."""

    def writing(self) -> AbstractContextManager[Any]:
        """One transaction: all of it or nothing. May be nested."""

    def holders(self, kind: str, relation: str, other: str) -> Mapping[str, str]:
        """Backwards: ids of the things of a kind that are linked to another one, with when."""

    def link(self, kind: str, id: str, relation: str, others: Mapping[str, str]) -> None:  # noqa: A002
        """Add links; those that are there keep their time."""

    def unlink(self, kind: str, id: str, relation: str, others: Collection[str] | None = None) -> None:  # noqa: A002
        """Take links away, all of them for None."""


@dataclass(slots=True)
class Call:
    """One call of an operation, on one account."""

    operation: str  # "send_campaign"
    things: Things
    account: Thing
    now: dt.datetime  # of the sandbox's clock, with its zone
    revision: str  # the one served
    settings: Mapping[str, Any]  # job_seconds, send_lag_s, second_send ...
    path: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] = field(default_factory=dict)
    # parsed: filters as (field, operator, value), additional-fields by type
    filters: tuple[tuple[str, str, Any], ...] = ()
    additional: Mapping[str, frozenset[str]] = field(default_factory=dict)
    new_id: Callable[[str], str] = str  # kind -> an id in Klaviyo's form
    # a filter in a body -> its (field, operator, value); raises Refused
    parse: Callable[[str], Iterable[tuple[str, str, Any]]] = lambda _text: ()
    # (metric, event) of each event that the call recorded: what webhooks hear of
    recorded: list[tuple[Thing, str]] = field(default_factory=list)
    # what goes on after the answer, step by step
    later: list[Callable[[], Iterable[Any]]] = field(default_factory=list)

    @property
    def data(self) -> Any:
        """The body's `data`."""
        return self.body.get("data")

    @property
    def attributes(self) -> dict[str, Any]:
        """The attributes of the body's `data`."""
        return dict((self.data or {}).get("attributes") or {})

    @property
    def stamp(self) -> str:
        """Now, as Klaviyo writes it."""
        return self.now.isoformat()

    @property
    def second(self) -> str:
        """The same to the second, as lists, segments, templates, profiles and flows keep their times (recorded)."""
        return self.now.replace(microsecond=0).isoformat()

    @property
    def job_seconds(self) -> float:
        """How long asynchronous things take."""
        return float(self.settings.get("job_seconds", 1.0))


@dataclass(slots=True)
class Reply:
    """What the engine answers. `thing`: one resource; `things`: a collection; neither: no body."""

    status: int
    thing: Thing | None = None
    things: Iterable[Thing] | None = None
    included: tuple[Thing, ...] = ()  # besides what `include` asked for
    bare: bool = False  # of the thing its type, id and link only
    flat: bool = False  # campaign messages in the shape before 2025-01-15, whatever was asked
    named: tuple[str, ...] = ()  # relationships whose data comes although nobody asked
    alone: bool = False  # without its relationships


Behaviour = Callable[[Call], Reply]
# (call, thing) -> the attributes as they are shown now, at the served revision
Present = Callable[[Call, Thing], dict[str, Any]]


@dataclass(slots=True)
class Refused(Exception):
    """Klaviyo says no. One error for each pointer."""

    status: int
    code: str
    title: str
    # (detail, source): source is {"pointer": ...} or {"parameter": ...}
    errors: tuple[tuple[str, dict[str, str]], ...]
    meta: Mapping[str, Any] = field(default_factory=dict)


def invalid(detail: str, pointer: str = "/data/") -> Refused:
    """400 for one part of the body."""
    return Refused(400, "invalid", "Invalid input.", ((detail, {"pointer": pointer}),))


def not_found(detail: str) -> Refused:
    """404: `detail` names kind and id."""
    return Refused(404, "not_found", "Not found.", ((detail, {"pointer": "/data/"}),))


def missing(kind: str, id: str) -> Refused:  # noqa: A002 - Klaviyo's word
    """404 for a thing that is not there."""
    return not_found(words(kind, id))


def conflict(detail: str, pointer: str = "/data/") -> Refused:
    """409: the thing's state forbids it."""
    return Refused(409, "conflict", "Conflict.", ((detail, {"pointer": pointer}),))


def needed(call: Call, kind: str, id: str) -> Thing:  # noqa: A002 - Klaviyo's word
    """The thing, or 404."""
    found = call.things.get(kind, id)
    if found is None:
        raise missing(kind, id)
    return found
