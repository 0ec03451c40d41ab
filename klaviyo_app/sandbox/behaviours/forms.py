"""Forms, their versions, and reports on them.

Source: Klaviyo's API descriptions: since 2025-10-15 a form alone comes with its definition and without relationships
(recorded too), a list of forms the other way round.
Sending a form off is an event of the profile; who only looks at it is nobody yet and is counted on the version.
Concluded: every view is another visitor's, all who see a form qualify for it, and each form has one step.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from klaviyo_app.sandbox.behaviours import report_bodies
from klaviyo_app.sandbox.behaviours.call import Call, Reply, Thing, needed
from klaviyo_app.sandbox.behaviours.event_log import rows_of
from klaviyo_app.sandbox.behaviours.report_bodies import Asked, Plan

DEFINITIONS_SINCE = "2025-10-15"
SUBMITTED = "Form submitted by profile"


def present_form(call: Call, form: Thing) -> dict[str, Any]:
    """The attributes, with the definition where one form is asked for."""
    if call.operation != "get_form" or call.revision < DEFINITIONS_SINCE:
        return form.attributes
    versions = call.things.some("form-version", list(call.things.linked("form", form.id, "form-versions")))
    return {**form.attributes, "definition": {"versions": [_defined(form, one) for one in versions]}}


def get_form(call: Call) -> Reply:
    """GET /api/forms/{id}: since 2025-10-15 with its definition and without its relationships."""
    return Reply(200, needed(call, "form", call.path["id"]), alone=call.revision >= DEFINITIONS_SINCE)


def _defined(form: Thing, version: Thing) -> dict[str, Any]:
    kind = version.attributes["form_type"]
    return {
        "id": int(version.id),
        "name": version.attributes["variation_name"],
        "type": "full_screen" if kind == "full_page" else kind,
        "status": version.attributes["status"],
        "ab_test": form.attributes["ab_test"],
        "steps": [{"id": f"{version.id}1", "name": "E-mail address", "columns": []}],
    }


def present_version(call: Call, version: Thing) -> dict[str, Any]:
    """The attributes at a revision: the name of the variation stood in `ab_test` alone before."""
    shown = dict(version.attributes)
    name = shown["variation_name"]
    if call.revision < DEFINITIONS_SINCE:
        del shown["variation_name"]
    form = call.things.get("form", str(version.relationships["form"]))
    return {**shown, "ab_test": {"variation_name": name}} if form and form.attributes["ab_test"] else shown


class Tally:
    """What happened to a form in an interval."""

    def __init__(self) -> None:
        self.views = self.closes = self.submits = 0
        self.people: set[str] = set()


STATISTICS: Mapping[str, Callable[[Tally], float]] = {
    "closed_form": lambda one: one.closes,
    "closed_form_uniques": lambda one: one.closes,
    "qualified_form": lambda one: one.views,
    "qualified_form_uniques": lambda one: one.views,
    "submit_rate": lambda one: round(one.submits / one.views, 6) if one.views else 0.0,
    "submits": lambda one: one.submits,
    "submitted_form_step": lambda one: one.submits,
    "submitted_form_step_uniques": lambda one: len(one.people),
    "viewed_form": lambda one: one.views,
    "viewed_form_step": lambda one: one.views,
    "viewed_form_step_uniques": lambda one: one.views,
    "viewed_form_uniques": lambda one: one.views,
}
_PLAN = Plan(
    statistics=tuple(STATISTICS),
    filters={"form_id": ("equals", "any"), "form_version_id": ("equals", "any")},
    groups=("form_id", "form_version_id"),
    default_groups=("form_id",),
    required_groups=("form_id",),
)


def query_form_values(call: Call) -> Reply:
    """POST /api/form-values-reports: 200."""
    return _report(call, series=False)


def query_form_series(call: Call) -> Reply:
    """POST /api/form-series-reports: 200."""
    return _report(call, series=True)


def _report(call: Call, *, series: bool) -> Reply:
    asked = report_bodies.read(call, _PLAN, series=series)
    groups: dict[tuple[str, ...], list[Tally]] = {}
    tallies: dict[str, list[Tally]] = {}
    for version in call.things.all("form-version"):
        known = {"form_id": str(version.relationships["form"]), "form_version_id": version.id}
        if asked.passes(known):
            key = tuple(known[name] for name in asked.groups)
            tallies[version.id] = groups.setdefault(key, [Tally() for _ in asked.steps])
            for at, views, closes in version.hidden["seen"]:
                if asked.frame.holds(at):
                    one = tallies[version.id][asked.place(at)]
                    one.views += views
                    one.closes += closes
    _count_submits(call, asked, tallies)
    rows = (
        (
            dict(zip(asked.groups, key, strict=True)),
            {name: [float(STATISTICS[name](one)) for one in cells] for name in asked.statistics},
        )
        for key, cells in groups.items()
    )
    return report_bodies.told(f"form-{'series' if series else 'values'}-report", asked, rows, series=series)


def _count_submits(call: Call, asked: Asked, tallies: Mapping[str, list[Tally]]) -> None:
    metric = next((one.id for one in call.things.all("metric") if one.attributes["name"] == SUBMITTED), "")
    for person in call.things.all("profile"):
        for row in rows_of(person, metric):
            cells = tallies.get(str((row.properties or {}).get("form_version_id")))
            if cells and asked.frame.holds(row.at):
                one = cells[asked.place(row.at)]
                one.submits += 1
                one.people.add(person.id)
