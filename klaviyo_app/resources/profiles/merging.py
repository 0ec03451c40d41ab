"""Two profiles of one person become one: what stays, what is filled in, what is lost; and the merge itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from dashboard import audit
from dashboard.jinja_filters import spelled
from dashboard.teams.models import User
from klaviyo_app.accounts.models import Account
from klaviyo_app.gateway.client import Client
from klaviyo_app.gateway.query import Query
from klaviyo_app.resources.profiles.consent import consents
from klaviyo_app.resources.profiles.finding import wanted
from klaviyo_app.resources.profiles.services import PLACE, PLAIN

LABELS: Mapping[str, str | Promise] = {
    "email": _("E-mail address"),
    "phone_number": _("Phone number"),
    "external_id": _("External id"),
    "first_name": _("First name"),
    "last_name": _("Last name"),
    "organization": _("Organization"),
    "title": _("Job title"),
    "address1": _("Address"),
    "address2": _("Address, second line"),
    "city": _("City"),
    "region": _("Region"),
    "zip": _("Postal code"),
    "country": _("Country"),
    "timezone": _("Time zone"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One attribute of both: `becomes` of "kept", "filled" (from the other), "lost" (of the other) or "unsure"."""

    label: str
    kept: str
    other: str
    becomes: str


def find_other(client: Client, typed: str) -> dict[str, Any] | None:
    """The profile with that whole address, number or id, with its consent; None where there is none."""
    found = wanted(typed)
    if found is None:
        return None
    query = Query(filter=found, additional_fields={"profile": ("subscriptions",)}, page_size=1)
    for one in client.call("get_profiles", query=query).data or []:
        return dict(one)
    return None


def compare(kept: Mapping[str, Any], other: Mapping[str, Any]) -> list[Line]:
    """Line by line what becomes of both: attributes, address, properties, consent."""
    lines = [_line(str(label), kept, other) for label, kept, other in _pairs(kept["attributes"], other["attributes"])]
    return [_of_place(one, kept["attributes"]) for one in lines if one.kept or one.other]


def _of_place(line: Line, kept: Mapping[str, Any]) -> Line:
    """Whether gaps in an address that is there are filled is written nowhere: two must not be promised as one."""
    place = [one for name, one in (kept.get("location") or {}).items() if name in PLACE and one]
    gap = line.becomes == "filled" and line.label in {str(LABELS[name]) for name in PLACE}
    return replace(line, becomes="unsure") if gap and place else line


def _pairs(kept: Mapping[str, Any], other: Mapping[str, Any]) -> Iterator[tuple[Any, Any, Any]]:
    for name in PLAIN:
        yield LABELS.get(name, name), kept.get(name), other.get(name)
    here, there = kept.get("location") or {}, other.get("location") or {}
    for name in PLACE:
        yield LABELS[name], here.get(name), there.get(name)
    mine, theirs = kept.get("properties") or {}, other.get("properties") or {}
    for name in sorted({*mine, *theirs}):
        yield name, mine.get(name), theirs.get(name)


def _line(label: str, kept: Any, other: Any) -> Line:
    here, there = _text(kept), _text(other)
    if not there or here == there:
        return Line(label, here, there, "kept")
    return Line(label, here, there, "lost" if here else "filled")


def _text(value: Any) -> str:
    if value in (None, "", [], {}):
        return ""
    return spelled(value)


def consent_lines(kept: Mapping[str, Any], other: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """(channel, what the one said, what the other said)."""
    mine = {str(one.channel): str(one.said.label) for one in consents(kept["attributes"].get("subscriptions"))}
    theirs = {str(one.channel): str(one.said.label) for one in consents(other["attributes"].get("subscriptions"))}
    return [(name, mine.get(name, "–"), theirs.get(name, "–")) for name in {**mine, **theirs}]


def merge(account: Account, *, client: Client, by: User, kept: str, other: str) -> None:
    """Ask Klaviyo to merge `other` into `kept`; the other one disappears, in a while. Raises GatewayError."""
    relation = {"profiles": {"data": [{"type": "profile", "id": other}]}}
    body = {"type": "profile-merge", "id": kept, "relationships": relation}
    client.call("merge_profiles", body={"data": body})
    audit.record(
        team=account.team,
        actor=by,
        action="profile.merged",
        target=kept,
        account_id=account.pk,
        after={"from": other},
    )


def request_deletion(account: Account, *, client: Client, by: User, named: Mapping[str, str], profile_id: str) -> None:
    """Ask Klaviyo to delete everybody with that address or number, or that id, for good. Raises GatewayError.

    `named`: exactly one of email, phone_number, id. The log keeps the profile's id at most.
    """
    known = {name: value for name, value in named.items() if name != "id"}
    person = {"type": "profile", **({"id": named["id"]} if "id" in named else {}), "attributes": known}
    body = {"type": "data-privacy-deletion-job", "attributes": {"profile": {"data": person}}}
    client.call("request_profile_deletion", body={"data": body})
    audit.record(
        team=account.team,
        actor=by,
        action="profile.deletion_requested",
        target=profile_id or "by address",
        account_id=account.pk,
    )
