"""Webhooks and their topics; the deliveries themselves are made by klaviyo_app.sandbox.delivery.

Source: Klaviyo's API descriptions and its guide on system webhooks: https only, a secret of at least 16 characters that
is never told, enabled changes by PATCH alone, topics are the account's metrics. Recorded answers: the address with its
path masked, a description that PATCH leaves as it is for null. The texts of the errors: concluded. Here an address on
this machine may be http.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from klaviyo_app.sandbox.behaviours.bodies import Shape, Wrong, flag, nullable, obj, text
from klaviyo_app.sandbox.behaviours.call import Call, Reply, Thing, invalid, missing, needed
from klaviyo_app.sandbox.behaviours.campaigns import check

_TOPICS = "/data/relationships/webhook-topics/data"
_HERE = ("127.0.0.1", "localhost")


def _address(value: Any, pointer: str) -> Iterator[Wrong]:
    parts = urlsplit(value if isinstance(value, str) else "")
    safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _HERE)
    if not safe or not parts.hostname:
        yield Wrong(pointer, "The endpoint_url must be a valid https url.")


_NEEDED: dict[str, Shape] = {"name": text(least=1), "endpoint_url": _address, "secret_key": text(least=16)}
_NEW = obj(_NEEDED, {"description": nullable(text())})
_CHANGED = obj(
    {}, {**{name: nullable(one) for name, one in _NEEDED.items()}, "description": nullable(text()), "enabled": flag}
)


def topic_of(metric: Thing) -> str:
    """Such as event:klaviyo.opened_email."""
    integration = metric.attributes.get("integration") or {}
    words = re.sub(r"[^a-z0-9]+", "_", str(metric.attributes["name"]).lower()).strip("_")
    return f"event:{integration.get('key') or 'api'}.{words}"


def _topics(call: Call) -> dict[str, Thing]:
    names = sorted({topic_of(one) for one in call.things.all("metric")})
    return {name: Thing("webhook-topic", name, {}) for name in names}


def get_webhook_topics(call: Call) -> Reply:
    """GET /api/webhook-topics: one for each metric."""
    return Reply(200, things=list(_topics(call).values()))


def get_webhook_topic(call: Call) -> Reply:
    """GET /api/webhook-topics/{id}."""
    found = _topics(call).get(call.path["id"])
    if found is None:
        raise missing("webhook-topic", call.path["id"])
    return Reply(200, found)


def create_webhook(call: Call) -> Reply:
    """POST /api/webhooks: 201, enabled."""
    check(list(_NEW(call.attributes, "/data/attributes")))
    topics = _asked_for(call)
    if not topics:
        raise invalid("At least one webhook topic is required.", _TOPICS)
    given = {name: one for name, one in call.attributes.items() if name != "secret_key"}
    times = {"created_at": call.stamp, "updated_at": call.stamp}
    attributes = {"description": None, **given, "enabled": True, **times}
    hook = Thing("webhook", call.new_id("webhook"), attributes, hidden={"secret_key": call.attributes["secret_key"]})
    call.things.put(hook)
    _subscribe(call, hook, topics)
    return Reply(201, hook)


def update_webhook(call: Call) -> Reply:
    """PATCH /api/webhooks/{id}: 200; topics in the body replace those that were."""
    hook = needed(call, "webhook", call.path["id"])
    check(list(_CHANGED(call.attributes, "/data/attributes")))
    topics = _asked_for(call)
    changed = {name: one for name, one in call.attributes.items() if one is not None}
    if secret := changed.pop("secret_key", None):
        hook.hidden = {**hook.hidden, "secret_key": secret}
    hook.attributes = {**hook.attributes, **changed, "updated_at": call.stamp}
    call.things.put(hook)
    if topics is not None:
        call.things.unlink("webhook", hook.id, "webhook-topics")
        _subscribe(call, hook, topics)
    return Reply(200, hook)


def _asked_for(call: Call) -> list[str] | None:
    relation = ((call.data or {}).get("relationships") or {}).get("webhook-topics")
    if relation is None:
        return None
    known = _topics(call)
    wanted = [str(one.get("id")) for one in relation.get("data") or []]
    if unknown := [one for one in wanted if one not in known]:
        raise invalid(f"'{unknown[0]}' is not a valid webhook topic.", _TOPICS)
    return wanted


def _subscribe(call: Call, hook: Thing, topics: list[str]) -> None:
    call.things.put_all(Thing("webhook-topic", one, {}) for one in topics)
    call.things.link("webhook", hook.id, "webhook-topics", dict.fromkeys(topics, call.stamp))


def present_webhook(_call: Call, thing: Thing) -> dict[str, Any]:
    """The address with its path masked."""
    parts = urlsplit(str(thing.attributes["endpoint_url"]))
    return {**thing.attributes, "endpoint_url": f"{parts.scheme}://{parts.netloc}/*****"}
