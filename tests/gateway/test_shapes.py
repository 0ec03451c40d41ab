from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from klaviyo_app.gateway import shapes
from klaviyo_app.gateway.shapes import Audiences, Message, Strategy

FLAT, NEW = "2024-10-15", "2026-07-15"
AT = dt.datetime(2026, 12, 1, 9, tzinfo=dt.UTC)
CONTENT = {"subject": "Hi", "from_email": "shop@example.com", "x_unknown": 1}


@pytest.mark.parametrize(
    ("strategy", "flat", "new"),
    [
        (Strategy(), {"method": "immediate"}, {"method": "immediate"}),
        (
            Strategy("static", at=AT),
            {"method": "static", "options_static": {"datetime": "2026-12-01T09:00:00+00:00", "is_local": False}},
            {"method": "static", "datetime": "2026-12-01T09:00:00+00:00", "options": {"is_local": False}},
        ),
        (
            Strategy("static", at=AT, is_local=True, past_immediately=True),
            {
                "method": "static",
                "options_static": {
                    "datetime": "2026-12-01T09:00:00+00:00",
                    "is_local": True,
                    "send_past_recipients_immediately": True,
                },
            },
            {
                "method": "static",
                "datetime": "2026-12-01T09:00:00+00:00",
                "options": {"is_local": True, "send_past_recipients_immediately": True},
            },
        ),
        (
            Strategy("throttled", at=AT, percent=25),
            {
                "method": "throttled",
                "options_throttled": {"datetime": "2026-12-01T09:00:00+00:00", "throttle_percentage": 25},
            },
            {"method": "throttled", "datetime": "2026-12-01T09:00:00+00:00", "throttle_percentage": 25},
        ),
        (
            Strategy("smart_send_time", day=dt.date(2026, 12, 1)),
            {"method": "smart_send_time", "options_sto": {"date": "2026-12-01"}},
            {"method": "smart_send_time", "date": "2026-12-01"},
        ),
    ],
)
def test_each_strategy_has_its_form_at_each_revision(strategy, flat, new):
    assert shapes.strategy_body(strategy, FLAT) == flat
    assert shapes.strategy_body(strategy, "2025-01-15") == new
    assert shapes.strategy_body(strategy, NEW) == new


moments = st.datetimes(dt.datetime(2020, 1, 1), dt.datetime(2030, 1, 1), timezones=st.just(dt.UTC)).map(  # noqa: DTZ001
    lambda one: one.replace(microsecond=0)
)
strategies = st.one_of(
    st.just(Strategy()),
    moments.map(lambda at: Strategy("static", at=at)),
    st.tuples(moments, st.booleans()).map(lambda p: Strategy("static", at=p[0], is_local=True, past_immediately=p[1])),
    st.tuples(moments, st.sampled_from(shapes.THROTTLES)).map(lambda p: Strategy("throttled", at=p[0], percent=p[1])),
    st.dates().map(lambda day: Strategy("smart_send_time", day=day)),
)


@given(strategies, st.sampled_from([FLAT, "2025-01-15", NEW]))
def test_a_strategy_reads_back_as_it_was_written(strategy, revision):
    assert shapes.read_strategy({"send_strategy": shapes.strategy_body(strategy, revision)}) == strategy


@pytest.mark.parametrize(
    "strategy",
    [
        Strategy("static"),
        Strategy("static", at=dt.datetime(2026, 1, 1)),  # noqa: DTZ001 - the mistake to be found
        Strategy("throttled", at=AT, percent=12),
        Strategy("smart_send_time"),
        Strategy("ab_test_campaign"),
    ],
)
def test_what_cannot_be_written_is_refused(strategy):
    with pytest.raises(ValueError, match=r"."):
        shapes.strategy_body(strategy, NEW)


def test_slow_throttles_came_with_the_newest_revision():
    assert shapes.strategy_body(Strategy("throttled", at=AT, percent=2), NEW)["throttle_percentage"] == 2
    with pytest.raises(ValueError, match="not offered"):
        shapes.strategy_body(Strategy("throttled", at=AT, percent=2), "2025-01-15")


@pytest.mark.parametrize("raw", [None, "x", {}, {"method": None}, {"method": "static", "datetime": "soon"}])
def test_a_strange_strategy_is_read_without_harm(raw):
    assert isinstance(shapes.read_strategy({"send_strategy": raw}), Strategy)


