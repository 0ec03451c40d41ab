"""What the bodies of consent jobs may hold.

Source: Klaviyo's API descriptions: the channels are named for each profile since 2025-01-15; an import of the past
needs consented_at, in the past, for each; properties may not be sent along (recorded answers).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from klaviyo_app.sandbox.behaviours.bodies import (
    Shape,
    Wrong,
    anything,
    choice,
    flag,
    items,
    moment,
    nullable,
    obj,
    resource,
    text,
)
from klaviyo_app.sandbox.behaviours.call import Call

CHANNELS_SINCE = "2025-01-15"
_PEOPLE = "/data/attributes/profiles/data"


def _channels(call: Call, consent: str) -> Shape:
    times = {"consented_at": nullable(moment)} if consent == "SUBSCRIBED" else {}
    said = obj({"consent": choice(consent)}, times)
    newer = dict.fromkeys(("whatsapp", "push"), anything) if call.revision > CHANNELS_SINCE else {}
    tracking = {"open_tracking": obj({"consent": choice(consent)})} if call.revision > CHANNELS_SINCE else {}
    return obj(
        {},
        {
            "email": obj({}, {"marketing": said, **tracking}),
            "sms": obj({}, {"marketing": said, "transactional": said}),
            **newer,
        },
    )


def _people(call: Call, consent: str, most: int) -> Shape:
    needed = {"subscriptions": _channels(call, consent)}
    known: dict[str, Shape] = {"email": nullable(text()), "phone_number": nullable(text())}
    if consent == "SUBSCRIBED":
        known["age_gated_date_of_birth"] = nullable(text())
    attributes = obj(needed, known) if call.revision >= CHANNELS_SINCE else obj({}, {**known, **needed})
    own = {"id": nullable(text())} if consent == "SUBSCRIBED" else {}
    return obj({"data": items(resource("profile", attributes, more=own), least=1, most=most)})


def wrong_with_subscribing(call: Call, most: int) -> Iterator[Wrong]:
    """What is wrong with the attributes of a job that subscribes."""
    optional = {"custom_source": nullable(text()), "historical_import": nullable(flag)}
    wrongs = list(obj({"profiles": _people(call, "SUBSCRIBED", most)}, optional)(call.attributes, "/data/attributes"))
    yield from wrongs
    if not wrongs and call.attributes.get("historical_import"):
        for number, row in enumerate(call.attributes["profiles"]["data"]):
            yield from _not_past(call, row["attributes"].get("subscriptions") or {}, f"{_PEOPLE}/{number}/attributes")


def wrong_with_unsubscribing(call: Call, most: int) -> Iterator[Wrong]:
    """What is wrong with the attributes of a job that unsubscribes."""
    yield from obj({"profiles": _people(call, "UNSUBSCRIBED", most)})(call.attributes, "/data/attributes")


def wrong_with_suppressing(call: Call, most: int) -> Iterator[Wrong]:
    """What is wrong with the attributes of a job that suppresses or takes it back."""
    person = resource("profile", obj({"email": text(least=1)}))
    yield from obj({}, {"profiles": obj({"data": items(person, most=most)})})(call.attributes, "/data/attributes")


def _not_past(call: Call, subscriptions: Mapping[str, Any], pointer: str) -> Iterator[Wrong]:
    for channel in ("email", "sms"):
        for purpose, said in (subscriptions.get(channel) or {}).items():
            if purpose == "open_tracking":
                continue
            at = f"{pointer}/subscriptions/{channel}/{purpose}/consented_at"
            if not said.get("consented_at"):
                yield Wrong(at, "'consented_at' is required for a historical import.")
            elif _aware(said["consented_at"]) > call.now:
                yield Wrong(at, "'consented_at' must be in the past.")


def _aware(written: str) -> dt.datetime:
    found = dt.datetime.fromisoformat(written)
    return found if found.tzinfo else found.replace(tzinfo=dt.UTC)
