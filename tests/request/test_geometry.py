from __future__ import annotations

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.request import geometry, sampling
from studio.request.geometry import Rect, Size

rects = st.builds(Rect, *(st.integers(-50, 50),) * 2, *(st.integers(0, 60),) * 2)


def cells(rect: Rect) -> set[tuple[int, int]]:
    return {(x, y) for x in range(rect.x, rect.right) for y in range(rect.y, rect.bottom)}


@given(rects, rects)
def test_an_intersection_is_what_both_cover(a, b):
    assert cells(a.intersection(b)) == cells(a) & cells(b)


@given(rects, rects)
def test_a_union_holds_both(a, b):
    assert cells(a) | cells(b) <= cells(a.union(b))


@given(st.integers(1, 5000), st.integers(1, 5000), st.sampled_from([1, 8, 64]))
def test_rounding_up_covers_and_divides(width, height, multiple):
    size = Size(width, height).rounded_up(multiple)
    assert size.width >= width
    assert size.height >= height
    assert size.width - width < multiple
    assert size.width % multiple == size.height % multiple == 0


@pytest.mark.parametrize("ratio", [1, 3 / 2, 2 / 3, 16 / 9, 9 / 16, 21 / 9])
def test_a_ratio_keeps_the_area(ratio):
    size = Size(1024, 1024).with_ratio(ratio, 64)
    assert size.ratio == pytest.approx(ratio, rel=0.08)
    assert size.area == pytest.approx(1024 * 1024, rel=0.12)


@pytest.mark.parametrize("module", [geometry, sampling])
def test_the_examples_in_the_docstrings_hold(module):
    assert doctest.testmod(module).failed == 0
