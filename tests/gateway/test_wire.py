from __future__ import annotations

import contextlib
import datetime as dt
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from klaviyo_app.gateway import answers, wire
from klaviyo_app.gateway.catalogue import OPERATIONS
from klaviyo_app.gateway.errors import GatewayError
from klaviyo_app.gateway.filters import NotAllowed

NOW = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
BASE = "https://gateway.example"


@given(st.text(max_size=40))
@example("..")
@example(".")
@example("../accounts")
@example("A/../../accounts")
@example("A\\..\\B")
@example("A?filter=x")
@example("A#frag")
@example("A%2f..%2faccounts")
@example("%2e%2e")
@example("A\r\nX-Evil: 1")
@example("$custom:::$default:::SKU-1")
@example("@evil.example/")
def test_no_id_leads_out_of_its_operation(value):
    try:
        request = wire.prepare(
            OPERATIONS["get_list"], base=BASE, ids={"id": value}, revision="2026-07-15", connection_id="c"
        )
    except (NotAllowed, UnicodeEncodeError):
        return
    parts = urlsplit(request.url)
    assert (parts.netloc, parts.query, parts.fragment) == ("gateway.example", "", "")
    prefix, _, last = parts.path.rpartition("/")
    assert prefix == "/klaviyo/api/lists"
    assert unquote(last) == value
    assert not any(part in (".", "..") for part in unquote(parts.path).split("/"))
    assert "\r" not in request.url + unquote(last)


@pytest.mark.parametrize("value", ["", ".", "..", "a/../b", "a\nb", "a\x00"])
def test_an_id_that_is_none_is_refused(value):
    with pytest.raises(NotAllowed):
        wire.path_of(OPERATIONS["get_list"], {"id": value})


def test_a_missing_or_surplus_id_is_refused():
    with pytest.raises(NotAllowed):
        wire.path_of(OPERATIONS["get_list"], {})
    with pytest.raises(NotAllowed):
        wire.path_of(OPERATIONS["get_lists"], {"id": "A"})


@pytest.mark.parametrize("connection", ["", "a b", "a\r\nX: y", "x" * 200])
def test_no_call_to_klaviyo_goes_without_a_proper_connection(connection):
    with pytest.raises(NotAllowed):
        wire.prepare(OPERATIONS["get_lists"], base=BASE, ids={}, revision="2026-07-15", connection_id=connection)


@given(st.lists(st.tuples(st.text(min_size=1), st.text(min_size=1)), max_size=5))
def test_parameters_come_out_as_they_went_in(params):
    from urllib.parse import parse_qsl

    try:
        request = wire.prepare(
            OPERATIONS["get_lists"], base=BASE, ids={}, params=params, revision="2026-07-15", connection_id="c"
        )
    except UnicodeEncodeError:
        return
    assert parse_qsl(urlsplit(request.url).query, keep_blank_values=True, strict_parsing=False) == params


def test_a_request_shows_neither_body_nor_key():
    body = {"data": {"attributes": {"email": "person@example.com"}}}
    request = wire.prepare(
        OPERATIONS["create_profile"], base=BASE, ids={}, body=body, revision="2026-07-15", connection_id="c"
    )
    assert "person@example.com" not in repr(request)


@pytest.mark.parametrize(
    ("link", "cursor"),
    [
        (None, None),
        ("", None),
        ("https://a.klaviyo.com/api/lists?page%5Bcursor%5D=abc%3D%3D", "abc=="),
        ("https://a.klaviyo.com/api/lists?filter=x&page[cursor]=abc", "abc"),
        ("/api/lists?page%5Bcursor%5D=abc", "abc"),
    ],
)
def test_the_cursor_is_taken_from_the_link(link, cursor):
    assert wire.cursor_of(link) == cursor


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example/?page[cursor]=a",
        "https://a.klaviyo.com@evil.example/?page[cursor]=a",
        "https://a.klaviyo.com.evil.example/?page[cursor]=a",
        "https://a.klaviyo.com/api/lists",
        "https://a.klaviyo.com/api/lists?page[cursor]=a&page[cursor]=b",
        7,
    ],
)
def test_a_link_that_is_no_next_page_is_an_error(link):
    with pytest.raises(ValueError, match=r"links\.next"):
        wire.cursor_of(link)


@pytest.mark.parametrize(
    ("asked", "today", "served"),
    [
        ("2024-10-15", dt.date(2026, 11, 23), "2025-01-15"),
        ("2024-10-15", dt.date(2026, 10, 14), "2024-10-15"),
        ("2025-01-15", dt.date(2026, 11, 23), "2025-01-15"),
        ("2025-01-15", dt.date(2027, 1, 15), "2025-04-15"),
        ("2026-07-15", dt.date(2026, 11, 23), "2026-07-15"),
        ("2026-10-15", dt.date(2026, 11, 23), "2026-10-15"),
    ],
)
def test_a_retired_revision_is_served_as_the_oldest_living_one(asked, today, served):
    assert wire.served_revision(asked, today) == served


@pytest.mark.parametrize(
    ("text", "wait"),
    [
        ("7", 7),
        ("0", 0),
        ("-5", 0),
        ("1e9", 3600),
        ("nan", 1),
        ("soon", 1),
        ("", 1),
        ("Mon, 23 Nov 2026 12:00:30 GMT", 30),
        ("Mon, 23 Nov 2026 11:00:00 GMT", 0),
    ],
)
def test_retry_after_is_read_as_seconds_or_date_within_bounds(text, wait):
    assert answers.retry_after_s({"retry-after": text}, NOW) == wait


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["errors", "error", "message", "detail", "source", "meta", "data", "pointer"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=500)
@given(st.integers(300, 599), json_values, st.sampled_from(["get_lists", "create_list", "list_connections"]))
def test_every_error_body_whatever_it_is_becomes_a_typed_error(status, document, name):
    error = answers.error_of(OPERATIONS[name], status, {}, document, now=NOW)
    assert error.sentence
    assert error.next_step
    assert error.status == status


@given(st.binary(max_size=40), st.integers(200, 299))
def test_no_body_raises_anything_but_a_typed_error(body, status):
    with contextlib.suppress(GatewayError):
        assert answers.read(OPERATIONS["get_lists"], status, {}, body, now=NOW).document is not None
