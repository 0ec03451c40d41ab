"""What our templates may call: icons, numbers, times. Each returns text that autoescape still guards."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import formats, timezone
from django.utils.dates import MONTHS_3
from django.utils.timesince import timesince
from django.utils.translation import get_language, gettext
from markupsafe import Markup
from tablericons.jinja import icon as _tabler

_SAID_BY_THE_STYLE = re.compile(r' (fill="none"|stroke="currentColor"|stroke-width="2"|stroke-line(cap|join)="round")')


@lru_cache(maxsize=512)
def icon(name: str, size: int = 20, label: str = "") -> Markup:
    """A Tabler icon as inline SVG, by its name in the outline set; decorative unless `label` says what it means."""
    spoken = {"role": "img", "aria-label": label} if label else {"aria-hidden": "true"}
    drawn = str(_tabler(f"outline/{name}", size=size, **{"class": "icon", **spoken}))
    # A page has thirty of them: how they are drawn is said once, in site.css.
    return Markup(_SAID_BY_THE_STYLE.sub("", drawn).replace("\n", ""))  # noqa: S704  the library's own SVG


def number(value: float | None) -> str:
    """12345 -> "12,345", 3.0 -> "3"; None -> a dash."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "–" if value is None else formats.number_format(value, use_l10n=True, force_grouping=True)


def percent(value: float | None) -> str:
    """0.3881 -> "38.8%"; below a percent two decimals, so that "0.04%" is not nothing; None -> a dash."""
    if value is None:
        return "–"
    places = 2 if 0 < abs(value) < 0.01 else 1
    return f"{formats.number_format(value * 100, decimal_pos=places, use_l10n=True)}%"


def money(value: float | None, currency: str = "") -> str:
    """1234.5, "EUR" -> "1,234.50 EUR", not to be broken; None -> a dash."""
    if value is None:
        return "–"
    amount = formats.number_format(value, decimal_pos=2, use_l10n=True, force_grouping=True)
    return f"{amount}\u00a0{currency}" if currency else amount


def when(value: datetime | None, zone: str | None = None) -> str:
    """A date and time in the reader's zone or in `zone` (an IANA name), broken before the hour only; None -> a dash."""
    if value is None:
        return "–"
    try:
        local = timezone.localtime(value, ZoneInfo(zone) if zone else None)
    except OverflowError:  # "never", written as the last minute of the year 9999, has no such hour in each zone
        local = value
    month = _month(local.month, get_language() or "")
    return f"{local.day}\u00a0{month}\u00a0{local.year}, {local.hour:02}:{local.minute:02}"


@lru_cache(maxsize=256)
def _month(number: int, _language: str) -> str:
    """A month's short name; Django's own formatting costs a third of a table's time."""
    return str(MONTHS_3[number]).title()


def ago(value: datetime | None) -> str:
    """Such as "3 minutes ago"; None -> "never"."""
    if value is None:
        return gettext("never")
    if (timezone.now() - value).total_seconds() < 60:
        return gettext("just now")
    return gettext("%(time)s ago") % {"time": timesince(value, depth=1)}


def spoken(action: str) -> str:
    """An action of the audit log as words: "tag_group.created" -> "Tag group created"."""
    return gettext(action.replace(".", " ").replace("_", " ").capitalize())


def spelled(value: Any) -> str:
    """A value of somebody's own as a person reads it: True -> "yes", ["a", "b"] -> "a, b"; what is nested as JSON."""
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if value in (None, "", [], {}):
        return "–"
    if isinstance(value, list) and not any(isinstance(one, (list, dict)) for one in value):
        return ", ".join(spelled(one) for one in value)
    return json.dumps(value, ensure_ascii=False) if isinstance(value, (list, dict)) else str(value)


FILTERS: dict[str, Callable[..., Any]] = {
    "number": number,
    "percent": percent,
    "money": money,
    "when": when,
    "ago": ago,
    "spoken": spoken,
    "spelled": spelled,
}
