"""One account of the demo as things and links, ready to be kept. Pure: shop, size, key and time in, things out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from klaviyo_app.sandbox.behaviours.call import Thing
from klaviyo_app.sandbox.behaviours.flows import links, parts
from klaviyo_app.sandbox.behaviours.profiles import index_things
from klaviyo_app.sandbox.behaviours.segment_definitions import takes_in
from klaviyo_app.sandbox.behaviours.segment_people import Known
from klaviyo_app.sandbox.data import coupons, flows
from klaviyo_app.sandbox.data.audiences import LISTS, SEGMENTS, ListPlan, named
from klaviyo_app.sandbox.data.campaigns import MadeCampaign, make_campaigns
from klaviyo_app.sandbox.data.catalog import make_catalog
from klaviyo_app.sandbox.data.flow_steps import definition_of
from klaviyo_app.sandbox.data.forms import make_forms
from klaviyo_app.sandbox.data.ids import six, uuid4
from klaviyo_app.sandbox.data.letters import Letter, make_letters
from klaviyo_app.sandbox.data.mails import Mails, Send, deliver
from klaviyo_app.sandbox.data.metrics import METRICS, integration
from klaviyo_app.sandbox.data.people import DAY, Made, make_people, written
from klaviyo_app.sandbox.data.reviews import make_reviews
from klaviyo_app.sandbox.data.shops import Shop, Size

# kind, id, relation, {other id: when}
Link = tuple[str, str, str, dict[str, str]]
FLOW_LETTERS = ("Welcome", "Abandoned", "Browse", "Win back", "Birthday", "Sunset", "Review request")


@dataclass(slots=True)
class World:
    """An account with all that is in it."""

    account: Thing
    things: list[Thing] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)


@dataclass(slots=True)
class Builder:
    """Makes the parts of an account one after another, in the order that make_world() has."""

    shop: Shop
    size: Size
    random: Random
    now: dt.datetime
    world: World
    ids: dict[str, str] = field(default_factory=dict)  # names of metrics, lists, segments and tags -> ids
    people: list[Made] = field(default_factory=list)
    members: dict[str, frozenset[str]] = field(default_factory=dict)  # of lists and segments, by their ids
    letters: dict[str, Letter] = field(default_factory=dict)
    sends: dict[str, list[Send]] = field(default_factory=dict)  # by channel

    def add(self, thing: Thing) -> str:
        """Keep a thing; gives its id."""
        self.world.things.append(thing)
        return thing.id

    def ago(self, days: float) -> str:
        """A time so many days ago."""
        return written(self.now.timestamp() - days * DAY)

    def metrics(self) -> None:
        """What people can do; everything else names metrics."""
        for name, source in METRICS:
            times = {"created": self.ago(900), "updated": self.ago(1)}
            attributes = {"name": name, **times, "integration": integration(source)}
            self.ids[name] = self.add(Thing("metric", six(self.random), attributes))

    def persons(self) -> None:
        """As many people as there are to be."""
        self.keep_people(make_people(self.random, self.size.people, self.now))

    def keep_people(self, people: list[Made]) -> None:
        """Their profiles, findable by what names them."""
        self.people = people
        for person in self.people:
            activity = {self.ids[name]: events for name, events in person.activity.items() if events}
            hidden = {
                "subscriptions": person.subscriptions,
                "predictions": person.predictions,
                "activity": activity,
            }
            profile = Thing("profile", person.id, person.attributes, hidden=hidden)
            self.add(profile)
            self.world.things.extend(index_things(person.id, person.attributes))

    def lists(self) -> None:
        """Lists, and who joined when."""
        for number, plan in enumerate(LISTS[: self.size.lists]):
            created = max(plan.age_days - number, 20)
            attributes = {
                "name": plan.name,
                "created": self.ago(created),
                "updated": self.ago(created / (number + 2)),
                "opt_in_process": "double_opt_in" if plan.double_opt_in else "single_opt_in",
            }
            id_ = self.add(Thing("list", six(self.random), attributes))
            self.ids[plan.name] = id_
            members = dict(self._members(plan, self.now.timestamp() - created * DAY))
            for person in self.people:
                if person.id in members:
                    person.joined[id_] = members[person.id]
            self.members[id_] = frozenset(members)
            self.world.links.append(("list", id_, "profiles", dict(sorted(members.items(), key=lambda one: one[1]))))

    def _members(self, plan: ListPlan, opened: float) -> Iterator[tuple[str, str]]:
        latest = self.now.timestamp()
        for person in self.people:
            fits = not plan.source or person.attributes["properties"]["Source"] == plan.source
            if fits and self.random.random() < plan.share:
                since = max(person.created, opened)
                yield person.id, written(since + self.random.random() ** 3 * (latest - since) * 0.9)

    def segments(self) -> None:
        """Segments, and who is in them by their definitions."""
        known = [Known(one, made.joined) for one, made in zip(self._profiles(), self.people, strict=True)]
        usable = [one for one in SEGMENTS if _names(one[1]) <= self.ids.keys()]
        for number, (name, plan) in enumerate(usable[: self.size.segments]):
            definition = named(plan, self.ids)
            attributes = {
                "name": name,
                "definition": definition,
                "created": self.ago(700 - 19 * number),
                "updated": self.ago(320 - 9 * number),
                "is_active": number % 13 != 12,
                "is_processing": False,
                "is_starred": number in (0, 2, 4),
            }
            id_ = self.add(Thing("segment", six(self.random), attributes))
            self.ids[name] = id_
            inside = [made for made, one in zip(self.people, known, strict=True) if takes_in(definition, one, self.now)]
            self.members[id_] = frozenset(one.id for one in inside)
            self.world.links.append(("segment", id_, "profiles", _came(inside)))

    def _profiles(self) -> list[Thing]:
        return [one for one in self.world.things if one.kind == "profile"]

    def templates(self) -> None:
        """Letters that can be chosen."""
        for number, letter in enumerate(make_letters(self.shop, self.size.templates)):
            self.letters[letter.name] = letter
            flow = self.ids["Welcome series"] if letter.name.startswith(FLOW_LETTERS) else None
            hidden: dict[str, Any] = {"flow": flow} if flow else {}
            self.add(
                _template(letter, six(self.random), self.ago(640 - 15 * number), self.ago(200 - 5 * number), hidden)
            )

    def campaigns(self) -> None:
        """Campaigns with their messages and copies of letters."""
        for one in make_campaigns(self.random, self.shop, self.size.campaigns, self.now, self.ids):
            template = None
            letter = self.letters.get(one.letter) or next(iter(self.letters.values())) if one.letter else None
            if letter is not None:
                created = one.attributes["created_at"]
                twin = _template(letter, six(self.random), created, created, {"private": True})
                twin.attributes["name"] = f"Clone of {letter.name}"
                template = self.add(twin)
            attributes = one.attributes
            times = {"created_at": attributes["created_at"], "updated_at": attributes["updated_at"]}
            sent = {"datetime": attributes["send_time"], "is_local": False}
            send_times = [sent] if attributes["send_time"] else []
            message = {"definition": one.definition, "send_times": send_times, **times}
            relations = {"campaign": one.id, "template": template, "image": None}
            self.add(Thing("campaign", one.id, attributes, hidden={"channel": one.definition["channel"]}))
            self.add(Thing("campaign-message", one.message_id, message, relations))
            self._went_out(one)
            joined = {one.message_id: attributes["created_at"]}
            self.world.links.append(("campaign", one.id, "campaign-messages", joined))
            tag = self.ids.get("weekly" if "Thursday" in attributes["name"] else "sale")
            if tag:
                self.world.links.append(("campaign", one.id, "tags", {tag: attributes["created_at"]}))

    def _went_out(self, one: MadeCampaign) -> None:
        at = dt.datetime.fromisoformat(one.attributes["send_time"] or written(self.now.timestamp())).timestamp()
        if at < self.now.timestamp():
            audiences = one.attributes["audiences"]
            inside: set[str] = set().union(*(self.members[id_] for id_ in audiences["included"]))
            outside: set[str] = set().union(*(self.members[id_] for id_ in audiences["excluded"]))
            self.sends.setdefault(one.definition["channel"], []).append(
                Send(at, one.message_id, frozenset(inside - outside))
            )

    def mails(self) -> None:
        """What people got, opened and clicked because of the campaigns."""
        mails, texts = Mails(self.sends.get("email", [])), Mails(self.sends.get("sms", []))
        deliver(self.random, self.people, mails, texts, self.shop.currency, self.now.timestamp())
        for profile, one in zip(self._profiles(), self.people, strict=True):
            profile.hidden["activity"] = {self.ids[name]: rows for name, rows in one.activity.items()}
            latest = max((rows[-1][0] for rows in one.activity.values()), default=None)
            profile.attributes["last_event_date"] = written(latest) if latest else None

    def forms_and_reviews(self) -> None:
        """Forms with their versions, and what people wrote of things they bought."""
        random, now = Random(f"{self.shop.seed} forms {self.world.account.id}"), self.now.timestamp()  # noqa: S311
        for one in make_forms(random, self.people, now):
            created = one.form.attributes["created_at"]
            self.world.things += [one.form, *one.versions]
            self.world.links.append(
                ("form", one.form.id, "form-versions", {version.id: created for version in one.versions})
            )
        items = [one for one in self.world.things if one.kind == "catalog-item"]
        self.world.things += make_reviews(random, self.people, items, now)

    def coupons(self) -> None:
        """Coupons and their codes."""
        for external_id, words, _, _ in coupons.COUPONS[: self.size.coupons]:
            attributes = {"external_id": external_id, "description": words, "monitor_configuration": None}
            self.add(Thing("coupon", external_id, attributes))
        people = [one.id for one in self.people]
        for code in coupons.make_codes(self.random, self.size.coupons, self.size.codes, self.now, people):
            self.add(Thing("coupon-code", code.id, code.attributes, {"coupon": code.coupon, "profile": code.profile}))

    def tag_groups(self) -> None:
        """Groups of tags; every account has the default one, whatever else it lacks."""
        for name, exclusive in flows.TAG_GROUPS if self.size.people else flows.TAG_GROUPS[:1]:
            attributes = {"name": name, "exclusive": exclusive, "default": name == "Ungrouped Tags"}
            self.ids[name] = self.add(Thing("tag-group", uuid4(self.random), attributes))

    def flows_and_tags(self) -> None:
        """Flows and tags."""
        for name, group in flows.TAGS:
            self.ids[name] = self.add(Thing("tag", uuid4(self.random), {"name": name}, {"tag-group": self.ids[group]}))
        for number, (name, status, trigger) in enumerate(flows.FLOWS):
            times = {"created": self.ago(800 - 40 * number), "updated": self.ago(90 - 6 * number)}
            attributes = {"name": name, "status": status, "archived": False, **times, "trigger_type": trigger}
            self.ids[name] = self.add(Thing("flow", six(self.random), attributes))

    def flow_steps(self) -> None:
        """What the flows do; their templates and lists are there by now."""
        templates = {one.attributes["name"]: one.id for one in self.world.things if one.kind == "template"}
        sender = {"from_email": self.shop.email, "from_label": self.shop.sender}
        first = 410_000
        for flow in [one for one in self.world.things if one.kind == "flow"]:
            name, status = flow.attributes["name"], flow.attributes["status"]
            known = {"ids": self.ids, "templates": templates, "sender": sender}
            definition = definition_of(name, status, first=first, **known, new_id=lambda: six(self.random))
            if definition is None:
                continue
            first += 100
            flow.hidden = {**flow.hidden, "definition": definition}
            stamp = flow.attributes["created"]
            self.world.things.extend(parts(flow, definition, stamp))
            self.world.links.extend(links(definition, flow.id, stamp))

    def catalog(self) -> None:
        """What the shop sells."""
        for one in make_catalog(self.shop, self.ago):
            if isinstance(one, Thing):
                self.add(one)
            else:
                self.world.links.append(one)


def _came(people: list[Made]) -> dict[str, str]:
    """When each of these people came into a segment: some time between their first and their last sign of life."""
    found = {}
    for number, one in enumerate(people):
        last = dt.datetime.fromisoformat(one.attributes["updated"]).timestamp()
        found[one.id] = written(one.created + (last - one.created) * (number * 0.618 % 1))
    return found


def _template(letter: Letter, id_: str, created: str, updated: str, hidden: dict[str, Any]) -> Thing:
    attributes = {
        "name": letter.name,
        "editor_type": "CODE",
        "html": letter.html,
        "text": letter.text,
        "amp": None,
        "created": created,
        "updated": updated,
    }
    return Thing("template", id_, attributes, {}, hidden)


def _names(definition: object) -> set[str]:
    """The metrics and lists that a definition names."""
    if isinstance(definition, dict):
        own = {definition["metric_id"]} if "metric_id" in definition else set(definition.get("group_ids", ()))
        return own.union(*(_names(one) for one in definition.values())) if definition else own
    return set().union(*(_names(one) for one in definition)) if isinstance(definition, list) else set()


def make_world(shop: Shop, size: Size | None, now: dt.datetime, *, key: str = "sandbox") -> World:
    """An account of a shop; without a size only what every account has. Other keys have ids of their own."""
    random = Random(f"{shop.seed} {key}")  # noqa: S311 - not for secrets, the same everywhere
    if key != "sandbox":
        shop = replace(shop, account_id=six(random))
    now = now.replace(minute=0, second=0, microsecond=0)
    world = World(Thing("account", shop.account_id, shop.attributes()))
    builder = Builder(shop, size or Size(0, 0, 0, 0, 0, 0, 0), random, now, world)
    builder.metrics()
    builder.tag_groups()
    if size is not None:
        builder.flows_and_tags()
        builder.persons()
        builder.lists()
        builder.segments()
        builder.templates()
        builder.campaigns()
        builder.coupons()
        builder.catalog()
        builder.forms_and_reviews()
        builder.mails()
        builder.flow_steps()
    return world
