"""An account as large as they come, written straight into a store in batches.

A few thousand people are made whole, with their lists and segments worked out; each stands for as many people as are
wanted, who differ in what names them and in when they came. So every member of a segment fulfils its definition without
a million evaluations. Lists and segments beyond the demo's are evenings with some hundred guests, and each its segment.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from random import Random
from typing import Any, NamedTuple

from klaviyo_app.sandbox import event_index
from klaviyo_app.sandbox.behaviours.call import Thing
from klaviyo_app.sandbox.behaviours.profiles import INDEX
from klaviyo_app.sandbox.data import coupons
from klaviyo_app.sandbox.data.audiences import all_of, member
from klaviyo_app.sandbox.data.ids import six, ulid
from klaviyo_app.sandbox.data.people import calm, make_people, written
from klaviyo_app.sandbox.data.shops import Shop, Size
from klaviyo_app.sandbox.data.world import Builder, World
from klaviyo_app.sandbox.kept import written as as_json
from klaviyo_app.sandbox.places import PLACES
from klaviyo_app.sandbox.store import AccountThings, Store

BATCH = 20_000
_BASE_CAMPAIGNS, _BASE_TEMPLATES, _BASE_GROUPS = 180, 40, 8
_PLACES = re.compile(r"@@(\w)@@")
_SHARES_OF_CODES = 3.2  # coupons.make_codes makes at least this many times its `most`


@dataclass(frozen=True, slots=True)
class Large:
    """How much of everything. `models`: people made whole, of whom the others are copies."""

    people: int = 1_000_000
    models: int = 5_000
    events: int = 1_000_000
    lists: int = 500
    segments: int = 500
    campaigns: int = 10_000
    templates: int = 1_000
    codes: int = 100_000


LARGE = Large()


class _Model(NamedTuple):
    """A person of whom there are many. `parts`: the attributes' JSON, cut at what differs; every second names it."""

    parts: list[str]
    others: tuple[str, str]  # relationships and what is hidden, as JSON
    stem: str
    domain: str
    prefix: str  # of the number; "" without one
    bought: bool
    created: float
    groups: list[tuple[str, str, str]]  # kind, id, when
    activity: dict[str, list[list[Any]]]


