"""Sending: the send job, its status, cancel and revert.

Source: Klaviyo's API descriptions (202, 200, 204, queued, processing, complete, cancelled; the id is the campaign's).
What is answered to an incomplete campaign or in the wrong state is not recorded anywhere: 400 `invalid` with pointers,
409 `conflict`, concluded. Both natures of a second send can be set: see campaign_states.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from klaviyo_app.sandbox.behaviours.bodies import Wrong
from klaviyo_app.sandbox.behaviours.call import Call, Reply, Thing, conflict, invalid, needed, not_found
from klaviyo_app.sandbox.behaviours.campaign_states import DRAFT, Sending, is_over, job_of, sending_of
from klaviyo_app.sandbox.behaviours.campaigns import check, message_of, status_now
from klaviyo_app.sandbox.behaviours.recipients import recipients

LONGER = {"throttled": 3.0, "smart_send_time": 3.0}  # times job_seconds


def send_campaign(call: Call) -> Reply:
    """POST /api/campaign-send-jobs: 202, queued. Counts every accepted send in hidden["accepted"]."""
    campaign = needed(call, "campaign", str(call.data["id"]))
    lagging = sending_of(campaign.hidden) is not None
    if status_now(call, campaign) != DRAFT or (lagging and call.settings.get("second_send") != "accept"):
        raise conflict("The campaign is not a Draft and cannot be sent.")
    check(_lacking(call, campaign))
    sending = _begin(call, campaign)
    accepted = [*campaign.hidden.get("accepted", ()), call.stamp]
    campaign.hidden = {**campaign.hidden, "send": sending.kept(), "accepted": accepted}
    call.things.put(campaign)
    return Reply(202, _job(campaign, "queued"))


def _job(campaign: Thing, status: str) -> Thing:
    return Thing("campaign-send-job", campaign.id, {"status": status})


def _lacking(call: Call, campaign: Thing) -> list[Wrong]:
    """What a campaign must have before it can go out (HELP: no scheduling without a template)."""
    message = message_of(call, campaign)
    definition = message.attributes["definition"]
    content = definition.get("content") or {}
    wrongs: list[Wrong] = []
    if definition["channel"] == "email":
        for name, words in (("subject", "a subject"), ("from_email", "a sender"), ("from_label", "a sender name")):
            if not content.get(name):
                wrongs.append(Wrong("/data/id", f"The campaign message has no {words.partition(' ')[2]} ('{name}')."))
        if not message.relationships.get("template"):
            wrongs.append(Wrong("/data/id", "The campaign message has no template."))
    elif definition["channel"] == "sms" and not content.get("body"):
        wrongs.append(Wrong("/data/id", "The campaign message has no body."))
    if not campaign.attributes["audiences"]["included"]:
        wrongs.append(Wrong("/data/id", "The campaign has no included audience."))
    return wrongs


def _begin(call: Call, campaign: Thing) -> Sending:
    strategy = campaign.attributes["send_strategy"]
    method, now = strategy["method"], call.now.timestamp()
    starts = now
    if method in ("static", "throttled"):
        starts = _seconds(strategy["datetime"])
    elif method == "smart_send_time":
        starts = max(now, _seconds(strategy["date"]))
    if starts < now - 60:
        raise invalid("The campaign's send time is in the past.", "/data/id")
    nobody = next(recipients(call, campaign), None) is None
    return Sending(now, max(starts, now), LONGER.get(method, 1.0), planned=method != "immediate", empty=nobody)


def _seconds(written: str) -> float:
    found = dt.datetime.fromisoformat(written)
    return (found if found.tzinfo else found.replace(tzinfo=dt.UTC)).timestamp()


def get_campaign_send_job(call: Call) -> Reply:
    """GET /api/campaign-send-jobs/{id}: 404 before any send and after a revert (concluded)."""
    campaign = needed(call, "campaign", call.path["id"])
    sending = sending_of(campaign.hidden)
    status = job_of(sending, call.now, call.settings) if sending else _settled(campaign)
    if status is None:
        raise not_found(f"A campaign send job with id {campaign.id} does not exist.")
    return Reply(200, _job(campaign, status))


def _settled(campaign: Thing) -> str | None:
    """The job of a campaign that came with the data."""
    status = str(campaign.attributes["status"])
    if is_over(status):
        return "cancelled" if status.startswith("Cancelled") else "complete"
    if status in (DRAFT, "Unknown"):
        return None
    return "queued" if status.startswith(("Prep", "Sched", "Queued")) else "processing"


def cancel_campaign_send(call: Call) -> Reply:
    """PATCH /api/campaign-send-jobs/{id}: 204. cancel is final, revert goes back to Draft; 409 when it is over."""
    campaign = needed(call, "campaign", call.path["id"])
    action = call.attributes.get("action")
    if action not in ("cancel", "revert"):
        raise invalid(f"'{action}' is not a valid choice for 'action'.", "/data/attributes/action")
    status, sending = status_now(call, campaign), sending_of(campaign.hidden)
    if sending is None and status == DRAFT:
        raise not_found(f"A campaign send job with id {campaign.id} does not exist.")
    if is_over(status):
        raise conflict(f"The campaign is {status}; it cannot be {action}led any more.".replace("revertled", "reverted"))
    if action == "revert":
        campaign.hidden = {**campaign.hidden, "send": None}
        campaign.attributes = {**campaign.attributes, "status": DRAFT, "send_time": None, "scheduled_at": None}
    elif sending:
        campaign.hidden = {**campaign.hidden, "send": replace(sending, cancelled=call.now.timestamp()).kept()}
    else:
        campaign.attributes = {**campaign.attributes, "status": "Cancelled"}
    campaign.attributes = {**campaign.attributes, "updated_at": call.stamp}
    call.things.put(campaign)
    return Reply(204)


def accepted_sends(campaign: Thing) -> int:
    """How often a send was accepted, for the control address."""
    return len(campaign.hidden.get("accepted", ()))
