"""What a send that is through leaves with its recipients: that they received it.

Nothing runs by itself here: it is written when somebody next asks for events or for a report; in a large account by and
by, from then on. Nobody opens anything.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import islice
from typing import Any

from klaviyo_app.sandbox.behaviours.call import Call, Thing, Things
from klaviyo_app.sandbox.behaviours.campaign_states import SENT, sending_of
from klaviyo_app.sandbox.behaviours.campaigns import message_of, status_now
from klaviyo_app.sandbox.behaviours.recipients import recipients

AT_ONCE = 1000  # people in one transaction
_RECEIVED = {"email": "Received Email", "sms": "Received SMS"}


def deliver(call: Call) -> None:
    """Write what campaigns that were sent here have brought to people since the last time."""
    for id_ in call.things.remembered("campaign", "on the way", lambda: _left(call.things)):
        with call.things.writing():
            campaign = call.things.get("campaign", id_)
            if campaign is None or "delivered" in campaign.hidden or status_now(call, campaign) != SENT:
                continue
            campaign.hidden = {**campaign.hidden, "delivered": False}  # begun
            call.things.put(campaign)
            if call.things.events is None:
                deque(by_and_by(call, id_), maxlen=0)
            else:
                call.later.append(partial(by_and_by, call, id_))


def unfinished(call: Call) -> list[Callable[[], Iterator[int]]]:
    """What broke off with the server."""
    begun = call.things.all("campaign").narrowed("", "hidden.delivered", [False])
    return [partial(by_and_by, call, one.id) for one in begun]


def _left(things: Things) -> list[str]:
    """The campaigns that were sent here and have brought nothing yet."""
    return [one.id for one in things.all("campaign") if sending_of(one.hidden) and "delivered" not in one.hidden]


def by_and_by(call: Call, id_: str) -> Iterator[int]:
    """A campaign to its recipients, each step a transaction of its own; gives how many got it. May be begun anew."""
    campaign = call.things.get("campaign", id_)
    sending = sending_of(campaign.hidden) if campaign else None
    if campaign is None or sending is None:
        return
    metric, told = _told(call, campaign)
    people = iter(list(recipients(call, campaign)) if metric else ())
    while some := list(islice(people, AT_ONCE)):
        with call.things.writing():
            _to_people(call, some, metric, [float(int(sending.starts)), 0.0, told, campaign.id])
        yield len(some)
    with call.things.writing():
        campaign = call.things.get("campaign", id_)
        if campaign is not None:
            campaign.hidden = {**campaign.hidden, "delivered": True}
            call.things.put(campaign)


def _told(call: Call, campaign: Thing) -> tuple[str, dict[str, Any]]:
    """The metric of receiving it, "" where there is none; and what its events tell."""
    message = message_of(call, campaign)
    definition = message.attributes["definition"]
    name = _RECEIVED.get(definition["channel"], "")
    metric = next((one.id for one in call.things.all("metric") if one.attributes["name"] == name), "")
    content = definition.get("content") or {}
    known = {
        "$message": message.id,
        "Campaign Name": campaign.attributes["name"],
        "Subject": content.get("subject", ""),
    }
    return metric, known


def _to_people(call: Call, people: Sequence[str], metric: str, row: list[Any]) -> None:
    changed = []
    for person in call.things.some("profile", people):
        activity = dict(person.hidden.get("activity") or {})
        rows = activity.get(metric, [])
        if any(known[3:] == row[3:] for known in rows):  # before it broke off
            continue
        person.hidden = {**person.hidden, "activity": {**activity, metric: [*rows, row]}}
        changed.append(person)
    call.things.put_all(changed)
