"""Flows in words: states, triggers, and a definition's actions as an outline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from klaviyo_app.pages.statuses import Pill
from klaviyo_app.resources.segments.words import Names, in_words

STATUSES: dict[str, Pill] = {
    "draft": Pill(gettext_lazy("Draft"), "neutral", "pencil"),
    "manual": Pill(gettext_lazy("Manual"), "warning", "hand-stop"),
    "live": Pill(gettext_lazy("Live"), "good", "player-play"),
}
MEANING: Mapping[str, str | Promise] = {
    "draft": gettext_lazy("Nobody comes in and nothing is sent."),
    "manual": gettext_lazy("People come in, and each message waits until somebody sends it in Klaviyo."),
    "live": gettext_lazy("People come in, and messages go out by themselves."),
}
TRIGGERS: Mapping[str, str | Promise] = {
    "Added to List": gettext_lazy("somebody comes into a list or segment"),
    "Date Based": gettext_lazy("a date of the person's"),
    "Low Inventory": gettext_lazy("little is left of a product"),
    "Metric": gettext_lazy("somebody does something"),
    "Price Drop": gettext_lazy("a price falls"),
    "Unconfigured": gettext_lazy("nothing yet"),
}
ACTIONS: Mapping[str, tuple[str | Promise, str]] = {
    "send-email": (gettext_lazy("Sends an e-mail"), "mail"),
    "send-sms": (gettext_lazy("Sends a text message"), "message"),
    "send-push-notification": (gettext_lazy("Sends a push notification"), "bell"),
    "send-mobile-push": (gettext_lazy("Sends a push notification"), "bell"),
    "send-whatsapp": (gettext_lazy("Sends a WhatsApp message"), "message-circle"),
    "send-webhook": (gettext_lazy("Calls a webhook"), "webhook"),
    "send-internal-alert": (gettext_lazy("Tells the team"), "bell"),
    "conditional-split": (gettext_lazy("Splits by who the person is"), "arrows-split"),
    "trigger-split": (gettext_lazy("Splits by what started it"), "arrows-split"),
    "update-profile": (gettext_lazy("Changes the profile"), "user-edit"),
    "list-update": (gettext_lazy("Changes a list"), "users"),
    "ab-test": (gettext_lazy("Tests variants"), "test-pipe"),
    "back-in-stock-delay": (gettext_lazy("Waits until it is in stock"), "clock"),
    "countdown-delay": (gettext_lazy("Waits for a date"), "clock"),
    "target-date": (gettext_lazy("Waits for a date"), "clock"),
}
MOST_STEPS = 500
MESSAGES = tuple(name for name in ACTIONS if name.startswith("send-"))


@dataclass(frozen=True, slots=True)
class Step:
    """A line of the outline. `depth`: inside how many forks; `way`: of which side of a fork it is the first."""

    words: str
    icon: str
    depth: int
    way: str = ""
    detail: str = ""
    state: Pill | None = None
    message_id: str = ""  # of a mail that can be looked at
    action_id: str = ""  # whose messages are told by a call of their own
    fork: Mapping[str, Any] | None = None  # the filter on people by which it splits


def status_of(value: str) -> Pill:
    """How to show a state; one that is new to us as Klaviyo spells it."""
    return STATUSES.get(value) or Pill(value or _("Not known"), "warning", "help-circle")


def trigger_in_words(definition: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """What starts the flow; `names`: lists, segments and metrics by id."""
    trigger: Mapping[str, Any] = next(iter(definition.get("triggers") or []), {})
    name = names.get(str(trigger.get("id")), str(trigger.get("id") or ""))
    words = {
        "list": _("Somebody comes into the list %(name)s"),
        "segment": _("Somebody comes into the segment %(name)s"),
        "metric": _("Somebody does: %(name)s"),
        "date": _("A date of the person's"),
        "price-drop": _("A price falls"),
        "low-inventory": _("Little is left of a product"),
    }.get(str(trigger.get("type")), _("Nothing yet"))
    return words % {"name": name} if "%" in words else words


def outline(definition: Mapping[str, Any], names: Names | None = None) -> list[Step]:
    """The actions in the order in which a person meets them; Klaviyo lists them in none. Rounds are cut.

    `names`: what the conditions of its forks call metrics, lists and segments.
    """
    actions = {str(one.get("id")): one for one in definition.get("actions") or []}
    steps: list[Step] = []
    _follow(actions, definition.get("entry_action_id"), 0, "", steps, set())
    if names is None:
        return steps
    return [replace(one, detail=conditions(one.fork, names)) if one.fork else one for one in steps]


def conditions(profile_filter: Any, names: Names) -> str:
    """Who gets through a filter on people, as a sentence; "" where there is none."""
    groups = [_(" or ").join(group) for group in in_words(profile_filter, names)]
    return _("; and ").join(groups)


def _follow(
    actions: Mapping[str, Mapping[str, Any]], at: Any, depth: int, way: str, steps: list[Step], seen: set[str]
) -> None:
    while at is not None and str(at) in actions and str(at) not in seen and len(steps) < MOST_STEPS:
        seen.add(str(at))
        action = actions[str(at)]
        steps.append(step_of(action, depth, way))
        way = ""
        links = action.get("links") or {}
        if "next_if_true" in links or "next_if_false" in links:
            for name, words in (("next_if_true", _("if so")), ("next_if_false", _("if not"))):
                if links.get(name) is None:
                    steps.append(Step(_("Nothing more comes"), "flag", depth + 1, words))
                _follow(actions, links.get(name), depth + 1, words, steps, seen)
            return
        others = [one for name, one in links.items() if name != "next" and isinstance(one, str)]
        for number, other in enumerate(others, 1):
            _follow(actions, other, depth + 1, _("way %(number)s") % {"number": number}, steps, seen)
        at = links.get("next")


def step_of(action: Mapping[str, Any], depth: int = 0, way: str = "") -> Step:
    """One action in words; one that is new to us as Klaviyo spells it."""
    kind, data = str(action.get("type") or ""), action.get("data") or {}
    if kind == "time-delay":
        return Step(_waits(data), "clock", depth, way)
    words, icon = ACTIONS.get(kind, (kind, "point"))
    message = data.get("message") or {}
    detail = str(message.get("subject_line") or message.get("body") or message.get("name") or "")
    state = status_of(str(data["status"])) if kind in MESSAGES and data.get("status") else None
    looked_at = str(message.get("id") or "") if kind == "send-email" and message.get("template_id") else ""
    return Step(str(words), icon, depth, way, detail, state, looked_at, fork=data.get("profile_filter"))


@dataclass(frozen=True, slots=True)
class Message:
    """What an action sends, where that is told apart from it. `message_id`: of a mail that can be looked at, or ""."""

    name: str
    detail: str
    message_id: str


def message_of(message: Mapping[str, Any]) -> Message:
    """A flow's message in words: revisions before definitions have its content beside its name."""
    attributes = message["attributes"]
    content = attributes.get("content") or attributes.get("definition") or {}
    detail = content.get("subject") or content.get("subject_line") or content.get("body") or ""
    mail = str(attributes.get("channel") or "").lower() == "email"
    name = str(attributes.get("name") or content.get("name") or _("(without a name)"))
    return Message(name, str(detail), str(message["id"]) if mail else "")


def _waits(data: Mapping[str, Any]) -> str:
    value = int(data.get("value") or 0)
    words = {
        "days": ngettext("Waits %(num)s day", "Waits %(num)s days", value),
        "hours": ngettext("Waits %(num)s hour", "Waits %(num)s hours", value),
        "minutes": ngettext("Waits %(num)s minute", "Waits %(num)s minutes", value),
    }.get(str(data.get("unit") or "days"), _("Waits"))
    return words % {"num": value} if "%" in words else words


def messages_in(definition: Mapping[str, Any]) -> int:
    """How many messages a person may get."""
    return sum(one.get("type") in MESSAGES for one in definition.get("actions") or [])
