"""The campaign form: what it catches before Klaviyo is asked, and what it makes of times."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from klaviyo_app.gateway.shapes import Strategy
from klaviyo_app.resources.campaigns.forms import CampaignForm, initial_of

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
GOOD = {
    "name": "Spring",
    "included": ["L1"],
    "subject": "Hello",
    "from_label": "Shop",
    "from_email": "shop@example.com",
    "method": "immediate",
    "smart_sending": "on",
}


def form(zone: str = "Europe/Copenhagen", **changes: Any) -> CampaignForm:
    return CampaignForm(
        {**GOOD, **changes},
        audiences=[(f"L{number}", f"List {number}") for number in range(1, 20)],
        templates=[("T1", "Letter")],
        revision="2026-07-15",
        zone=zone,
        now=NOW,
    )


def test_a_plain_campaign_is_accepted() -> None:
    assert form().is_valid()


def test_a_campaign_without_an_audience_is_refused() -> None:
    assert "included" in form(included=[]).errors


def test_the_same_audience_on_both_sides_is_refused() -> None:
    assert "excluded" in form(included=["L1", "L2"], excluded=["L2"]).errors


def test_what_is_chosen_stands_on_top_and_an_audience_that_is_gone_is_not_dropped_unseen() -> None:
    shown = CampaignForm(
        initial={"included": ["L7", "GONE"]},
        audiences=[(f"L{number}", f"List {number}") for number in range(1, 20)],
        templates=[],
        revision="2026-07-15",
        zone="UTC",
        now=NOW,
    )
    first = shown.fields["included"].choices[:3]  # type: ignore[attr-defined]
    assert first == [("GONE", "GONE (no longer there)"), ("L7", "List 7"), ("L1", "List 1")]


def test_an_audience_that_nobody_knows_is_refused() -> None:
    assert "included" in form(included=["NOBODY"]).errors


def test_more_audiences_than_klaviyo_allows_are_refused() -> None:
    assert "included" in form(included=[f"L{number}" for number in range(1, 17)]).errors


def test_a_fixed_time_is_read_in_the_accounts_zone() -> None:
    filled = form(method="static", at="2026-07-01T09:00")
    assert filled.is_valid()
    assert filled.strategy().at == datetime(2026, 7, 1, 7, 0, tzinfo=UTC)


def test_a_local_hour_is_written_as_if_it_were_utc() -> None:
    filled = form(method="static", at="2026-07-01T09:00", is_local="on")
    assert filled.is_valid()
    assert filled.strategy().at == datetime(2026, 7, 1, 9, 0, tzinfo=UTC)


def test_a_time_that_is_over_is_refused() -> None:
    assert "at" in form(method="static", at="2026-03-01T12:59").errors


def test_an_hour_that_summer_time_skips_is_refused() -> None:
    assert "at" in form(method="static", at="2026-03-29T02:30").errors


def test_a_time_that_is_none_is_refused_beside_its_field() -> None:
    assert "at" in form(method="static", at="tomorrow").errors


def test_a_throttled_send_needs_a_percentage() -> None:
    assert "percent" in form(method="throttled", at="2026-07-01T09:00").errors


def test_smart_send_time_needs_a_day_from_tomorrow_on() -> None:
    assert "day" in form(method="smart_send_time", day="2026-03-01").errors
    assert form(method="smart_send_time", day="2026-03-02").is_valid()


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"method": "static", "at": "2026-07-01T09:00"},
        {"method": "static", "at": "2026-07-01T09:00", "is_local": "on", "past_immediately": "on"},
        {"method": "throttled", "at": "2026-07-01T09:00", "percent": "20"},
        {"method": "smart_send_time", "day": "2026-07-01"},
    ],
)
def test_a_schedule_comes_back_into_the_form_as_it_was_typed(changes: dict[str, str]) -> None:
    from klaviyo_app.gateway.shapes import strategy_body

    filled = form(**changes)
    assert filled.is_valid(), filled.errors
    written = {"send_strategy": strategy_body(filled.strategy(), "2026-07-15")}
    shown = initial_of(written, {}, "Europe/Copenhagen")
    again = form(
        **{name: _typed(shown[name]) for name in ("method", "at", "is_local", "past_immediately", "percent", "day")}
    )
    assert again.is_valid(), again.errors
    assert again.strategy() == filled.strategy() != Strategy("none")


def _typed(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat(timespec="minutes")
    if isinstance(value, date):
        return value.isoformat()
    return "" if value in (None, False) else "on" if value is True else str(value)
