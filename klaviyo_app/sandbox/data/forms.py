"""The demo's sign-up forms: their versions, how often they were seen, and who came in by them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, NamedTuple

from klaviyo_app.sandbox.behaviours.call import Thing
from klaviyo_app.sandbox.data.ids import six
from klaviyo_app.sandbox.data.people import DAY, Made, written

SUBMITTED = "Form submitted by profile"
_VIEWS, _CLOSES = 14, 6  # for each time that a form is sent off, about


class FormPlan(NamedTuple):
    """A form. `source`: the people with this source came in by it; `versions`: names, one unless it is tested."""

    name: str
    kind: str
    status: str
    source: str = ""
    versions: tuple[str, ...] = ("Form 1",)


FORMS: tuple[FormPlan, ...] = (
    FormPlan("Footer form", "embed", "live", "Footer form"),
    FormPlan("Pop-up: ten percent for the first order", "popup", "live", "Pop-up", ("With a picture", "Words only")),
    FormPlan("Giveaway: a week in a hut", "full_page", "live", "Giveaway"),
    FormPlan("Back in stock: Ridge 2 tent", "flyout", "draft"),
    FormPlan("Banner: free shipping week", "banner", "draft"),
)


@dataclass(frozen=True, slots=True)
class MadeForm:
    """A form and its versions, ready to be kept."""

    form: Thing
    versions: list[Thing]


def make_forms(random: Random, people: Sequence[Made], now: float) -> Iterator[MadeForm]:
    """All forms. Adds to people's activity that they sent theirs off."""
    for number, plan in enumerate(FORMS):
        made = now - (820 - 90 * number) * DAY
        times = {"created_at": written(made), "updated_at": written(made + 31 * DAY)}
        attributes = {"name": plan.name, "status": plan.status, "ab_test": len(plan.versions) > 1, **times}
        form = Thing("form", six(random), attributes)
        versions = [_version(random, plan, name, form.id, times) for name in plan.versions]
        came = [one for one in people if plan.source and one.attributes["properties"]["Source"] == plan.source]
        for person in came:
            version = random.choice(versions)
            _sent_off(person, form, version)
            version.hidden["seen"].append(_seen(random, person.created))
        yield MadeForm(form, versions)


def _version(random: Random, plan: FormPlan, name: str, form: str, times: dict[str, str]) -> Thing:
    attributes = {"form_type": plan.kind, "variation_name": name, "status": plan.status, **times}
    return Thing("form-version", str(random.randrange(1_000_000, 9_999_999)), attributes, {"form": form}, {"seen": []})


def _sent_off(person: Made, form: Thing, version: Thing) -> None:
    known: dict[str, Any] = {"form_id": form.id, "form_version_id": version.id, "form_name": form.attributes["name"]}
    person.activity.setdefault(SUBMITTED, []).append([float(int(person.created)), 0.0, known])


def _seen(random: Random, at: float) -> list[int]:
    """[when, views, closes] of visitors whom nobody knows: they leave no events."""
    return [int(at) - 30, random.randrange(1, 2 * _VIEWS), random.randrange(0, _CLOSES)]
