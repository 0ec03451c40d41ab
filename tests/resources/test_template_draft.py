"""The quick look at an unsaved template."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from klaviyo_app.resources.email_templates.draft import MAX_BYTES, TooLarge, render

TODAY = date(2026, 11, 23)


def drawn(source: str, **context: object) -> str:
    return render(source, context, today=TODAY)


def test_a_name_is_filled_in_from_the_context() -> None:
    assert drawn("Hello {{ first_name }}!", first_name="Ada") == "Hello Ada!"


def test_a_value_cannot_bring_markup() -> None:
    assert drawn("{{ name }}", name="<script>") == "&lt;script&gt;"


def test_a_missing_name_prints_nothing() -> None:
    assert drawn("Hello {{ first_name }}!") == "Hello !"


def test_default_stands_in_for_a_missing_name() -> None:
    assert drawn("Hello {{ first_name|default:'friend' }}!") == "Hello friend!"


def test_lookup_reads_an_odd_name() -> None:
    assert drawn("{{ person|lookup:'Shoe size' }}", person={"Shoe size": 41}) == "41"


def test_a_dotted_path_reaches_into_mappings_only() -> None:
    assert drawn("{{ a.__class__ }}", a="text") == ""


@pytest.mark.parametrize(("vip", "shown"), [(True, "gold"), (False, "silver")])
def test_a_branch_shows_one_side(vip: bool, shown: str) -> None:
    assert drawn("{% if vip %}gold{% else %}silver{% endif %}", vip=vip) == shown


def test_branches_nest() -> None:
    source = "{% if a %}A{% if b %}B{% endif %}{% endif %}C"
    assert drawn(source, a=False, b=True) == "C"


def test_an_unknown_tag_stays_in_view() -> None:
    assert drawn("{% catalog x %}") == "{% catalog x %}"


def test_an_unknown_filter_stays_in_view() -> None:
    assert drawn("{{ price|floatformat:2 }}", price=1) == "{{ price|floatformat:2 }}"


def test_unsubscribe_prints_a_link() -> None:
    assert drawn("{% unsubscribe 'Leave' %}") == '<a href="#">Leave</a>'


def test_a_huge_draft_is_refused() -> None:
    with pytest.raises(TooLarge):
        drawn("x" * (MAX_BYTES + 1))


@given(st.text(alphabet="{}%|.'\" abif_endelsx\n", max_size=200))
def test_no_draft_breaks_it(source: str) -> None:
    assert isinstance(drawn(source, a="1"), str)
