"""The metrics of a shop: name, and whose integration counts it."""

from __future__ import annotations

from typing import Any

KLAVIYO, SHOP, API = "Klaviyo", "Shopify", "API"

METRICS: tuple[tuple[str, str], ...] = (
    ("Received Email", KLAVIYO),
    ("Opened Email", KLAVIYO),
    ("Clicked Email", KLAVIYO),
    ("Bounced Email", KLAVIYO),
    ("Marked Email as Spam", KLAVIYO),
    ("Dropped Email", KLAVIYO),
    ("Subscribed to Email Marketing", KLAVIYO),
    ("Unsubscribed from Email Marketing", KLAVIYO),
    ("Subscribed to List", KLAVIYO),
    ("Unsubscribed from List", KLAVIYO),
    ("Received SMS", KLAVIYO),
    ("Clicked SMS", KLAVIYO),
    ("Form submitted by profile", KLAVIYO),
    ("Active on Site", API),
    ("Viewed Product", API),
    ("Added to Cart", API),
    ("Started Checkout", SHOP),
    ("Placed Order", SHOP),
    ("Ordered Product", SHOP),
    ("Fulfilled Order", SHOP),
    ("Cancelled Order", SHOP),
    ("Refunded Order", SHOP),
    ("Submitted review", API),
    ("Booked workshop", API),
)
_KEYS = {KLAVIYO: "klaviyo", SHOP: "shopify", API: "api"}
_CATEGORIES = {KLAVIYO: "Internal", SHOP: "eCommerce", API: "API"}


def integration(name: str) -> dict[str, Any]:
    """A metric's integration, with an opaque id (recorded answers)."""
    key = _KEYS[name]
    return {
        "object": "integration",
        "id": {"klaviyo": "0rG8eQ", "shopify": "0eMvjm", "api": "7FtS4J"}[key],
        "key": key,
        "name": name,
        "category": _CATEGORIES[name],
    }
