"""Finding a line by a few of its letters."""

import pytest

from studio.ui.fuzzy import match


@pytest.mark.parametrize(
    ("query", "text"),
    [("zoom", "Zoom in"), ("zi", "Zoom in"), ("in zoom", "Zoom in"), ("pnl", "Hide all panels"), ("", "Anything")],
)
def test_found(query, text):
    assert match(query, text) is not None


@pytest.mark.parametrize(("query", "text"), [("zx", "Zoom in"), ("nioz", "Zoom in"), ("zoom out", "Zoom in")])
def test_not_found(query, text):
    assert match(query, text) is None


@pytest.mark.parametrize(
    ("query", "better", "worse"),
    [
        ("gen", "Generate", "Angen things"),
        ("seed", "New seed", "Show everything denser"),
        ("can", "Cancel", "Put on canvas"),
        ("zo", "Zoom in", "Put the horizon on"),
    ],
)
def test_the_start_of_a_word_counts_more_than_its_middle(query, better, worse):
    assert match(query, better).score > (match(query, worse).score if match(query, worse) else float("-inf"))


def test_the_letters_that_matched_are_told():
    assert match("ne", "Generate").places == (2, 3)
    assert match("zi", "Zoom in").places == (0, 5)
