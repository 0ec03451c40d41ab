"""A delivery of Klaviyo's: is it from Klaviyo, is it new, and what does it make stale.

Source: Klaviyo's guide on system webhooks. Klaviyo-Signature is HMAC-SHA256 in hexadecimal, with the secret, over the
body and the text of the Klaviyo-Timestamp header behind it. That header's clock was seen hours off: the body's own time
counts.
"""

from __future__ import annotations

import hashlib
import hmac
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import orjson
from django.db import IntegrityError, transaction

from klaviyo_app.mirror import sync
from klaviyo_app.mirror.absorb import moment
from klaviyo_app.mirror.models import Sync
from klaviyo_app.resources.webhooks.models import Delivery, OwnWebhook

MOST_BYTES = 10_000_000
OLDEST = timedelta(hours=72)  # Klaviyo gives up after 48 hours
YOUNGEST = timedelta(hours=1)
TEST_TOPIC = "dashboard.test"
KEPT = timedelta(days=30)
# A kind that was read less than so long ago is not read again: a campaign's opens come in by the thousand.
PATIENCE = timedelta(seconds=60)
# What in a topic's name speaks of which kind of the mirror.
_SPEAKS_OF = (
    ("list", ("list",)),
    ("segment", ("segment",)),
    ("email", ("campaign",)),
    ("sms", ("campaign",)),
    ("push", ("campaign",)),
    ("coupon", ("coupon",)),
)


class NotGenuine(Exception):
    """It cannot be from Klaviyo, or not for this webhook: nothing of it is kept."""


def sign(secret: str, body: bytes, timestamp: str) -> str:
    """What Klaviyo-Signature must say."""
    return hmac.new(secret.encode(), body + timestamp.encode(), hashlib.sha256).hexdigest()


def check(hook: OwnWebhook, body: bytes, headers: Mapping[str, str], now: datetime) -> dict[str, Any]:
    """The document of a genuine delivery. Raises NotGenuine."""
    signature, timestamp = headers.get("Klaviyo-Signature", ""), headers.get("Klaviyo-Timestamp", "")
    expected = sign(str(hook.secret), body, timestamp)
    if not hmac.compare_digest(expected.encode(), signature.strip().lower().encode()):
        raise NotGenuine("signature")
    try:
        document = orjson.loads(body)
        meta, data = document["meta"], document["data"]
    except (orjson.JSONDecodeError, KeyError, TypeError) as error:
        raise NotGenuine("body") from error
    if not isinstance(meta, dict) or not isinstance(data, list):
        raise NotGenuine("body")
    whose = {str(meta.get("klaviyo_webhook_id")), headers.get("Klaviyo-Webhook-Id", "")}
    if hook.klaviyo_id and whose != {hook.klaviyo_id}:
        raise NotGenuine("webhook")
    if meta.get("klaviyo_account_id") != hook.account.klaviyo_id:
        raise NotGenuine("account")
    sent = moment(meta.get("timestamp"))
    if sent is None or not now - OLDEST < sent < now + YOUNGEST:
        raise NotGenuine("time")
    return dict(document)


def take(hook: OwnWebhook, signature: str, document: Mapping[str, Any], now: datetime) -> Delivery | None:
    """Keep that it came, and ask for fresh copies of what it makes stale; None where it came before."""
    topics = Counter(str(one.get("topic"))[:120] for one in document["data"] if isinstance(one, dict))
    kinds = sorted(_stale(hook, topics, now))
    try:
        with transaction.atomic():
            delivery = Delivery.objects.create(
                webhook=hook,
                signature=signature.strip().lower()[:64],
                at=now,
                topics=dict(topics),
                refreshed=kinds,
                test=set(topics) == {TEST_TOPIC},
            )
            for kind in kinds:
                sync.ring(hook.account, kind, now=now)
    except IntegrityError:
        return None
    return delivery


def _stale(hook: OwnWebhook, topics: Mapping[str, int], now: datetime) -> set[str]:
    words = " ".join(topics)
    kinds = {kind for word, found in _SPEAKS_OF if word in words for kind in found}
    if any(topic != TEST_TOPIC for topic in topics):
        kinds.add("metric")
    fresh = Sync.objects.filter(account=hook.account, kind__in=kinds, asked_at__gt=now - PATIENCE)
    return kinds & set(sync.mirrored()) - set(fresh.values_list("kind", flat=True))


def sweep(now: datetime) -> int:
    """Forget deliveries of long ago; returns how many."""
    return int(Delivery.objects.filter(at__lt=now - KEPT).delete()[0])
