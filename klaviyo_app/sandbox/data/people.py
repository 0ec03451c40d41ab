"""People: profiles with consent, predictions and what they did, all from one seed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from random import Random
from typing import Any

from klaviyo_app.sandbox.data.ids import ulid
from klaviyo_app.sandbox.data.names import DOMAINS, FIRST, LAST, STREETS
from klaviyo_app.sandbox.places import PLACES, Place

DAY = 86400.0
INTERESTS = ("camping", "kitchen", "textiles", "light", "mending", "hiking")
SOURCES = ("Footer form", "Checkout", "Pop-up", "Berlin store", "Workshop", "Giveaway")
Activity = dict[str, list[list[Any]]]  # metric name -> [seconds since 1970, value], oldest first


@dataclass(slots=True)
class Made:
    """A profile before it is stored."""

    id: str
    attributes: dict[str, Any]
    subscriptions: dict[str, Any]
    predictions: dict[str, Any]
    activity: Activity = field(default_factory=dict)
    joined: dict[str, str] = field(default_factory=dict)
    created: float = 0.0


def written(seconds: float) -> str:
    """A time as Klaviyo writes it."""
    return dt.datetime.fromtimestamp(int(seconds), dt.UTC).isoformat()


def make_people(random: Random, count: int, now: dt.datetime) -> list[Made]:
    """So many people who came over the last two and a half years, the oldest first."""
    latest = now.timestamp()
    moments = sorted(latest - random.random() ** 1.3 * 900 * DAY - 3600 for _ in range(count))
    return [_person(random, number, created, latest) for number, created in enumerate(moments)]


def calm(random: Random, people: list[Made], events: int, now: dt.datetime) -> None:
    """Leave so many events among all: people keep all they did, or did nothing yet and were never seen again."""
    left = events
    for person in random.sample(people, len(people)):
        count = sum(map(len, person.activity.values()))
        if count <= left:
            left -= count
            continue
        gender = person.predictions["predicted_gender"]
        person.activity = {name: [] for name in person.activity}
        person.predictions = _predictions(random, [], gender, now.timestamp())
        person.attributes |= {"external_id": None, "last_event_date": None, "updated": written(person.created)}


def _person(random: Random, number: int, created: float, latest: float) -> Made:
    first, gender = random.choice(FIRST)
    last = random.choice(LAST)
    place = random.choice(PLACES[:12] if random.random() < 0.6 else PLACES)
    keenness = random.random() ** 1.6
    consent = random.choices(("SUBSCRIBED", "NEVER_SUBSCRIBED", "UNSUBSCRIBED"), (74, 13, 13))[0]
    activity = _activity(random, created, latest, keenness, consent == "SUBSCRIBED")
    seen = max((events[-1][0] for events in activity.values() if events), default=None)
    email = f"{first}.{last}{number}@{random.choice(DOMAINS)}".lower()
    phone = f"+{place.calling}{random.randrange(150_000_000, 199_999_999)}" if random.random() < 0.35 else None
    attributes: dict[str, Any] = {
        "email": email,
        "phone_number": phone,
        "external_id": f"C-{10_000 + number}" if activity["Placed Order"] else None,
        "first_name": first,
        "last_name": last,
        "organization": None,
        "locale": place.locale,
        "title": None,
        "image": None,
        "created": written(created),
        "updated": written(seen or created),
        "last_event_date": written(seen) if seen else None,
        "location": _location(random, place),
        "properties": _properties(random, keenness),
    }
    return Made(
        id=ulid(random, created),
        attributes=attributes,
        subscriptions=_subscriptions(random, consent, created, has_phone=phone is not None),
        predictions=_predictions(random, activity["Placed Order"], gender, latest),
        activity=activity,
        created=created,
    )


def _location(random: Random, place: Place) -> dict[str, Any]:
    return {
        "address1": f"{random.choice(STREETS)} {random.randrange(1, 120)}",
        "address2": None,
        "city": place.city,
        "region": place.region,
        "country": place.country,
        "zip": place.zip,
        "timezone": place.timezone,
        "latitude": place.latitude,
        "longitude": place.longitude,
        "ip": None,
    }


def _properties(random: Random, keenness: float) -> dict[str, Any]:
    birthday = dt.date(1950, 1, 1) + dt.timedelta(days=random.randrange(20_000))
    return {
        "Interests": random.sample(INTERESTS, k=random.randrange(1, 4)),
        "Source": random.choice(SOURCES),
        "Birthday": birthday.isoformat(),
        "Loyalty points": int(keenness * 900),
        "Trail Club": keenness > 0.7,
    }


def _activity(random: Random, created: float, latest: float, keenness: float, reads: bool) -> Activity:
    span = max(latest - created, DAY)

    def times(most: float) -> list[float]:
        count = int(random.random() * most * keenness + random.random())
        recent = (latest - 60 - random.random() ** (1 + 2 * keenness) * min(span, 540 * DAY) for _ in range(count))
        return sorted(float(int(one)) for one in recent)

    orders = [[at, round(random.lognormvariate(4.2, 0.6), 2)] for at in times(7)]
    opened = times(48) if reads else []
    return {
        "Opened Email": [[at, 0.0] for at in opened],
        "Clicked Email": [[min(at + 60, latest - 1), 0.0] for at in opened if random.random() < 0.3],
        "Active on Site": [[at, 0.0] for at in times(10)],
        "Viewed Product": [[at, 0.0] for at in times(6)],
        "Started Checkout": sorted([[at - 600, value] for at, value in orders] + [[at, 80.0] for at in times(1.5)]),
        "Placed Order": orders,
    }


def _subscriptions(random: Random, consent: str, created: float, *, has_phone: bool) -> dict[str, Any]:
    subscribed = consent == "SUBSCRIBED"
    chance = random.random()
    suppression: list[dict[str, str]] = []
    if consent == "UNSUBSCRIBED":
        reason = "UNSUBSCRIBE" if chance < 0.8 else "USER_SUPPRESSED"
        suppression = [{"reason": reason, "timestamp": written(created + 40 * DAY)}]
    elif subscribed and chance < 0.02:
        reason = "HARD_BOUNCE" if chance < 0.013 else "SPAM_COMPLAINT"
        suppression = [{"reason": reason, "timestamp": written(created + 9 * DAY)}]
    since = written(created) if consent != "NEVER_SUBSCRIBED" else None
    return {
        "email": {
            "marketing": {
                "can_receive_email_marketing": not suppression,
                "consent": consent,
                "consent_timestamp": since,
                "last_updated": since,
                "method": random.choice(("FORM", "CHECKOUT", "MANUAL_ADD")) if since else None,
                "method_detail": "",
                "custom_method_detail": None,
                "double_optin": subscribed and random.random() < 0.8 if since else None,
                "suppression": suppression,
                "list_suppressions": [],
            }
        },
        "sms": _sms(subscribed=has_phone and random.random() < 0.5, created=created),
        "mobile_push": None,
    }


def _sms(*, subscribed: bool, created: float) -> dict[str, Any]:
    since = written(created) if subscribed else None
    marketing = {
        "can_receive_sms_marketing": subscribed,
        "consent": "SUBSCRIBED" if subscribed else "NEVER_SUBSCRIBED",
        "consent_timestamp": since,
        "method": "FORM" if subscribed else None,
        "method_detail": "",
        "last_updated": since,
    }
    transactional = {**marketing, "can_receive_sms_transactional": subscribed}
    del transactional["can_receive_sms_marketing"]
    return {"marketing": marketing, "transactional": transactional}


def _predictions(random: Random, orders: list[list[float]], gender: str, latest: float) -> dict[str, Any]:
    count, spent = len(orders), sum(value for _, value in orders)
    future = round(random.random() * 0.8 * spent, 2)
    gaps = round((orders[-1][0] - orders[0][0]) / DAY / (count - 1), 1) if count > 1 else None
    return {
        "historic_clv": round(spent, 2),
        "predicted_clv": future,
        "total_clv": round(spent + future, 2),
        "historic_number_of_orders": count,
        "predicted_number_of_orders": round(count * 0.4, 2),
        "average_days_between_orders": gaps,
        "average_order_value": round(spent / count, 2) if count else 0.0,
        "churn_probability": round(random.random(), 3) if count else None,
        "expected_date_of_next_order": written(latest + random.random() * 90 * DAY) if count > 1 else None,
        "predicted_gender": gender,
    }
