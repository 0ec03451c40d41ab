"""How far people live from a postal code. Pure.

Which postal code lies where is known of the towns in places.py alone; from another one nobody's distance can be told.
Concluded: as the crow flies.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import asin, cos, radians, sin, sqrt
from typing import Any

from klaviyo_app.sandbox.behaviours.segment_filters import numeric
from klaviyo_app.sandbox.places import PLACES

_CENTRES = {(one.country_code, one.zip): (one.latitude, one.longitude) for one in PLACES}
_EARTH_KM, _MILE_KM = 6371.0, 1.609344


def is_near(condition: Mapping[str, Any], location: Mapping[str, Any]) -> bool:
    """Whether a location is as far from the condition's postal code as its filter asks."""
    centre = _CENTRES.get((str(condition["country_code"]).upper(), str(condition["postal_code"])))
    try:
        place = float(location["latitude"]), float(location["longitude"])
    except (KeyError, TypeError, ValueError):
        return False
    if centre is None:
        return False
    km = kilometres(centre, place)
    return numeric(condition["filter"], km if condition["unit"] == "kilometers" else km / _MILE_KM)


def kilometres(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Between two places (latitude, longitude in degrees), by the haversine formula."""
    north, south = radians(one[0]), radians(other[0])
    turned = radians(other[1] - one[1])
    part = sin((south - north) / 2) ** 2 + cos(north) * cos(south) * sin(turned / 2) ** 2
    return 2 * _EARTH_KM * asin(sqrt(part))
