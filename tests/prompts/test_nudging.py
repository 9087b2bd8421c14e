"""Ctrl+Up and Ctrl+Down on words, brackets and tags."""

from __future__ import annotations

import pytest

from studio.prompts.nudging import nudged


@pytest.mark.parametrize(
    ("typed", "by", "expected"),
    [  # | is the cursor, || the ends of a selection
        ("a r|ed fox", 0.1, "a (red:1.1) fox"),
        ("a (re|d:1.1) fox", 0.1, "a (red:1.2) fox"),
        ("a (re|d:1.1) fox", -0.1, "a red fox"),
        ("a (re|d) fox", 0.1, "a (red:1.2) fox"),
        ("a |red fox| b", 0.1, "a (red fox:1.1) b"),
        ("a ((r|ed:1.5) fox:1.2)", -0.1, "a ((red:1.4) fox:1.2)"),
        ("<lora:i|nk:0.8>", 0.1, "<lora:ink:0.9>"),
        ("<lora:i|nk>", -0.1, "<lora:ink:0.9>"),
        ("(red:4|)", 0.1, "(red:4)"),
        ("(unclosed r|ed", 0.1, "(unclosed red:1.2)"),
        ("a [r|ed] b", 0.1, "a [(red:1.1)] b"),
        ("{red|", 0.1, "{(red:1.1)"),
    ],
)
def test_weights_move(typed, by, expected):
    parts = typed.split("|")
    if typed.count("|") == 2:
        start, end = len(parts[0]), len(parts[0]) + len(parts[1])
    else:
        start = end = len(parts[0])
    found = nudged("".join(parts), start, end, by)
    assert found is not None
    assert found.text == expected
    assert 0 <= found.start <= found.end <= len(found.text)


def test_there_and_back_is_the_same():
    found = nudged("a red fox", 3, 3, 0.1)
    back = nudged(found.text, found.start, found.end, -0.1)
    assert back.text == "a red fox"
    assert back.text[back.start : back.end] == "red"


@pytest.mark.parametrize("text", ["", "  ", ", ,"])
def test_where_there_is_nothing_nothing_happens(text):
    assert nudged(text, len(text) // 2, len(text) // 2, 0.1) is None
