"""Names and streets that the demo's people are put together from. Nobody real: addresses end in example domains."""

from __future__ import annotations

import json
from pathlib import Path

_NAMES: dict[str, list[str]] = json.loads(Path(__file__).with_name("names.json").read_text(encoding="utf-8"))
LAST: tuple[str, ...] = tuple(_NAMES["last"])
# With what Klaviyo's prediction says of the bearer.
FIRST: tuple[tuple[str, str], ...] = tuple(
    (name, gender) for gender in ("likely_female", "likely_male", "uncertain") for name in _NAMES[gender]
)
STREETS = (
    "Lindenweg",
    "Hafenstrasse",
    "Mill Lane",
    "Station Road",
    "Rue des Tilleuls",
    "Kirkegata",
    "Oak Street",
    "Am Bach",
)
DOMAINS = ("example.com", "example.org", "example.net")