def build_large(store: Store, shop: Shop, key: str, now: dt.datetime, size: Large = LARGE) -> Thing:
    """Write the account into the store, within one transaction of the caller's; gives its resource."""
    random = Random(f"{shop.seed} {key} large")  # noqa: S311 - not for secrets
    now = now.replace(minute=0, second=0, microsecond=0)
    if key != "sandbox":
        shop = replace(shop, account_id=six(random))
    world = World(Thing("account", shop.account_id, shop.attributes()))
    small = Size(size.models, _BASE_GROUPS, _BASE_GROUPS, _BASE_CAMPAIGNS, _BASE_TEMPLATES, len(coupons.COUPONS), 0)
    builder = Builder(shop, small, random, now, world)
    builder.metrics()
    builder.tag_groups()
    builder.flows_and_tags()
    models = make_people(random, size.models, now)
    calm(random, models, size.events * size.models // size.people, now)
    builder.keep_people(models)
    builder.lists()
    builder.segments()
    builder.templates()
    builder.campaigns()
    builder.coupons()
    builder.catalog()
    return _write(store, key, world, builder, size)


def _write(store: Store, key: str, world: World, builder: Builder, size: Large) -> Thing:
    things = store.open_account(key, world.account)
    things.index_events()
    profiles = {one.id: one for one in world.things if one.kind == "profile"}
    groups: dict[str, list[tuple[str, str, str]]] = {}
    for kind, id_, relation, others in world.links:
        if relation == "profiles":
            for person, when in others.items():
                groups.setdefault(person, []).append((kind, id_, when))
        else:
            things.link(kind, id_, relation, others)
    kept = [one for one in world.things if one.kind not in ("profile", INDEX)]
    things.put_all(kept)
    evenings = list(_evenings(builder, size))
    things.put_all(one for pair in evenings for one in pair)
    things.put_all(_more_templates(builder, kept, size.templates))
    _more_campaigns(builder.random, things, world, size.campaigns)
    models = [_model(profiles[one.id], one.created, groups.get(one.id, [])) for one in builder.people]
    some = _write_people(things, builder, models, [(one.id, two.id) for one, two in evenings], size)
    _write_codes(things, builder, some, size.codes)
    return world.account


def _evenings(builder: Builder, size: Large) -> Iterator[tuple[Thing, Thing]]:
    """Lists and segments beyond the demo's: as many of the one as of the other."""
    for number in range(size.lists - _BASE_GROUPS):
        place = PLACES[number % len(PLACES)].city
        name = f"Evening in {place}, no. {number // len(PLACES) + 1}"
        times = {"created": builder.ago(890 - number), "updated": builder.ago(1 + number % 300)}
        one = Thing("list", six(builder.random), {"name": name, **times, "opt_in_process": "single_opt_in"})
        known = {"is_active": True, "is_processing": False, "is_starred": False}
        definition = all_of(member(one.id))
        guests = {"name": f"Guests: {name}", "definition": definition, **times, **known}
        yield one, Thing("segment", six(builder.random), guests)


def _more_templates(builder: Builder, kept: list[Thing], count: int) -> Iterator[Thing]:
    public = [one for one in kept if one.kind == "template" and not one.hidden.get("private")]
    for number in range(count - len(public)):
        one = public[number % len(public)]
        name = f"{one.attributes['name']}, version {number // len(public) + 2}"
        times = {"created": builder.ago(600 - number % 500), "updated": builder.ago(90 - number % 90)}
        yield replace(one, id=six(builder.random), attributes={**one.attributes, "name": name, **times})


def _more_campaigns(random: Random, things: AccountThings, world: World, count: int) -> None:
    """Further rounds of those that are out, with a message each; they share their templates."""
    past = [one for one in world.things if one.kind == "campaign" and one.attributes["name"][:2] == "20"]
    messages = {one.relationships["campaign"]: one for one in world.things if one.kind == "campaign-message"}
    made = sum(one.kind == "campaign" for one in world.things)
    new: list[Thing] = []
    links: list[tuple[str, str, str, str, str]] = []
    for number in range(count - made):
        one, round_ = past[number % len(past)], number // len(past) + 2
        moment = dt.datetime.fromisoformat(one.attributes["created_at"]) - dt.timedelta(minutes=round_)
        created = moment.isoformat()
        attributes = {**one.attributes, "name": f"{one.attributes['name']}, round {round_}", "created_at": created}
        campaign = Thing("campaign", ulid(random, moment.timestamp()), attributes, hidden=one.hidden)
        message = messages[one.id]
        twin = ulid(random, moment.timestamp())
        relations = {**message.relationships, "campaign": campaign.id}
        new += campaign, replace(message, id=twin, relationships=relations)
        links.append(("campaign", campaign.id, "campaign-messages", twin, created))
    things.put_all(new)
    things.link_written(links)


def _model(profile: Thing, created: float, groups: list[tuple[str, str, str]]) -> _Model:
    attributes = profile.attributes
    local, _, domain = attributes["email"].partition("@")
    marks = {"email": "@@e@@", "created": "@@c@@"}
    marks |= {"phone_number": "@@p@@"} if attributes["phone_number"] else {}
    marks |= {"external_id": "@@x@@"} if attributes["external_id"] else {}
    own, *others = as_json(replace(profile, attributes={**attributes, **marks}))
    prefix = attributes["phone_number"][:-9] if attributes["phone_number"] else ""
    bought, activity = bool(attributes["external_id"]), profile.hidden.get("activity") or {}
    parts = _PLACES.split(own)
    return _Model(
        parts, (others[0], others[1]), local.rstrip("0123456789"), domain, prefix, bought, created, groups, activity
    )


def _write_people(
    things: AccountThings, builder: Builder, models: list[_Model], evenings: list[tuple[str, str]], size: Large
) -> list[str]:
    """All people in batches, in the order in which they came; gives the ids of some."""
    some: list[str] = []
    batch = _Batch(things)
    for number in range(size.people):
        model = models[number * len(models) // size.people]
        created = model.created + number % 200
        id_ = ulid(builder.random, created)
        _write_person(batch, model, number, id_, written(created))
        spread = number % (4 * len(evenings)) if evenings else 0
        if evenings and spread < len(evenings):
            for kind, group in zip(("list", "segment"), evenings[spread], strict=True):
                batch.links.append((kind, group, "profiles", id_, written(created)))
        if number % 100 == 0:
            some.append(id_)
        if len(batch.things) >= BATCH:
            batch.write()
    batch.write()
    return some


class _Batch:
    """Rows that wait to be written."""

    def __init__(self, kept: AccountThings) -> None:
        self._kept = kept
        self.number = kept.number
        self.things: list[tuple[str, ...]] = []
        self.links: list[tuple[str, str, str, str, str]] = []
        self.events: list[tuple[Any, ...]] = []

    def write(self) -> None:
        """Write them, and begin anew."""
        self._kept.put_written(self.things)
        self._kept.link_written(self.links)
        self._kept.put_events(self.events)
        self.things, self.links, self.events = [], [], []


def _write_person(batch: _Batch, model: _Model, number: int, id_: str, created: str) -> None:
    own = {
        "e": f"{model.stem}{number}@{model.domain}",
        "p": f"{model.prefix}{150_000_000 + number}",
        "x": f"C-{10_000 + number}",
        "c": created,
    }
    parts = model.parts
    attributes = "".join(own[part] if place % 2 else part for place, part in enumerate(parts))
    batch.things.append(("profile", id_, attributes, *model.others))
    names = [f"email:{own['e']}"]
    names += [f"phone_number:{own['p']}"] if model.prefix else []
    names += [f"external_id:{own['x']}".lower()] if model.bought else []
    pointer = f'{{"profile":"{id_}"}}'
    batch.things += [(INDEX, name, "{}", pointer, "{}") for name in names]
    batch.links += [(kind, group, "profiles", id_, when) for kind, group, when in model.groups]
    batch.events += event_index.rows_of(batch.number, id_, model.activity)


def _write_codes(things: AccountThings, builder: Builder, people: list[str], count: int) -> None:
    most = int(count / _SHARES_OF_CODES) + 1
    made = coupons.make_codes(builder.random, len(coupons.COUPONS), most, builder.now, people)
    rows: Iterable[Thing] = (
        Thing("coupon-code", one.id, one.attributes, {"coupon": one.coupon, "profile": one.profile}) for one in made
    )
    things.put_all(islice(rows, count))
