"""The frame of every page: navigation, and the teams and accounts that can be switched to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise, SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from dashboard.access import Right
from dashboard.teams.models import Member
from klaviyo_app.accounts.models import Health
from klaviyo_app.pages.statuses import Pill


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of an account's navigation. `section`: the first part of the URL names that belong to it.

    `more`: it stands in the menu at the end of the row, where there is room for any number.
    """

    label: str | Promise
    url_name: str
    icon: str
    section: str
    right: Right = Right.VIEW
    more: bool = False


ENTRIES = (
    Entry(_("Overview"), "account", "layout-dashboard", "account"),
    Entry(_("Lists"), "lists", "users", "list"),
    Entry(_("Segments"), "segments", "users-group", "segment"),
    Entry(_("Profiles"), "profiles", "user-circle", "profile"),
    Entry(_("Campaigns"), "campaigns", "speakerphone", "campaign"),
    Entry(_("Flows"), "flows", "sitemap", "flow"),
    Entry(_("Templates"), "templates", "template", "template"),
    Entry(_("Sends"), "sends", "send", "send"),
    Entry(_("Coupons"), "coupons", "rosette-discount", "coupon", more=True),
    Entry(_("Events"), "events", "activity", "event", more=True),
    Entry(_("Catalog"), "catalog-items", "shopping-bag", "catalog", more=True),
    Entry(_("Images"), "images", "photo", "image", more=True),
    Entry(_("Metrics"), "metrics", "chart-line", "metric", more=True),
    Entry(_("Results"), "results", "chart-bar", "results", more=True),
    Entry(_("Tags"), "tags", "tags", "tag", more=True),
    Entry(_("Webhooks"), "webhooks", "webhook", "webhook", more=True),
    Entry(_("Jobs"), "jobs", "progress-check", "job", more=True),
)
HEALTH = {
    Health.WORKING: Pill(_("working"), "good", "circle-check"),
    Health.SLOW: Pill(_("slow"), "warning", "clock"),
    Health.RIGHTS_MISSING: Pill(_("rights missing"), "warning", "key"),
    Health.GATEWAY_TROUBLE: Pill(_("gateway trouble"), "warning", "cloud-off"),
    Health.NEEDS_RECONNECTING: Pill(_("needs reconnecting"), "bad", "plug-connected-x"),
    Health.DISCONNECTED: Pill(_("disconnected"), "neutral", "plug-x"),
}


def health(value: str, *, connected: bool) -> Pill:
    """An account's health as it is shown; without a connection it is disconnected, whatever was measured last."""
    return HEALTH[Health(value) if connected else Health.DISCONNECTED]


@dataclass(slots=True)
class TeamEntry:
    """A team of the person's with its accounts, as the header lists them."""

    name: str
    slug: str
    accounts: list[dict[str, Any]] = field(default_factory=list)


@dataclass(slots=True)
class Membership:
    """What teams/_switcher.html needs of a membership."""

    team_id: int
    team: TeamEntry


def frame(request: HttpRequest, *, part: bool) -> dict[str, Any]:
    """What the layout needs; a part alone needs no navigation and costs no queries."""
    account = getattr(request, "account", None)
    member = getattr(request, "member", None)
    values: dict[str, Any] = {"account": account, "member": member, "request": request}
    if part:
        return values
    if account is not None and member is not None:
        values["navigation"] = list(_navigation(request, account.pk, member))
        values["account_health"] = health(account.health, connected=account.connected)
    return values


def _navigation(request: HttpRequest, account_id: int, member: Member) -> Iterator[dict[str, Any]]:
    name = (request.resolver_match.url_name if request.resolver_match else "") or ""
    for entry in ENTRIES:
        address = address_of(entry.url_name, account_id)
        if address and member.may(entry.right):
            current = name.partition("-")[0] in {entry.section, entry.url_name}
            shown = {"label": entry.label, "icon": entry.icon, "url": address, "current": current}
            yield {**shown, "more": entry.more}


def address_of(url_name: str, account_id: int) -> str:
    """An account page's address, "" where there is no such page."""
    try:
        return reverse(url_name, kwargs={"account_id": account_id})
    except NoReverseMatch:
        return ""


def switcher(request: HttpRequest) -> dict[str, Any]:
    """Context of every page (settings.TEMPLATES): the person's teams and accounts, read where a header is drawn."""
    mine = SimpleLazyObject(lambda: memberships(request))
    switchable = SimpleLazyObject(lambda: [one.team for one in mine if one.team.accounts])  # type: ignore[attr-defined]
    return {"my_teams": lambda: mine, "switchable": switchable}


def memberships(request: HttpRequest) -> list[Membership]:
    """The person's teams with their accounts, in one query."""
    if not request.user.is_authenticated:
        return []
    account = ("pk", "name", "health", "connection_id")
    columns = ("team_id", "team__name", "team__slug", *(f"team__accounts__{name}" for name in account))
    asked = Member.objects.filter(user_id=request.user.pk).order_by("team__name", "team_id", "team__accounts__name")
    found: dict[int, Membership] = {}
    for row in asked.values(*columns):
        mine = found.setdefault(
            row["team_id"], Membership(row["team_id"], TeamEntry(row["team__name"], row["team__slug"]))
        )
        pk, name, measured, connection = (row[f"team__accounts__{one}"] for one in account)
        if pk is not None:
            shown = health(measured, connected=bool(connection))
            mine.team.accounts.append({"pk": pk, "name": name, "health": shown, "url": address_of("account", pk)})
    return list(found.values())
