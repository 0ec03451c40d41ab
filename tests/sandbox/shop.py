"""A shop in a store of its own, whose behaviours are called without HTTP, and whose clock stands still."""

from __future__ import annotations

import datetime as dt
import itertools
from pathlib import Path
from typing import Any

import pytest

from klaviyo_app.sandbox.behaviours import BEHAVIOURS, PRESENT, SETTINGS, Call, Refused, Reply, Thing
from klaviyo_app.sandbox.data import build
from klaviyo_app.sandbox.filters import parse
from klaviyo_app.sandbox.store import Store

NOW = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
SUBJECT = {"subject": "Snow", "from_email": "hello@example.com", "from_label": "Shop"}


class Shop:
    """Calls behaviours as the engine does."""

    def __init__(self, path: Path, data: str = "demo") -> None:
        self.store = Store(path / "sandbox.sqlite")
        self.account = build(self.store, data, "a-test", now=NOW)[0]
        self.things = self.store.things("a-test", self.account.id)
        self.now = NOW
        self.revision = "2026-07-15"
        self.settings: dict[str, Any] = dict(SETTINGS)
        self.numbers = itertools.count(1)

    def call(
        self,
        operation: str,
        data: Any = None,
        *,
        additional: dict[str, set[str]] | None = None,
        filters: tuple[tuple[str, str, Any], ...] = (),
        **path: str,
    ) -> Call:
        return Call(
            operation=operation,
            things=self.things,
            account=self.account,
            now=self.now,
            revision=self.revision,
            settings=self.settings,
            path=path,
            body={"data": data},
            filters=filters,
            additional={kind: frozenset(names) for kind, names in (additional or {}).items()},
            parse=parse,
            new_id=lambda kind: f"{kind[:2]}{next(self.numbers):06d}",
        )

    def do(self, operation: str, data: Any = None, **rest: Any) -> Reply:
        return BEHAVIOURS[operation](self.call(operation, data, **rest))

    def refused(self, operation: str, data: Any = None, **rest: Any) -> Refused:
        with pytest.raises(Refused) as caught:
            self.do(operation, data, **rest)
        return caught.value

    def shown(self, thing: Thing | None, **rest: Any) -> dict[str, Any]:
        assert thing is not None
        present = PRESENT.get(thing.kind)
        return present(self.call("", **rest), thing) if present else thing.attributes

    def later(self, seconds: float) -> None:
        self.now += dt.timedelta(seconds=seconds)

    def named(self, kind: str, name: str) -> Thing:
        return next(one for one in self.things.all(kind) if one.attributes["name"] == name)

    def draft(self, *, template: bool = True, content: dict[str, Any] | None = None, **attributes: Any) -> str:
        """A campaign that could go out."""
        definition = {"channel": "email", "content": SUBJECT if content is None else content}
        message = {"type": "campaign-message", "attributes": {"definition": definition}}
        audiences = {"included": [self.named("list", "Newsletter").id]}
        whole = {"name": "Snow", "audiences": audiences, "campaign-messages": {"data": [message]}, **attributes}
        campaign = self.do("create_campaign", {"type": "campaign", "attributes": whole}).thing
        assert campaign is not None
        if template:
            self.assign(campaign.id, next(iter(self.things.all("template"))).id)
        return campaign.id

    def message(self, campaign: str) -> str:
        return next(iter(self.things.linked("campaign", campaign, "campaign-messages")))

    def assign(self, campaign: str, template: str) -> Reply:
        relation = {"template": {"data": {"type": "template", "id": template}}}
        return self.do("assign_template_to_campaign_message", {"id": self.message(campaign), "relationships": relation})

    def send(self, campaign: str) -> Reply:
        return self.do("send_campaign", {"type": "campaign-send-job", "id": campaign})

    def status(self, campaign: str) -> str:
        return str(self.shown(self.things.get("campaign", campaign))["status"])

    def job(self, campaign: str) -> str:
        return str(self.do("get_campaign_send_job", id=campaign).thing.attributes["status"])