def test_an_ab_test_is_read_and_known_as_not_writable():
    assert not shapes.read_strategy({"send_strategy": {"method": "ab_test_campaign"}}).writable


def resource(revision: str) -> dict[str, Any]:
    message = Message("", "email", "L", dict(CONTENT))
    return {"type": "campaign-message", "id": "01M", "attributes": shapes.message_body(message, revision)}


@pytest.mark.parametrize("revision", [FLAT, NEW])
def test_a_message_reads_the_same_from_both_shapes(revision):
    found = shapes.read_message(resource(revision))
    assert (found.id, found.channel, found.label, found.content) == ("01M", "email", "L", CONTENT)


def test_the_channel_stands_flat_or_in_the_definition():
    assert resource(FLAT)["attributes"]["channel"] == "email"
    assert resource(NEW)["attributes"]["definition"]["channel"] == "email"


@pytest.mark.parametrize(("read_at", "write_at"), [(FLAT, NEW), (NEW, NEW), (NEW, FLAT), (FLAT, FLAT)])
def test_an_update_keeps_what_was_not_changed(read_at, write_at):
    live = shapes.read_message(resource(read_at))
    body = shapes.message_update(live, {"subject": "New"}, write_at)["data"]
    attributes = body["attributes"]
    inner = attributes["definition"] if write_at == NEW else attributes
    assert body["id"] == "01M"
    assert inner["content"] == {**CONTENT, "subject": "New"}
    assert ("channel" in inner) is (write_at == NEW)


def test_none_clears_a_field():
    live = shapes.read_message(resource(NEW))
    content = shapes.message_update(live, {"from_email": None}, NEW)["data"]["attributes"]["definition"]["content"]
    assert "from_email" not in content


def test_read_only_times_of_the_flat_shape_are_not_sent_back():
    flat = resource(FLAT)
    flat["attributes"] |= {"created_at": "x", "send_times": []}
    attributes = shapes.message_update(shapes.read_message(flat), {}, FLAT)["data"]["attributes"]
    assert set(attributes) == {"label", "content"}


def test_render_options_never_go_out_on_an_email():
    flat = resource(FLAT)
    flat["attributes"]["render_options"] = {"shorten_links": True}
    assert "render_options" not in repr(shapes.message_update(shapes.read_message(flat), {}, NEW))


def test_an_sms_keeps_its_render_options():
    live = Message("01M", "sms", "", {"body": "Hi"}, {"channel": "sms", "render_options": {"shorten_links": True}})
    inner = shapes.message_update(live, {"body": "Ho"}, NEW)["data"]["attributes"]["definition"]
    assert inner == {"channel": "sms", "render_options": {"shorten_links": True}, "content": {"body": "Ho"}}


def test_a_campaign_update_holds_only_what_changes():
    body = shapes.campaign_update("01C", revision=NEW, name="N")
    assert body == {"data": {"type": "campaign", "id": "01C", "attributes": {"name": "N"}}}


@pytest.mark.parametrize("raw", [None, {}, {"included": None, "excluded": None}, {"included": ["A"], "excluded": []}])
def test_audiences_are_read_with_null_as_none(raw):
    assert shapes.read_audiences({"audiences": raw}).excluded == ()


@pytest.mark.parametrize("strategy", [Strategy(), Strategy("static", at=AT), Strategy("throttled", at=AT, percent=50)])
def test_a_new_campaign_is_one_that_the_official_sdk_accepts(strategy):
    """The SDK's strict model, and nothing in our body that it does not know. It speaks 2026-07-15."""
    from openapi_client.models.campaign_create_query import CampaignCreateQuery

    content = {"subject": "Hi", "from_email": "shop@example.com", "from_label": "Shop", "preview_text": "p"}
    body = shapes.campaign_body(
        name="N",
        audiences=Audiences(("L1",), ("S1",)),
        message=Message("", "email", "L", content),
        revision=NEW,
        strategy=strategy,
        send_options={"use_smart_sending": True},
    )
    model = CampaignCreateQuery.model_validate(body)
    assert model.data.attributes.name == "N"
    messages = model.to_dict()["data"]["attributes"]["campaign-messages"]["data"]
    assert messages[0]["attributes"]["definition"]["content"]["subject"] == "Hi"
