"""Campaigns in both shapes: flat at 2024-10-15, with a `definition` from 2025-01-15 to 2026-07-15. Pure.

Bodies are written for the revision really served (`Client.served_revision`); reading takes either shape, since the
assign-template call answers in the old one whatever was asked. Source: Klaviyo's API descriptions and recordings.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

DEFINITION_SINCE = "2025-01-15"

IMMEDIATE, STATIC, THROTTLED, SMART = "immediate", "static", "throttled", "smart_send_time"
METHODS = (IMMEDIATE, STATIC, THROTTLED, SMART)
# Percent of the recipients an hour. 1, 2 and 5 came with 2026-07-15.
THROTTLES = (10, 11, 13, 14, 17, 20, 25, 33, 50)
SLOW_THROTTLES = (1, 2, 5)

EMAIL_CONTENT = ("subject", "preview_text", "from_email", "from_label", "reply_to_email", "cc_email", "bcc_email")


@dataclass(frozen=True, slots=True)
class Strategy:
    """When and how fast a campaign goes out. `method` may be one we cannot write (an A/B test made at Klaviyo)."""

    method: str = IMMEDIATE
    at: dt.datetime | None = None  # static and throttled
    day: dt.date | None = None  # smart send time
    is_local: bool = False  # static: at that hour of each recipient's own zone
    past_immediately: bool = False  # static and local: those whose hour is over get it at once
    percent: int | None = None  # throttled: of the recipients an hour

    @property
    def writable(self) -> bool:
        """Whether the API can set it."""
        return self.method in METHODS


@dataclass(frozen=True, slots=True)
class Message:
    """A campaign message, whatever its shape was. `content` as Klaviyo has it, with fields that we do not know."""

    id: str
    channel: str
    label: str
    content: dict[str, Any] = field(default_factory=dict)
    definition: dict[str, Any] = field(default_factory=dict)  # the whole, in the newer shape's form


@dataclass(frozen=True, slots=True)
class Audiences:
    """Ids of lists and segments, mixed: nothing says which is which."""

    included: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()


def has_definition(revision: str) -> bool:
    """Whether messages carry their text in `definition` at a revision."""
    return revision >= DEFINITION_SINCE


def throttles_at(revision: str) -> tuple[int, ...]:
    """The percentages an hour that a throttled send may have."""
    return (*SLOW_THROTTLES, *THROTTLES) if revision >= "2026-07-15" else THROTTLES


def strategy_body(strategy: Strategy, revision: str) -> dict[str, Any]:
    """The send_strategy attribute. ValueError for a strategy that the API cannot set, or that lacks its time."""
    if not strategy.writable:
        raise ValueError(f"a strategy {strategy.method} cannot be written")
    options: dict[str, Any] = {}
    if strategy.method in (STATIC, THROTTLED):
        options["datetime"] = _written(strategy.at)
    if strategy.method == THROTTLED:
        if strategy.percent not in throttles_at(revision):
            raise ValueError(f"{strategy.percent} percent an hour is not offered")
        options["throttle_percentage"] = strategy.percent
    if strategy.method == SMART:
        if strategy.day is None:
            raise ValueError("smart send time needs a day")
        options["date"] = strategy.day.isoformat()
    local = _local_options(strategy) if strategy.method == STATIC else {}
    if has_definition(revision):
        return {"method": strategy.method, **options, **({"options": local} if local else {})}
    name = {STATIC: "options_static", THROTTLED: "options_throttled", SMART: "options_sto"}.get(strategy.method)
    return {"method": strategy.method, **({name: {**options, **local}} if name else {})}


def _local_options(strategy: Strategy) -> dict[str, Any]:
    if not strategy.is_local:
        return {"is_local": False}
    return {"is_local": True, "send_past_recipients_immediately": strategy.past_immediately}


def _written(moment: dt.datetime | None) -> str:
    if moment is None or moment.tzinfo is None:
        raise ValueError("a time with its zone is needed")
    return moment.astimezone(dt.UTC).isoformat(timespec="seconds")


def read_strategy(attributes: Mapping[str, Any]) -> Strategy:
    """The strategy of a campaign's attributes, from either shape."""
    raw = attributes.get("send_strategy")
    if not isinstance(raw, Mapping):
        return Strategy()
    merged: dict[str, Any] = dict(raw)
    for name in ("options_static", "options_throttled", "options_sto", "options"):
        if isinstance(raw.get(name), Mapping):
            merged |= raw[name]
    percent = merged.get("throttle_percentage")
    return Strategy(
        method=str(merged.get("method") or IMMEDIATE).lower(),
        at=_moment(merged.get("datetime")),
        day=_day(merged.get("date")),
        is_local=bool(merged.get("is_local")),
        past_immediately=bool(merged.get("send_past_recipients_immediately")),
        percent=percent if isinstance(percent, int) else None,
    )


def _moment(value: object) -> dt.datetime | None:
    try:
        found = dt.datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return found.replace(tzinfo=dt.UTC) if found is not None and found.tzinfo is None else found


