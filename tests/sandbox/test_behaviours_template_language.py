"""The sandbox's template language."""

from __future__ import annotations

import datetime as dt

import pytest

from klaviyo_app.sandbox.behaviours.template_language import render
from klaviyo_app.sandbox.behaviours.template_tags import Surroundings
from klaviyo_app.sandbox.behaviours.template_values import TemplateError

AROUND = Surroundings(now=dt.datetime(2026, 11, 23, 9, 5, tzinfo=dt.UTC), currency="EUR")


def shown(source: str, **context: object) -> str:
    return render(source, context, AROUND)


@pytest.mark.parametrize(
    ("source", "printed"),
    [
        ("Hi {{ first_name|default:'there' }}", "Hi Ann"),
        ("{{ person.city }}/{{ person|lookup:'Odd Name' }}", "Graz/yes"),
        ("{{ nobody.knows.this }}!", "!"),
        ("{{ items.1.name|upper }}", "CUP"),
        ("{% if person.city == 'Graz' and not vip %}a{% elif vip %}b{% else %}c{% endif %}", "a"),
        ("{% if missing or 'x' in first_name %}a{% else %}b{% endif %}", "b"),
        ("{% if price >= 10 %}dear{% endif %}", "dear"),
        (
            "{% for i in items %}{{ forloop.counter }}{{ i.name }}{% if not forloop.last %},{% endif %}{% endfor %}",
            "1tent,2cup",
        ),
        ("{% for i in none %}x{% empty %}nothing{% endfor %}", "nothing"),
        ("{% with a=first_name b=2 %}{{ a }}{{ b }}{% endwith %}", "Ann2"),
        ("{% today '%Y-%m-%d' %} {% today 'F j, Y' %}", "2026-11-23 November 23, 2026"),
        ("{% currency_format price %}", "€12.50"),
        ("{% coupon_code 'Winter' %}", "WINTER"),
        ("{{ evil }}{{ evil|safe }}", "&lt;b&gt;<b>"),
        ("a{# note #}b{% comment %} {{ x }} {% endcomment %}c", "abc"),
    ],
)
def test_a_template_prints(source: str, printed: str) -> None:
    context = {
        "first_name": "Ann",
        "person": {"city": "Graz", "Odd Name": "yes"},
        "items": [{"name": "tent"}, {"name": "cup"}],
        "price": 12.5,
        "evil": "<b>",
        "none": [],
    }
    assert shown(source, **context) == printed


def test_the_unsubscribe_tag_prints_a_link_with_its_own_words() -> None:
    assert shown("{% unsubscribe 'Leave' %}").endswith(">Leave</a>")


def test_attributes_of_objects_are_out_of_reach() -> None:
    assert shown("{{ first_name.__class__ }}{{ first_name.upper }}", first_name="Ann") == ""


@pytest.mark.parametrize(
    "source",
    [
        "{% if a %}open",
        "{% for x of y %}{% endfor %}",
        "{% load evil %}",
        "{{ a|nosuch }}",
        "{{ a() }}",
        "{% if a == %}{% endif %}",
        "{% endif %}",
    ],
)
def test_a_broken_template_is_refused(source: str) -> None:
    with pytest.raises(TemplateError):
        shown(source)


def test_loops_inside_loops_end_at_the_limit_of_steps() -> None:
    many = list(range(300))
    source = "{% for a in many %}{% for b in many %}{{ b }}{% endfor %}{% endfor %}"
    with pytest.raises(TemplateError, match="steps"):
        shown(source, many=many)


def test_a_value_that_doubles_itself_ends_at_the_limit_of_size() -> None:
    source = "{% with a=a|add:a %}" * 30 + "{{ a }}" + "{% endwith %}" * 30
    with pytest.raises(TemplateError, match="characters"):
        shown(source, a="x" * 100)
