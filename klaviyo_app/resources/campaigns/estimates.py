"""How many people a campaign would reach: Klaviyo's three steps (job, wait, result). No result is never a zero."""

from __future__ import annotations

from dataclasses import dataclass

from klaviyo_app.gateway.client import Client
from klaviyo_app.gateway.errors import NotFound


@dataclass(frozen=True, slots=True)
class Estimate:
    """`count` people, or None: still `running`, or Klaviyo has no result (some accounts never get one)."""

    count: int | None = None
    running: bool = False


def start_estimate(client: Client, campaign_id: str) -> Estimate:
    """Ask Klaviyo to count. Raises GatewayError."""
    body = {"type": "campaign-recipient-estimation-job", "id": campaign_id}
    client.call("refresh_campaign_recipient_estimation", body={"data": body})
    return Estimate(running=True)


def read_estimate(client: Client, campaign_id: str) -> Estimate:
    """Where the count stands. Raises GatewayError other than NotFound, which means that there is no result."""
    try:
        job = client.call("get_campaign_recipient_estimation_job", path={"id": campaign_id}).data
        if job["attributes"].get("status") in {"queued", "processing"}:
            return Estimate(running=True)
        found = client.call("get_campaign_recipient_estimation", path={"id": campaign_id}).data
    except NotFound:
        return Estimate()
    count = found["attributes"].get("estimated_recipient_count")
    return Estimate(count=count if isinstance(count, int) else None)
