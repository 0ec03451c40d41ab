"""A profile as Klaviyo gives it, for the servers of the benchmarks."""

from __future__ import annotations

from typing import Any

SIZE = 100


def profile(number: int) -> dict[str, Any]:
    """A whole resource; everything in it that can differ differs by the number."""
    identifier = f"01GDDKASAP8TKDDA2GRZ{number:06d}"
    return {
        "type": "profile",
        "id": identifier,
        "attributes": {
            "email": f"person{number}@example.com",
            "phone_number": "+15005550006",
            "external_id": str(number),
            "first_name": "Ada",
            "last_name": "Example",
            "organization": "Example Ltd",
            "locale": "en-GB",
            "title": "Engineer",
            "image": None,
            "created": "2025-01-01T00:00:00+00:00",
            "updated": "2026-01-01T00:00:00+00:00",
            "last_event_date": "2026-01-01T00:00:00+00:00",
            "location": {
                "address1": "1 Example Street",
                "city": "London",
                "country": "United Kingdom",
                "latitude": 51.5,
                "longitude": -0.1,
                "region": "England",
                "zip": "EC1",
                "timezone": "Europe/London",
                "ip": "192.0.2.1",
            },
            "properties": {f"property {index}": f"value {number} {index}" * 3 for index in range(20)},
        },
        "relationships": {
            name: {
                "links": {
                    "self": f"https://a.klaviyo.com/api/profiles/{identifier}/relationships/{name}/",
                    "related": f"https://a.klaviyo.com/api/profiles/{identifier}/{name}/",
                }
            }
            for name in ("lists", "segments", "push-tokens")
        },
        "links": {"self": f"https://a.klaviyo.com/api/profiles/{identifier}/"},
    }
