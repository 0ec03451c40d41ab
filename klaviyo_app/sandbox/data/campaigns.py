"""Two years of campaigns: a letter every Thursday, something to sell on many Sundays, and what is being prepared."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from klaviyo_app.sandbox.data.campaign_plans import AUDIENCES, COMING, PROMOTIONS, TROUBLED, WEEKLY, Coming, Topic
from klaviyo_app.sandbox.data.ids import ulid
from klaviyo_app.sandbox.data.shops import Shop

SMART = {"use_smart_sending": True}
OPTIONS = {**SMART, "ignore_unsubscribes": False}
TRACKING = {
    "add_tracking_params": True,
    "custom_tracking_params": [],
    "is_tracking_clicks": True,
    "is_tracking_opens": True,
}


@dataclass(slots=True)
class MadeCampaign:
    """A campaign and its message before they are stored. Attributes in the newer shape."""

    id: str
    message_id: str
    attributes: dict[str, Any]
    definition: dict[str, Any]
    letter: str  # the name of its template, "" without
    audience: int  # index into AUDIENCES


@dataclass(frozen=True, slots=True)
class Maker:
    """What all campaigns of a shop share."""

    random: Random
    shop: Shop
    now: dt.datetime
    ids: Mapping[str, str]  # of lists and segments, by name

    def past(self, count: int) -> list[MadeCampaign]:
        """The newest first: a letter each week, and every second or third week something more."""
        zone = ZoneInfo(self.shop.timezone)
        today = self.now.astimezone(zone).date()
        thursday = today - dt.timedelta(days=(today.weekday() - 3) % 7 or 7)
        made: list[MadeCampaign] = []
        week = 0
        while len(made) < count:
            made.append(self._sent(thursday - dt.timedelta(weeks=week), WEEKLY[week % len(WEEKLY)], len(made), zone))
            if len(made) < count and week % 5 in (0, 2, 3):
                topic = PROMOTIONS[(week * 3 // 5) % len(PROMOTIONS)]
                made.append(self._sent(thursday - dt.timedelta(weeks=week, days=4), topic, len(made), zone))
            week += 1
        return made

    def coming(self, count: int) -> list[MadeCampaign]:
        """Drafts, planned ones and those on their way."""
        return [self._coming(one, number) for number, one in enumerate(COMING[:count])]

    def _sent(self, day: dt.date, topic: Topic, number: int, zone: ZoneInfo) -> MadeCampaign:
        hour = 10 if day.weekday() == 3 else 17
        at = dt.datetime.combine(day, dt.time(hour, 0), zone).astimezone(dt.UTC)
        created = at - dt.timedelta(days=3, hours=self.random.randrange(1, 7), minutes=self.random.randrange(60))
        status = TROUBLED.get(number, "Sent")
        kind = "Thursday letter" if hour == 10 else "Sunday"
        went = status in ("Sent", "Variations Sent")
        sms = number % 31 == 30
        strategy = {"method": "static", "datetime": _written(at), "options": {"is_local": False}}
        attributes = self._attributes(f"{day:%Y-%m-%d} {kind}: {topic.subject}", status, number, created)
        attributes |= {
            "archived": number > 140 and number % 2 == 0,
            "send_strategy": strategy if number % 3 else {"method": "immediate"},
            "scheduled_at": _written(at - dt.timedelta(hours=20)),
            "send_time": _written(at) if went else None,
            "updated_at": _written(at + dt.timedelta(minutes=11)),
        }
        return self._made(attributes, created, topic, number, sms=sms)

    def _coming(self, plan: Coming, number: int) -> MadeCampaign:
        created = self.now - dt.timedelta(days=number % 6 + 1, minutes=17 * number)
        at = (self.now + dt.timedelta(days=plan.days)).replace(hour=9, minute=0, second=0, microsecond=0)
        attributes = self._attributes(plan.name, plan.status, number, created)
        attributes["send_strategy"] = _strategy(plan.method, at)
        if plan.status != "Draft":
            attributes["scheduled_at"] = _written(self.now - dt.timedelta(hours=2))
            attributes["send_time"] = _written(at if plan.days else self.now)
        if not plan.whole:
            attributes["audiences"] = {"included": attributes["audiences"]["included"][:1], "excluded": []}
        return self._made(attributes, created, plan.topic, number, whole=plan.whole)

    def _attributes(self, name: str, status: str, number: int, created: dt.datetime) -> dict[str, Any]:
        included, excluded = AUDIENCES[number % len(AUDIENCES)]
        first = self.ids["Newsletter"]
        return {
            "name": name,
            "status": status,
            "archived": False,
            "audiences": {
                "included": [self.ids[one] for one in included if one in self.ids] or [first],
                "excluded": [self.ids[one] for one in excluded if one in self.ids],
            },
            "send_options": dict(OPTIONS),
            "tracking_options": dict(TRACKING),
            "send_strategy": {"method": "immediate"},
            "created_at": _written(created),
            "scheduled_at": None,
            "updated_at": _written(created + dt.timedelta(hours=3)),
            "send_time": None,
        }

    def _made(
        self,
        attributes: dict[str, Any],
        created: dt.datetime,
        topic: Topic,
        number: int,
        *,
        sms: bool = False,
        whole: bool = True,
    ) -> MadeCampaign:
        definition = self._sms(topic) if sms else self._email(attributes["name"], topic, whole=whole)
        if sms:
            attributes["tracking_options"] = {"add_tracking_params": False, "custom_tracking_params": []}
            attributes["send_options"] = dict(SMART)
        return MadeCampaign(
            id=ulid(self.random, created.timestamp()),
            message_id=ulid(self.random, created.timestamp()),
            attributes=attributes,
            definition=definition,
            letter="" if sms or not whole else topic.letter,
            audience=number % len(AUDIENCES),
        )

    def _email(self, label: str, topic: Topic, *, whole: bool) -> dict[str, Any]:
        content = {
            "subject": topic.subject if whole else "",
            "preview_text": topic.preview if whole else "",
            "from_email": self.shop.email,
            "from_label": self.shop.sender,
            "reply_to_email": self.shop.email,
            "cc_email": None,
            "bcc_email": None,
        }
        return {"channel": "email", "label": label, "content": content}

    def _sms(self, topic: Topic) -> dict[str, Any]:
        options = {"shorten_links": True, "add_org_prefix": True, "add_info_link": True, "add_opt_out_language": True}
        body = f"{topic.subject}. {topic.preview}: {self.shop.website}/new"
        return {"channel": "sms", "content": {"body": body, "media_url": None}, "render_options": options}


def _strategy(method: str, at: dt.datetime) -> dict[str, Any]:
    if method == "static":
        options = {"is_local": True, "send_past_recipients_immediately": False}
        return {"method": method, "datetime": _written(at), "options": options}
    if method == "throttled":
        return {"method": method, "datetime": _written(at), "throttle_percentage": 20}
    if method == "smart_send_time":
        return {"method": method, "date": at.date().isoformat()}
    return {"method": "immediate"}


def _written(at: dt.datetime) -> str:
    return at.astimezone(dt.UTC).isoformat(timespec="seconds")


def make_campaigns(
    random: Random, shop: Shop, count: int, now: dt.datetime, ids: Mapping[str, str]
) -> list[MadeCampaign]:
    """So many campaigns, the newest first: at most a third of them not out yet."""
    maker = Maker(random, shop, now, ids)
    coming = maker.coming(max(count // 3, 3))
    return [*coming, *maker.past(count - len(coming))]
