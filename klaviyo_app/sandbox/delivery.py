"""Webhooks are really delivered: what happened since the last look is posted, signed, to whoever subscribed to it.

Source: Klaviyo's guide on system webhooks: batches, the three headers, HMAC-SHA256 in hexadecimal over the body and the
timestamp header's text behind it, 2xx within 5 seconds, tries again with growing pauses. `webhook_seconds` says how
long a batch gathers (Klaviyo: one to three minutes). What waits is forgotten when the sandbox ends.
"""

from __future__ import annotations

import hashlib
import hmac
import threading
import time
import traceback
from dataclasses import dataclass, field
from typing import Any

import orjson
import urllib3

from klaviyo_app.gateway.catalogue import OPERATIONS
from klaviyo_app.sandbox import asking, engine
from klaviyo_app.sandbox.behaviours.call import Call, Thing
from klaviyo_app.sandbox.behaviours.webhooks import topic_of
from klaviyo_app.sandbox.kinds import new_id

MOST = 1000  # events in one delivery
TIMEOUT_S = 5.0
PAUSES_S = (1.0, 2.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3600.0)
WAKES_S = 0.1


def sign(secret: str, body: bytes, timestamp: str) -> str:
    """Klaviyo-Signature."""
    return hmac.new(secret.encode(), body + timestamp.encode(), hashlib.sha256).hexdigest()


@dataclass(slots=True)
class _Batch:
    """What one webhook gets: events by topic, when it goes, how often it was tried."""

    due: float
    events: list[tuple[str, str]] = field(default_factory=list)  # (topic, event id)
    tries: int = 0


class Deliveries:
    """One a server. `note` is called after a call that recorded events; a thread of its own posts."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[tuple[str, str, str], _Batch] = {}  # (key, account, webhook)
        self._http = urllib3.PoolManager(retries=False, timeout=urllib3.Timeout(TIMEOUT_S))
        self._calls: dict[tuple[str, str], Call] = {}

    def note(self, key: str, call: Call) -> None:
        """After a call: the events that it recorded go to the webhooks that are enabled and subscribed."""
        if not call.recorded:
            return
        for hook in call.things.all("webhook"):
            wanted = call.things.linked("webhook", hook.id, "webhook-topics")
            events = [(topic, event) for metric, event in call.recorded if (topic := topic_of(metric)) in wanted]
            if hook.attributes["enabled"] and events:
                self._add(key, call, hook, events)

    def _add(self, key: str, call: Call, hook: Thing, events: list[tuple[str, str]]) -> None:
        due = time.monotonic() + float(call.settings.get("webhook_seconds", 60.0))
        with self._lock:
            self._calls[key, call.account.id] = call
            self._waiting.setdefault((key, call.account.id, hook.id), _Batch(due)).events.extend(events)

    def serve(self) -> None:
        """Post what is due, for ever; a daemon thread's work."""
        while True:
            time.sleep(WAKES_S)
            if not self._waiting:
                continue
            try:
                self._post_due()
            except Exception:  # noqa: BLE001 - a fault of ours must be seen, and not end the deliveries
                traceback.print_exc()

    def _post_due(self) -> None:
        now = time.monotonic()
        with self._lock:
            due = {place: batch for place, batch in self._waiting.items() if batch.due <= now}
            for place in due:
                del self._waiting[place]
        for place, batch in due.items():
            key, account, hook_id = place
            call = self._calls[key, account]
            hook = call.things.get("webhook", hook_id)
            if hook is None or not hook.attributes["enabled"]:
                continue
            now_, rest = batch.events[:MOST], batch.events[MOST:]
            if not self._post(call, hook, now_):
                pause = PAUSES_S[min(batch.tries, len(PAUSES_S) - 1)]
                self._again(place, _Batch(time.monotonic() + pause, batch.events, batch.tries + 1))
            elif rest:
                self._again(place, _Batch(0.0, rest))

    def _again(self, place: tuple[str, str, str], batch: _Batch) -> None:
        with self._lock:
            kept = self._waiting.setdefault(place, batch)
            if kept is not batch:
                kept.events[:0] = batch.events

    def _post(self, call: Call, hook: Thing, events: list[tuple[str, str]]) -> bool:
        body = orjson.dumps(_document(call, hook, events))
        timestamp = call.now.isoformat()
        headers = {
            "Content-Type": "application/json",
            "Klaviyo-Webhook-Id": hook.id,
            "Klaviyo-Timestamp": timestamp,
            "Klaviyo-Signature": sign(hook.hidden["secret_key"], body, timestamp),
        }
        try:
            answer = self._http.request("POST", hook.attributes["endpoint_url"], body=body, headers=headers)
        except urllib3.exceptions.HTTPError:
            return False
        return 200 <= answer.status < 300


def _document(call: Call, hook: Thing, events: list[tuple[str, str]]) -> dict[str, Any]:
    operation = OPERATIONS["get_event"]
    asked = asking.read(operation, [("include", "metric,profile")], call.revision)
    data = []
    for topic, event in events:
        one = Call("get_event", call.things, call.account, call.now, call.revision, call.settings, {"id": event})
        one.new_id = new_id
        _status, payload = engine.perform(one, operation, asked, f"/api/events/{event}")
        data.append({"external_id": event, "topic": topic, "payload": payload})
    meta = {
        "klaviyo_account_id": call.account.id,
        "klaviyo_webhook_id": hook.id,
        "timestamp": call.now.isoformat(),
    }
    return {"data": data, "meta": meta}
