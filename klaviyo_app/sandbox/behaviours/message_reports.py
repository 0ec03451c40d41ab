"""Reports on campaigns and flows, counted from the very events that GET /api/events shows.

Source: Klaviyo's pages on reporting: all that a message led to counts on the day of its sending. Concluded: what was
sent to nobody has no row; the newest campaign comes first; a row for each tag; variations and the groups of recipients
are not told apart (null).
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from klaviyo_app.sandbox.behaviours import report_bodies
from klaviyo_app.sandbox.behaviours.call import Call, Reply, Thing, invalid, needed
from klaviyo_app.sandbox.behaviours.campaign_states import sending_of
from klaviyo_app.sandbox.behaviours.deliveries import deliver
from klaviyo_app.sandbox.behaviours.event_log import Row, Teller, left
from klaviyo_app.sandbox.behaviours.message_statistics import (
    CONVERSION,
    DEEDS,
    OF_TEXTS,
    STATISTICS,
    Deed,
    Tally,
    measured,
)
from klaviyo_app.sandbox.behaviours.report_bodies import Asked, Plan

_GROUPS_SINCE = "2025-10-15"
_MESSAGES_SINCE = "2025-01-15"
_SCALAR, _LIST = ("equals", "contains-any"), ("contains-any", "contains-all")
_CHANNELS = {"email", "sms", "push-notification", "whatsapp"}
_TAGS = {"tag_id": _LIST, "tag_name": _LIST}
Known = Mapping[str, Any]  # what a message is grouped and filtered by


def _plan(revision: str, about: str) -> Plan:
    """`about`: campaign or flow."""
    newer = revision >= _GROUPS_SINCE
    ids: tuple[str, ...] = (f"{about}_id", f"{about}_message_id")
    names = (*ids, f"{about}_message_name", "send_channel", "text_message_format", "variation", "variation_name")
    of_one = ("group", "group_name") if about == "campaign" else ("flow_name",)
    filters: dict[str, tuple[str, ...]] = dict.fromkeys(("send_channel", *ids), _SCALAR)
    if newer:
        filters |= {**dict.fromkeys((*names, *(["flow_name"] if about == "flow" else [])), _SCALAR), **_TAGS}
    elif about == "campaign" and revision < _MESSAGES_SINCE:
        del filters["campaign_message_id"]
    return Plan(
        statistics=(*STATISTICS, *(OF_TEXTS if newer else ())),
        filters=filters,
        groups=(*names, *of_one, "tag_id", "tag_name"),
        default_groups=(*ids, "send_channel"),
        required_groups=ids,
        may_group=newer,
        converts=True,
    )


def query_campaign_values(call: Call) -> Reply:
    """POST /api/campaign-values-reports: 200."""
    return _report(call, "campaign", series=False)


def query_flow_values(call: Call) -> Reply:
    """POST /api/flow-values-reports: 200."""
    return _report(call, "flow", series=False)


def query_flow_series(call: Call) -> Reply:
    """POST /api/flow-series-reports: 200."""
    return _report(call, "flow", series=True)


def _report(call: Call, about: str, *, series: bool) -> Reply:
    asked = report_bodies.read(call, _plan(call.revision, about), series=series)
    if not set(asked.conditions.get("send_channel", ("", []))[1]) <= _CHANNELS:
        raise invalid("'send_channel' must be email, sms, push-notification or whatsapp.", "/data/attributes/filter")
    deliver(call)
    metric = needed(call, "metric", call.attributes["conversion_metric_id"])
    known = dict(_campaigns(call, asked) if about == "campaign" else _flows(call))
    known = {message: one for message, one in known.items() if asked.passes(one)}
    groups: dict[tuple[str, ...], tuple[Known, list[Tally]]] = {}
    of_message: dict[str, list[list[Tally]]] = {}
    for message, one in known.items():
        for row in _split(one, asked):
            pair = groups.setdefault(tuple(map(str, row.values())), (row, [Tally() for _ in asked.steps]))
            of_message.setdefault(message, []).append(pair[1])
    for deed in _deeds(call, metric.id, known):
        if asked.frame.holds(deed.sent):
            for tallies in of_message[deed.message]:
                tallies[asked.place(deed.sent)].add(deed)
    kind = f"{about}-{'series' if series else 'values'}-report"
    rows = [
        (row, {name: measured(name, tallies, row) for name in asked.statistics})
        for row, tallies in groups.values()
        if any(tallies)
    ]
    return report_bodies.told(kind, asked, rows, series=series)


def _split(known: Known, asked: Asked) -> Iterator[dict[str, Any]]:
    """The groupings of a message: one row, or one for each of its tags."""
    tags = {"tag_id", "tag_name"} & set(asked.groups)
    for number in range(max(len(known["tag_id"]), 1) if tags else 1):
        yield {name: _tag(known, name, number) if name in tags else known.get(name) for name in asked.groups}


def _tag(known: Known, name: str, number: int) -> str | None:
    return known[name][number] if known[name] else None


def _campaigns(call: Call, asked: Asked) -> Iterator[tuple[str, Known]]:
    """The messages of the campaigns that were sent in the time of the report, the newest first."""
    found = []
    for one in call.things.all("campaign"):
        sent = _sent_at(one)
        if sent and asked.frame.holds(sent):
            found.append((sent, one))
    for sent, one in sorted(found, key=lambda pair: -pair[0]):
        for message in call.things.linked("campaign", one.id, "campaign-messages"):
            yield (
                message,
                {
                    "campaign_id": one.id,
                    "campaign_message_id": message,
                    "campaign_message_name": one.attributes["name"],
                    "send_channel": one.hidden.get("channel", "email"),
                    "sent": sent,
                    **_tags(call, one),
                },
            )


def _sent_at(campaign: Thing) -> float:
    """When a campaign went out; 0 for one that did not. A send that was accepted here tells it, others their data."""
    if sending := sending_of(campaign.hidden):
        return sending.starts if campaign.hidden.get("delivered") else 0.0
    written = campaign.attributes["send_time"]
    return dt.datetime.fromisoformat(written).timestamp() if written else 0.0


def _flows(call: Call) -> Iterator[tuple[str, Known]]:
    """The messages of all flows."""
    flows = {one.id: one for one in call.things.all("flow")}
    actions = {one.id: flows.get(str(one.relationships.get("flow"))) for one in call.things.all("flow-action")}
    for message in call.things.all("flow-message"):
        flow = actions.get(str(message.relationships.get("flow-action")))
        if flow is not None:
            yield (
                message.id,
                {
                    "flow_id": flow.id,
                    "flow_name": flow.attributes["name"],
                    "flow_message_id": message.id,
                    "flow_message_name": message.attributes.get("name"),
                    "send_channel": message.attributes.get("channel", "email"),
                    **_tags(call, flow),
                },
            )


def _tags(call: Call, thing: Thing) -> dict[str, list[str]]:
    tags = call.things.some("tag", list(call.things.linked(thing.kind, thing.id, "tags")))
    return {"tag_id": [one.id for one in tags], "tag_name": [str(one.attributes["name"]) for one in tags]}


def _deeds(call: Call, conversion: str, known: Mapping[str, Known]) -> Iterator[Deed]:
    """The events of these messages, each at the time when its message was sent."""
    names = {
        one.id: DEEDS[one.attributes["name"]] for one in call.things.all("metric") if one.attributes["name"] in DEEDS
    }
    teller = Teller(call)
    found: list[tuple[str, str, Row]] = []
    got: dict[tuple[str, str], list[float]] = {}
    bounds = _earliest(known)
    of_campaigns = left(call, [("metric_id", "any", list(names)), *bounds], told=not bounds)
    led_to = left(call, [("metric_id", "equals", conversion), *bounds], told=True)
    for one in chain(of_campaigns, led_to if conversion not in names else ()):
        if one.metric in names and (message := teller.message(one)) in known:
            found.append((names[one.metric], message, one))
            if names[one.metric] == "recipients":
                got.setdefault((one.profile, message), []).append(float(one.at))
        if one.metric == conversion and (message := teller.message(one, "$attributed_message")) in known:
            found.append((CONVERSION, message, one))
    for times in got.values():
        times.sort()
    for name, message, one in found:
        yield Deed(
            name, message, one.profile, one.value, _sent(known[message], got.get((one.profile, message), []), one.at)
        )


def _earliest(known: Mapping[str, Known]) -> list[tuple[str, str, float]]:
    """No event of campaigns is older than the first of them. Flows have none: their events name them (told)."""
    sent = [one["sent"] for one in known.values() if "sent" in one]
    return [("datetime", "greater-or-equal", min(sent))] if sent and len(sent) == len(known) else []


def _sent(known: Known, got: list[float], at: float) -> float:
    """When the message of an event was sent: of a campaign to all at once, of a flow to each when it came to that."""
    if "sent" in known:
        return float(known["sent"])
    before = bisect_right(got, at)
    return got[before - 1] if before else at
