"""LoRA tags as rows: read, weighed, switched, taken out and added, in any text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.prompts.loras import added, changed, chosen_in, with_words, without
from studio.prompts.resolving import resolve

WORDS = st.text("abc ,(){}|:\n#<>[]", max_size=30)


def test_tags_are_read_wherever_they_stand():
    text = "a (fox <lora:ink:0.8>:1.2), {red <lyco:oil:-0.5:off>|blue} <lora:plain>"
    assert [(each.name, each.weight, each.on) for each in chosen_in(text)] == [
        ("ink", 0.8, True),
        ("oil", -0.5, False),
        ("plain", 1.0, True),
    ]


@pytest.mark.parametrize(
    ("text", "index", "changes", "result"),
    [
        ("x <lora:ink:0.8> y", 0, {"weight": 1.25}, "x <lora:ink:1.25> y"),
        ("<lora:ink>", 0, {"weight": 0.5}, "<lora:ink:0.5>"),
        ("<lora:a:1><lora:b:1>", 1, {"on": False}, "<lora:a:1><lora:b:1:off>"),
        ("<lora:a:0.7:off>", 0, {"on": True}, "<lora:a:0.7>"),
        ("<lora:a:0.7:off>", 0, {"weight": 0.9}, "<lora:a:0.9:off>"),
        ("<lora:a:1:0.5:dyn=4>", 0, {"on": False}, "<lora:a:1:0.5:dyn=4:off>"),
    ],
)
def test_a_tag_is_changed_and_nothing_else(text, index, changes, result):
    assert changed(text, index, **changes) == result


@given(WORDS, WORDS, st.floats(-4, 4), st.booleans())
def test_what_was_changed_is_read_back(before, after, weight, on):
    text = f"{before}<lora:ink:1>{after}"
    names = [each.name for each in chosen_in(text)]
    if "ink" not in names:  # the words around made a comment or another tag of it
        return
    index = names.index("ink")
    found = chosen_in(changed(text, index, weight=weight, on=on))
    assert [each.name for each in found] == names
    assert found[index].weight == pytest.approx(round(weight, 2), abs=0.006)
    assert found[index].on is on
    assert changed(changed(text, index, on=False), index, on=True) == text


@given(WORDS, WORDS)
def test_one_that_is_taken_out_is_gone_and_the_others_stay(before, after):
    text = f"{before}<lora:ink:1>{after}"
    names = [each.name for each in chosen_in(text)]
    if "ink" not in names:
        return
    rest = [each.name for each in chosen_in(without(text, names.index("ink")))]
    assert "ink" not in rest


def test_one_that_is_added_and_taken_out_leaves_the_prompt_as_it_was():
    for text in ("", "a fox", "a fox <lora:oil:1>"):
        more = added(text, "ink", 0.5)
        assert chosen_in(more)[-1].name == "ink"
        assert without(more, len(chosen_in(more)) - 1) == text


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("", "ink style"),
        ("a fox", "a fox, ink style"),
        ("a fox, <lora:ink:1>", "a fox, ink style <lora:ink:1>"),
        ("<lora:ink:1>", "ink style<lora:ink:1>"),
        ("a <lora:ink:1> fox <lora:b:1> <lora:c:1>", "a <lora:ink:1> fox, ink style <lora:b:1> <lora:c:1>"),
    ],
)
def test_trigger_words_go_to_the_other_words(text, result):
    assert with_words(text, "ink style") == result


def test_one_that_is_off_has_no_effect_and_leaves_no_trace():
    found = resolve("a fox <lora:ink:0.8:off>, red <lora:oil:1>", 1)
    assert found.text == "a fox, red"
    assert [tag.name for tag in found.tags] == ["oil"]
