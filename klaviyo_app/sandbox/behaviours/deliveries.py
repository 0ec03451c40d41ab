"""What a send that is through leaves with its recipients: that they received it.

Nothing runs by itself here: it is written when somebody next asks for events or for a report. Nobody opens anything.
"""

from __future__ import annotations

from klaviyo_app.sandbox.behaviours.call import Call, Thing
from klaviyo_app.sandbox.behaviours.campaign_states import SENT, sending_of
from klaviyo_app.sandbox.behaviours.campaigns import message_of, status_now
from klaviyo_app.sandbox.behaviours.recipients import recipients

_RECEIVED = {"email": "Received Email", "sms": "Received SMS"}


def deliver(call: Call) -> None:
    """Write what campaigns that were sent here have brought to people since the last time."""
    for campaign in call.things.some("campaign", call.things.remembered("campaign", "on the way", lambda: _left(call))):
        sending = sending_of(campaign.hidden)
        if sending and status_now(call, campaign) == SENT:
            _to_people(call, campaign, sending.starts)
            campaign.hidden = {**campaign.hidden, "delivered": True}
            call.things.put(campaign)


def _left(call: Call) -> list[str]:
    """The campaigns that were sent here and have brought nothing yet."""
    campaigns = call.things.all("campaign")
    return [one.id for one in campaigns if sending_of(one.hidden) and not one.hidden.get("delivered")]


def _to_people(call: Call, campaign: Thing, at: float) -> None:
    message = message_of(call, campaign)
    definition = message.attributes["definition"]
    name = _RECEIVED.get(definition["channel"], "")
    metric = next((one.id for one in call.things.all("metric") if one.attributes["name"] == name), None)
    if metric is None:
        return
    content = definition.get("content") or {}
    known = {
        "$message": message.id,
        "Campaign Name": campaign.attributes["name"],
        "Subject": content.get("subject", ""),
    }
    changed = []
    for person in call.things.some("profile", sorted(recipients(call, campaign))):
        activity = dict(person.hidden.get("activity") or {})
        rows = activity.get(metric, [])
        if any(row[3:] == [campaign.id] for row in rows):  # another reading wrote it a moment ago
            continue
        row = [float(int(at)), 0.0, known, campaign.id]
        person.hidden = {**person.hidden, "activity": {**activity, metric: [*rows, row]}}
        changed.append(person)
    call.things.put_all(changed)