def _day(value: object) -> dt.date | None:
    try:
        return dt.date.fromisoformat(value[:10]) if isinstance(value, str) else None
    except ValueError:
        return None


def read_audiences(attributes: Mapping[str, Any]) -> Audiences:
    """The audiences of a campaign's attributes; null counts as none."""
    raw = attributes.get("audiences")
    raw = raw if isinstance(raw, Mapping) else {}
    return Audiences(
        included=tuple(str(one) for one in raw.get("included") or ()),
        excluded=tuple(str(one) for one in raw.get("excluded") or ()),
    )


def read_message(resource: Mapping[str, Any]) -> Message:
    """A campaign-message resource, from either shape."""
    attributes = resource.get("attributes")
    attributes = attributes if isinstance(attributes, Mapping) else {}
    inner = attributes.get("definition")
    source = inner if isinstance(inner, Mapping) else attributes
    content = source.get("content")
    kept = {name: source[name] for name in _definition_names(source, isinstance(inner, Mapping)) if name in source}
    return Message(
        id=str(resource.get("id") or ""),
        channel=str(source.get("channel") or ""),
        label=str(source.get("label") or ""),
        content=dict(content) if isinstance(content, Mapping) else {},
        definition=kept,
    )


def _definition_names(source: Mapping[str, Any], nested: bool) -> Iterable[str]:
    """Nested: all of it is the definition. Flat: times and other read-only attributes stand beside it."""
    return source.keys() if nested else ("channel", "label", "content", "render_options")


def message_body(message: Message, revision: str) -> dict[str, Any]:
    """The attributes of a new campaign-message with this channel, label and content."""
    return _message_attributes(message, message.content, revision, with_channel=True)


def message_update(
    live: Message, changes: Mapping[str, Any], revision: str, *, label: str | None = None
) -> dict[str, Any]:
    """The body of update_campaign_message: the live content with the changes laid over it.

    Klaviyo replaces the whole content object, so what is not sent is lost; None clears a field.
    """
    content = {name: value for name, value in {**live.content, **changes}.items() if value is not None}
    changed = Message(live.id, live.channel, live.label if label is None else label, content, live.definition)
    attributes = _message_attributes(changed, content, revision, with_channel=has_definition(revision))
    return {"data": {"type": "campaign-message", "id": live.id, "attributes": attributes}}


def _message_attributes(
    message: Message, content: Mapping[str, Any], revision: str, *, with_channel: bool
) -> dict[str, Any]:
    inner = {**message.definition, "content": dict(content)}
    inner.pop("channel", None)
    if message.channel == "email":
        inner.pop("render_options", None)  # Klaviyo refuses it on an e-mail
    if message.label:
        inner["label"] = message.label
    inner = {name: value for name, value in inner.items() if value is not None}
    if with_channel:
        inner = {"channel": message.channel or "email", **inner}
    return {"definition": inner} if has_definition(revision) else inner


def campaign_body(
    *,
    name: str,
    audiences: Audiences,
    message: Message,
    revision: str,
    strategy: Strategy | None = None,
    send_options: Mapping[str, Any] | None = None,
    tracking_options: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The body of create_campaign."""
    attributes = _campaign_attributes(
        name=name,
        audiences=audiences,
        strategy=strategy,
        send_options=send_options,
        tracking_options=tracking_options,
        revision=revision,
    )
    attributes["campaign-messages"] = {
        "data": [{"type": "campaign-message", "attributes": message_body(message, revision)}]
    }
    return {"data": {"type": "campaign", "attributes": attributes}}


def campaign_update(
    campaign_id: str,
    *,
    revision: str,
    name: str | None = None,
    audiences: Audiences | None = None,
    strategy: Strategy | None = None,
    send_options: Mapping[str, Any] | None = None,
    tracking_options: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The body of update_campaign; what is None stays as it is."""
    attributes = _campaign_attributes(
        name=name,
        audiences=audiences,
        strategy=strategy,
        send_options=send_options,
        tracking_options=tracking_options,
        revision=revision,
    )
    return {"data": {"type": "campaign", "id": campaign_id, "attributes": attributes}}


def _campaign_attributes(
    *,
    name: str | None,
    audiences: Audiences | None,
    strategy: Strategy | None,
    send_options: Mapping[str, Any] | None,
    tracking_options: Mapping[str, Any] | None,
    revision: str,
) -> dict[str, Any]:
    attributes: dict[str, Any] = {}
    if name is not None:
        attributes["name"] = name
    if audiences is not None:
        attributes["audiences"] = {"included": list(audiences.included), "excluded": list(audiences.excluded)}
    if strategy is not None:
        attributes["send_strategy"] = strategy_body(strategy, revision)
    if send_options is not None:
        attributes["send_options"] = dict(send_options)
    if tracking_options is not None:
        attributes["tracking_options"] = dict(tracking_options)
    return attributes
