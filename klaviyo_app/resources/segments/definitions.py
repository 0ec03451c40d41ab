"""A definition as JSON: read with the place of every mistake, and added to by a form. Pure.

Source of the shapes: Klaviyo's description, the nine condition schemas of a segment definition.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from klaviyo_app.gateway.errors import FieldError, Invalid
from klaviyo_app.resources.segments import places
from klaviyo_app.resources.segments.places import Path

# What each known kind must have, and of what JSON type it is. Klaviyo may have kinds that are new to us: they pass.
REQUIRED: Mapping[str, Mapping[str, type]] = {
    "profile-group-membership": {"is_member": bool, "group_ids": list},
    "profile-metric": {"metric_id": str, "measurement": str, "measurement_filter": dict, "timeframe_filter": dict},
    "profile-marketing-consent": {"consent": dict},
    "profile-postal-code-distance": {"country_code": str, "postal_code": str, "unit": str, "filter": dict},
    "profile-property": {"property": str, "filter": dict},
    "profile-region": {"in_region": bool, "region": str},
    "profile-predictive-analytics": {"dimension": str, "filter": dict},
}
FILTERS = ("filter", "measurement_filter", "timeframe_filter")
KINDS: Mapping[type, Promise] = {
    bool: gettext_lazy("true or false"),
    dict: gettext_lazy("an object"),
    list: gettext_lazy("a list with at least one entry"),
    str: gettext_lazy("a text"),
}
Complaint = tuple[Path, str]


def read(text: str) -> dict[str, Any]:
    """The definition of a text. Raises ValidationError with a line and a path for every mistake."""
    try:
        found = json.loads(text)
    except json.JSONDecodeError as error:
        place = {"line": error.lineno, "column": error.colno, "words": error.msg}
        raise ValidationError(
            _("This is not JSON: line %(line)s, column %(column)s: %(words)s"), params=place
        ) from None
    except RecursionError:
        raise ValidationError(_("This is nested too deeply.")) from None
    mistakes = list(_frame(found))
    if mistakes:
        known = places.lines(text)
        raise ValidationError([placed(path, words, known) for path, words in mistakes])
    return dict(found)


def placed(path: Path, words: str, known: dict[Path, int]) -> str:
    """A complaint with its line and its path."""
    place = {"line": places.line_of(path, known), "path": places.shown(path), "words": words}
    return (_("Line %(line)s, %(path)s: %(words)s") if path else _("Line %(line)s: %(words)s")) % place


def located(error: Invalid, text: str) -> Invalid:
    """Klaviyo's complaints about a definition, each with its line in the text that was typed."""
    known = places.lines(text)
    fields = tuple(_with_line(one, known) for one in error.fields)
    facts = {"operation": error.operation, "status": error.status, "request_id": error.request_id}
    return Invalid(error.detail, fields=fields, speaker=error.speaker, **facts)


def _with_line(one: FieldError, known: dict[Path, int]) -> FieldError:
    before, found, rest = one.pointer.partition("/definition")
    if not found:
        return one
    path = tuple(int(part) if part.isdigit() else part for part in rest.split("/") if part)
    return FieldError(f"{before}/definition", one.parameter, one.code, placed(path, one.detail, known))


def _frame(found: Any) -> Iterator[Complaint]:
    """Groups of conditions, and each condition."""
    groups = found.get("condition_groups") if isinstance(found, dict) else None
    if not isinstance(groups, list) or not groups:
        yield (), _('Write an object with at least one group: {"condition_groups": [{"conditions": [...]}]}.')
        return
    for number, group in enumerate(groups):
        path: Path = ("condition_groups", number)
        conditions = group.get("conditions") if isinstance(group, dict) else None
        if not isinstance(conditions, list) or not conditions:
            yield path, _("needs “conditions”, a list with at least one entry")
            continue
        for place, condition in enumerate(conditions):
            yield from _condition((*path, "conditions", place), condition)


def _condition(path: Path, condition: Any) -> Iterator[Complaint]:
    kind = condition.get("type") if isinstance(condition, dict) else None
    if not isinstance(kind, str):
        yield path, _("needs a “type”, such as “profile-metric”")
        return
    for name, wanted in REQUIRED.get(kind, {}).items():
        value = condition.get(name)
        if not isinstance(value, wanted) or value in ("", []):
            yield (*path, name), _("must be %(kind)s") % {"kind": KINDS[wanted]}
        elif name in FILTERS and not _is_filter(condition[name]):
            yield (*path, name), _("needs a “type” and an “operator”")


def _is_filter(value: Mapping[str, Any]) -> bool:
    return isinstance(value.get("type"), str) and isinstance(value.get("operator"), str)


def written(definition: Any) -> str:
    """As it stands in the editor."""
    return json.dumps(definition, indent=2, ensure_ascii=False) if definition else ""


def with_condition(
    definition: dict[str, Any] | None, condition: dict[str, Any], *, group: int | None
) -> dict[str, Any]:
    """The definition with one more condition: as another way into a group, or as a group of its own (None)."""
    groups = [dict(one) for one in (definition or {}).get("condition_groups") or []]
    if group is None or not 0 <= group < len(groups):
        groups.append({"conditions": [condition]})
    else:
        groups[group] = {**groups[group], "conditions": [*groups[group]["conditions"], condition]}
    return {**(definition or {}), "condition_groups": groups}


def metric_condition(metric_id: str, *, operator: str, value: int, days: int | None) -> dict[str, Any]:
    """Has had an event, so often, in so many days (None: ever)."""
    span: dict[str, Any] = {"type": "date", "operator": "alltime"}
    if days:
        span = {"type": "date", "operator": "in-the-last", "unit": "day", "quantity": days}
    return {
        "type": "profile-metric",
        "metric_id": metric_id,
        "measurement": "count",
        "measurement_filter": {"type": "numeric", "operator": operator, "value": value},
        "timeframe_filter": span,
    }


def membership_condition(group_id: str, *, is_member: bool) -> dict[str, Any]:
    """Is in a list or segment, or is not."""
    return {"type": "profile-group-membership", "is_member": is_member, "group_ids": [group_id]}


def property_condition(name: str, *, operator: str, value: str) -> dict[str, Any]:
    """A property holds a text, or is (not) set."""
    known = {"email", "first_name", "last_name", "phone_number", "organization", "title", "locale"}
    shown = name if name in known or name.startswith("location.") else f"properties['{name}']"
    found = {"type": "string", "operator": operator, "value": value}
    if operator in {"is-set", "not-set"}:
        found = {"type": "existence", "operator": operator}
    return {"type": "profile-property", "property": shown, "filter": found}


def consent_condition(channel: str, *, subscribed: bool) -> dict[str, Any]:
    """May get marketing on a channel, or may not."""
    return {
        "type": "profile-marketing-consent",
        "consent": {
            "channel": channel,
            "can_receive_marketing": subscribed,
            "consent_status": {"subscription": "subscribed" if subscribed and channel != "push" else "any"},
        },
    }


def region_condition(region: str, *, inside: bool) -> dict[str, Any]:
    """Is within a region, or is not."""
    return {"type": "profile-region", "in_region": inside, "region": region}
