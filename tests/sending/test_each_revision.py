"""The send at every revision: composed by the form, asked for on its page, accepted once, planned ahead, taken back."""

from __future__ import annotations

import re
import time
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from dashboard.teams.models import User
from klaviyo_app.resources.campaigns.models import Campaign
from klaviyo_app.sending import protocol, states, taking_back
from klaviyo_app.sending.models import SendIntent
from tests.resources.conftest import browse, read
from tests.resources.test_campaigns import letter, readers, typed
from tests.sandbox_server import World

__all__ = ["browse", "letter", "read", "readers"]
pytestmark = pytest.mark.django_db
# What is asked for, and the oldest that Klaviyo still serves.
REVISIONS = [
    ("2024-10-15", "2024-10-15"),
    ("2024-10-15", "2025-01-15"),
    ("2025-01-15", "2025-01-15"),
    ("2026-07-15", "2025-01-15"),
]


@pytest.fixture(autouse=True, params=REVISIONS, ids=lambda pair: f"{pair[0]} of {pair[1]} on")
def revision(request: Any, settings: Any, world: World) -> None:
    settings.KLAVIYO_REVISION, oldest = request.param
    world.settings(oldest_revision=oldest)


@pytest.fixture
def campaign(revision: None, world: World, readers: str, letter: str, browse: Any) -> Campaign:
    """A draft to one person who may get mail."""
    consent = {"email": {"marketing": {"consent": "SUBSCRIBED", "consented_at": "2025-01-01T00:00:00Z"}}}
    person = {"type": "profile", "attributes": {"email": "ada@example.com", "subscriptions": consent}}
    job = {
        "type": "profile-subscription-bulk-create-job",
        "attributes": {"profiles": {"data": [person]}, "historical_import": True},
        "relationships": {"list": {"data": {"type": "list", "id": readers}}},
    }
    world.call("POST", "profile-subscription-bulk-create-jobs", {"data": job})
    world.advance(5)
    browse(f"lists/{readers}/people/")  # now this process has heard which revision is served
    made = browse("campaigns/new/", typed(readers, template=letter))
    assert made.status_code == 303, words(made)
    return Campaign.objects.get()


def words(answer: Any) -> str:
    """What a page says, without its markup."""
    return re.sub(r"<[^>]+>|\s+", " ", answer.content.decode().partition("<main")[2])


def send(browse: Any, campaign: Campaign, user: User, **chosen: str) -> SendIntent:
    """Open the question, say yes, and let a worker take it until it has left."""
    path = f"campaigns/{campaign.klaviyo_id}/send/"
    shown = browse(path, user=user).content.decode()
    form = dict(re.findall(r'name="(seen|approver|form_token)" value="([^"]+)"', shown))
    answer = browse(path, {**form, "latest_hours": "4", **chosen}, user=user)
    assert answer.status_code == 303, words(answer)
    intent = SendIntent.objects.get()
    until = time.monotonic() + 20
    while intent.state == states.ARMED and time.monotonic() < until:
        SendIntent.objects.update(next_look_at=timezone.now())  # the rate budget may have told it to wait
        protocol.attend(intent.pk)
        intent.refresh_from_db()
    return intent


def test_it_leaves_once(world: World, campaign: Campaign, browse: Any, paul: User) -> None:
    count(world, campaign)
    intent = send(browse, campaign, paul)
    assert intent.state == states.ACCEPTED
    assert world.sends(campaign.klaviyo_id) == 1


def test_planned_five_minutes_ahead_it_can_be_taken_back(
    world: World, campaign: Campaign, browse: Any, paul: User
) -> None:
    count(world, campaign)
    intent = send(browse, campaign, paul, undo="on")
    planned = datetime.fromisoformat(intent.strategy["applied"])
    shown = world.call("GET", f"campaigns/{campaign.klaviyo_id}")["data"]["attributes"]
    assert intent.state == states.ACCEPTED
    assert timedelta(minutes=4) < planned - timezone.now() < timedelta(minutes=7)
    assert shown["send_strategy"]["method"] == "static"
    assert taking_back.take_back(intent, "revert", by=paul)
    assert world.call("GET", f"campaigns/{campaign.klaviyo_id}")["data"]["attributes"]["status"] == "Draft"


def count(world: World, campaign: Campaign) -> None:
    """Klaviyo has counted the recipients."""
    job = {"data": {"type": "campaign-recipient-estimation-job", "id": campaign.klaviyo_id}}
    world.call("POST", "campaign-recipient-estimation-jobs", job)
    world.advance(1)
