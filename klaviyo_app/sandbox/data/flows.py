"""The flows and tags of a shop, as data."""

from __future__ import annotations

FLOWS: tuple[tuple[str, str, str], ...] = (
    ("Welcome series", "live", "Added to List"),
    ("Abandoned basket", "live", "Metric"),
    ("Browse reminder", "live", "Metric"),
    ("Thank you and review", "live", "Metric"),
    ("Win back after 240 days", "live", "Metric"),
    ("Birthday candle", "live", "Date Based"),
    ("Sunset, unengaged", "manual", "Added to List"),
    ("Back in stock: tents", "live", "Added to List"),
    ("Workshop confirmations", "live", "Metric"),
    ("Price drop", "draft", "Price Drop"),
    ("Low stock for the club", "draft", "Low Inventory"),
    ("Trail Club onboarding", "live", "Added to List"),
    ("Delivery delay notice", "manual", "Metric"),
    ("New idea", "draft", "Unconfigured"),
)
TAG_GROUPS: tuple[tuple[str, bool], ...] = (("Ungrouped Tags", False), ("Season", True), ("Team", False))
TAGS: tuple[tuple[str, str], ...] = (
    ("weekly", "Ungrouped Tags"),
    ("launch", "Ungrouped Tags"),
    ("sale", "Ungrouped Tags"),
    ("test", "Ungrouped Tags"),
    ("spring", "Season"),
    ("summer", "Season"),
    ("autumn", "Season"),
    ("winter", "Season"),
    ("kitchen", "Team"),
    ("outdoor", "Team"),
    ("stores", "Team"),
    ("loyalty", "Team"),
)
