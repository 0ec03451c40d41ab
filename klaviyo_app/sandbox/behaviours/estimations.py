"""Recipient estimation: ask, wait, read.

Source: Klaviyo's API description (202; queued, processing, complete; the id is the campaign's); the 404 before there
are results, "no results or out of date, schedule a new estimation": recorded answers.
"""

from __future__ import annotations

import datetime as dt

from klaviyo_app.sandbox.behaviours.call import Call, Reply, Thing, needed, not_found
from klaviyo_app.sandbox.behaviours.recipients import count_recipients


def refresh_campaign_recipient_estimation(call: Call) -> Reply:
    """POST /api/campaign-recipient-estimation-jobs: 202, queued."""
    campaign = needed(call, "campaign", str(call.data["id"]))
    campaign.hidden = {**campaign.hidden, "estimation": call.stamp}
    call.things.put(campaign)
    return Reply(202, Thing("campaign-recipient-estimation-job", campaign.id, {"status": "queued"}))


def _status(call: Call, campaign: Thing) -> str | None:
    asked = campaign.hidden.get("estimation")
    if not asked:
        return None
    age = (call.now - dt.datetime.fromisoformat(asked)).total_seconds()
    return "queued" if age < call.job_seconds / 4 else "processing" if age < call.job_seconds else "complete"


def get_campaign_recipient_estimation_job(call: Call) -> Reply:
    """GET /api/campaign-recipient-estimation-jobs/{id}."""
    campaign = needed(call, "campaign", call.path["id"])
    status = _status(call, campaign)
    if status is None:
        raise not_found(f"A campaign recipient estimation job with id {campaign.id} does not exist.")
    return Reply(200, Thing("campaign-recipient-estimation-job", campaign.id, {"status": status}))


def get_campaign_recipient_estimation(call: Call) -> Reply:
    """GET /api/campaign-recipient-estimations/{id}: 404 until a job is complete."""
    campaign = needed(call, "campaign", call.path["id"])
    if _status(call, campaign) != "complete":
        raise not_found(
            f"The recipient estimation of campaign {campaign.id} has no results or is out of date. "
            "Schedule a new estimation."
        )
    count = count_recipients(call, campaign)
    return Reply(200, Thing("campaign-recipient-estimation", campaign.id, {"estimated_recipient_count": count}))
