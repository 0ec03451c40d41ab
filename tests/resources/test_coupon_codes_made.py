"""Codes from a pattern or from pasted text."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from klaviyo_app.resources.coupons.codes import PLACES, BadPattern, from_pattern, from_text


@given(st.integers(1, 500), st.integers(0, 2**32))
def test_as_many_different_codes_come_out_as_were_asked_for(count: int, seed: int) -> None:
    assert len(set(from_pattern("SALE-****", count, random=Random(seed)))) == count


@given(st.integers(0, 2**32))
def test_a_code_keeps_the_plain_signs_of_its_pattern(seed: int) -> None:
    code = from_pattern("VIP-@##*", 1, random=Random(seed))[0]
    assert code.startswith("VIP-")
    assert code[4] in PLACES["@"]
    assert set(code[5:7]) <= set(PLACES["#"])


def test_a_pattern_with_too_few_codes_is_refused() -> None:
    with pytest.raises(BadPattern, match="at least 2,000"):
        from_pattern("A#", 100, random=Random(0))


def test_a_pattern_with_a_space_is_refused() -> None:
    with pytest.raises(BadPattern, match="letters"):
        from_pattern("A B****", 1, random=Random(0))


def test_pasted_codes_are_told_apart() -> None:
    pasted = from_text('A1, B2;\n"C3"\tA1 d€')
    assert list(pasted.codes) == ["A1", "B2", "C3"]
    assert list(pasted.repeated) == ["A1"]
    assert list(pasted.bad) == ["d€"]


@given(st.text(max_size=300))
def test_no_pasted_text_breaks_it(text: str) -> None:
    found = from_text(text)
    assert not set(found.codes) & set(found.bad)
