"""Who is in which segment: all people of one segment, or one person's segments after a change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from klaviyo_app.sandbox.behaviours.call import Call, Thing
from klaviyo_app.sandbox.behaviours.segment_definitions import Person, takes_in


def person_of(profile: Thing, joined: Mapping[str, str]) -> Person:
    """What definitions ask about a profile. `joined`: its lists, with when."""
    hidden = profile.hidden
    return Person(
        attributes=profile.attributes,
        subscriptions=hidden.get("subscriptions") or {},
        predictions=hidden.get("predictions") or {},
        joined=joined,
        activity=hidden.get("activity") or {},
    )


def fill(call: Call, segment: Thing) -> None:
    """Put those into a segment who belong to it, and take the others out."""
    joined: dict[str, dict[str, str]] = {}
    for one in call.things.all("list"):
        for person, when in call.things.linked("list", one.id, "profiles").items():
            joined.setdefault(person, {})[one.id] = when
    definition = segment.attributes["definition"]
    inside = {
        one.id
        for one in call.things.all("profile")
        if takes_in(definition, person_of(one, joined.get(one.id, {})), call.now)
    }
    call.things.unlink(
        "segment", segment.id, "profiles", call.things.linked("segment", segment.id, "profiles").keys() - inside
    )
    call.things.link("segment", segment.id, "profiles", dict.fromkeys(sorted(inside), call.stamp))


def regroup(call: Call, people: Iterable[str]) -> None:
    """Look at people again after a change of theirs."""
    segments = list(call.things.all("segment"))
    for person in people:
        profile = call.things.get("profile", person)
        if profile is None:
            continue
        known = person_of(profile, call.things.holders("list", "profiles", person))
        inside = call.things.holders("segment", "profiles", person)
        for segment in segments:
            belongs = takes_in(segment.attributes["definition"], known, call.now)
            if belongs and segment.id not in inside:
                call.things.link("segment", segment.id, "profiles", {person: call.stamp})
            elif not belongs and segment.id in inside:
                call.things.unlink("segment", segment.id, "profiles", [person])
