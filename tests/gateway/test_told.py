from __future__ import annotations

import pytest

from klaviyo_app.gateway.catalogue import OPERATIONS
from klaviyo_app.gateway.catalogue.operation import XS, L, M
from klaviyo_app.gateway.query import Query
from klaviyo_app.gateway.told import Told, told
from klaviyo_app.sandbox.limits import headers_of
from tests.gateway.wire_server import reply


def headers(limit: str, left: str = "1", ends: str = "30") -> dict[str, str]:
    return {"ratelimit-limit": limit, "ratelimit-remaining": left, "ratelimit-reset": ends}


def test_the_headers_are_read_as_the_other_side_writes_them():
    written = headers_of(M, {1: 9, 60: 4}, 130.0)
    assert told({name.lower(): value for name, value in written.items()}) == Told({1: 10, 60: 150}, 60, 4, 50)


def test_a_daily_window_is_read():
    assert told(headers("225, 1;w=1, 2;w=60, 225;w=86400", ends="4000")) == Told(
        {1: 1, 60: 2, 86_400: 225}, 86_400, 1, 4000
    )


@pytest.mark.parametrize(
    "given",
    [
        {},
        headers(""),
        headers("150"),
        headers("150, 10;w=1, 150;w=60", left="x"),
        headers("150, 10;w=1, 150;w=60", left="151"),
        headers("150, 10;w=1, 150;w=60", left="-1"),
        headers("150, 10;w=1, 150;w=60", ends="61"),
        headers("99, 10;w=1, 150;w=60"),
        headers("7, 7;w=7"),
        headers("0, 0;w=60", left="0"),
    ],
)
def test_headers_without_sense_say_nothing(given):
    assert told(given) is None


@pytest.mark.parametrize(
    ("name", "query", "limit"),
    [
        ("get_list", Query(additional_fields={"list": ("profile_count",)}), XS),
        ("get_profiles", Query(additional_fields={"profile": ("subscriptions", "predictive_analytics")}), M),
        ("get_profile", Query(include=("lists",)), XS),
        ("get_profile", Query(), L),
    ],
)
def test_what_has_windows_of_its_own_counts_in_them(serve, client_to, name, query, limit):
    path = {"id": "A"} if "{id}" in OPERATIONS[name].path else {}
    request = client_to(serve(reply(200))).request(name, path=path, query=query)
    assert (request.limit, request.bucket != name) == (limit, limit != L)
