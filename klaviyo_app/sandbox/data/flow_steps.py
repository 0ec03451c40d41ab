"""What the demo's flows do, step by step, as data and as Klaviyo's definitions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from klaviyo_app.sandbox.behaviours.flows import MAIL


class Mail(NamedTuple):
    """A mail of a template."""

    letter: str
    subject: str


class Text(NamedTuple):
    """A text message."""

    body: str


class Wait(NamedTuple):
    """A pause."""

    value: int
    unit: str = "days"


class Split(NamedTuple):
    """A fork: who has ordered goes one way, everybody else another. Both end there."""

    yes: tuple[Mail | Text | Wait, ...]
    no: tuple[Mail | Text | Wait, ...]


Step = Mail | Text | Wait | Split
# flow -> (trigger: type and the name of the list or metric, steps)
STEPS: Mapping[str, tuple[tuple[str, str], tuple[Step, ...]]] = {
    "Welcome series": (
        ("list", "Newsletter"),
        (
            Mail("Welcome 1: hello", "Hello, and a kettle"),
            Wait(3),
            Mail("Welcome 2: how it is made", "How it is made"),
            Wait(4),
            Split((), (Mail("Welcome 3: ten percent", "Ten percent, until Sunday"),)),
        ),
    ),
    "Abandoned basket": (
        ("metric", "Started Checkout"),
        (
            Wait(4, "hours"),
            Mail("Abandoned basket: gentle reminder", "It is still in your basket"),
            Wait(1),
            Split(
                (),
                (
                    Text("Your basket waits until tonight."),
                    Wait(1),
                    Mail("Abandoned basket: last call", "We put it back on the shelf tomorrow"),
                ),
            ),
        ),
    ),
    "Browse reminder": (
        ("metric", "Viewed Product"),
        (Wait(1), Mail("Browse reminder", "You looked at something good")),
    ),
    "Thank you and review": (
        ("metric", "Placed Order"),
        (Mail("Order confirmation", "Thank you"), Wait(21), Mail("Review request", "How is it holding up?")),
    ),
    "Win back after 240 days": (
        ("metric", "Placed Order"),
        (
            Wait(240),
            Split(
                (),
                (
                    Mail("Win back: we miss you", "We miss you"),
                    Wait(14),
                    Mail("Win back: fifteen percent", "Fifteen percent"),
                ),
            ),
        ),
    ),
    "Sunset, unengaged": (("list", "Newsletter"), (Wait(180), Mail("Sunset: last letter", "Shall we stop?"))),
    "Delivery delay notice": (
        ("metric", "Fulfilled Order"),
        (Mail("Delivery delay notice", "It comes a little later"),),
    ),
}


class _Writer:
    """Numbers the steps and chains them."""

    def __init__(
        self, first: int, templates: Mapping[str, str], sender: Mapping[str, str], new_id: Callable[[], str]
    ) -> None:
        self.next = first
        self.templates = templates
        self.sender = sender
        self.new_id = new_id
        self.actions: list[dict[str, Any]] = []

    def chain(self, steps: tuple[Step, ...], status: str) -> str | None:
        """Write the steps; the id of the first, None without any."""
        following: str | None = None
        for step in reversed(steps):
            number = str(self.next)
            self.next += 1
            self.actions.append({"id": number, **self._action(step, following, status)})
            following = number
        return following

    def _action(self, step: Step, following: str | None, status: str) -> dict[str, Any]:
        if isinstance(step, Split):
            ways = {"next_if_true": self.chain(step.yes, status), "next_if_false": self.chain(step.no, status)}
            return {"type": "conditional-split", "links": ways, "data": {"profile_filter": None}}
        links = {"next": following}
        if isinstance(step, Wait):
            data = {"unit": step.unit, "value": step.value, "secondary_value": 0, "timezone": "profile"}
            return {"type": "time-delay", "links": links, "data": data}
        if isinstance(step, Text):
            message = {"body": step.body, "name": "Text", "id": self.new_id()}
            return {"type": "send-sms", "links": links, "data": {"message": message, "status": status}}
        mail: dict[str, Any] = {
            **MAIL,
            **self.sender,
            "subject_line": step.subject,
            "preview_text": "",
            "template_id": self.templates.get(step.letter),
            "name": step.letter,
            "id": self.new_id(),
        }
        return {"type": "send-email", "links": links, "data": {"message": mail, "status": status}}


def definition_of(
    name: str,
    status: str,
    *,
    first: int,
    ids: Mapping[str, str],
    templates: Mapping[str, str],
    sender: Mapping[str, str],
    new_id: Callable[[], str],
) -> dict[str, Any] | None:
    """A flow's definition, None where the demo knows no steps of it. `ids`: of lists and metrics by name."""
    found = STEPS.get(name)
    if found is None:
        return None
    (kind, about), steps = found
    writer = _Writer(first, templates, sender, new_id)
    entry = writer.chain(steps, status)
    triggers = [{"type": kind, "id": ids.get(about)}]
    return {"triggers": triggers, "profile_filter": None, "actions": writer.actions, "entry_action_id": entry}
