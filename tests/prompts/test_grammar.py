"""The language of prompts: what artists know from other programs means the same here, and every text is a prompt."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.prompts.grammar import parse
from studio.prompts.reading import composed, plain, read, variants, weighing_in
from studio.prompts.resolving import resolve, wildcard_lines, wildcard_names
from studio.prompts.tree import Tag

# the examples of the docstrings in A1111's and Forge's prompt_parser.py
EMPHASIS = [
    ("normal text", [("normal text", 1.0)]),
    ("an (important) word", [("an ", 1.0), ("important", 1.1), (" word", 1.0)]),
    ("(unbalanced", [("unbalanced", 1.1)]),
    (r"\(literal\]", [("(literal]", 1.0)]),
    ("(unnecessary)(parens)", [("unnecessaryparens", 1.1)]),
    (
        "a (((house:1.3)) [on] a (hill:0.5), sun, (((sky))).",
        [
            ("a ", 1.0),
            ("house", 1.573),
            (" ", 1.1),
            ("on", 1.0),
            (" a ", 1.1),
            ("hill", 0.55),
            (", sun, ", 1.1),
            ("sky", 1.4641),
            (".", 1.1),
        ],
    ),
    ("[x]", [("x", 1 / 1.1)]),
    ("(a:-0.5)", [("a", -0.5)]),
    ("(a: 1.2 )", [("a", 1.2)]),
    ("(at 10:30 h)", [("at 10:30 h", 1.1)]),
    ("a) b]", [("a) b]", 1.0)]),
    ("", []),
]


@pytest.mark.parametrize(("text", "expected"), EMPHASIS)
def test_emphasis(text, expected):
    [chunk] = read(text).chunks
    assert [piece.text for piece in chunk] == [words for words, _ in expected]
    assert [piece.weight for piece in chunk] == pytest.approx([weight for _, weight in expected])


@pytest.mark.parametrize(
    ("text", "steps", "expected"),
    [  # the examples of get_learned_conditioning_prompt_schedules
        ("test", 10, [(1, "test")]),
        ("a [b:3]", 10, [(1, "a "), (4, "a b")]),
        ("a [b: 3]", 10, [(1, "a "), (4, "a b")]),
        ("a [[[b]]:2]", 10, [(1, "a "), (3, "a [[b]]")]),
        ("[(a:2):3]", 10, [(1, ""), (4, "(a:2)")]),
        ("a [b : c : 1] d", 10, [(1, "a b  d"), (2, "a  c  d")]),
        ("[fe|]male", 3, [(1, "female"), (2, "male"), (3, "female")]),
        ("[fe|||]male", 2, [(1, "female"), (2, "male")]),
        ("[a:b:0.5]", 10, [(1, "a"), (6, "b")]),
        ("[a::0.3]", 10, [(1, "a"), (4, "")]),
        ("([cat:dog:0.5]:1.2)", 2, [(1, "(cat:1.2)"), (2, "(dog:1.2)")]),
        ("[a:[b:c:8]:4]", 10, [(1, "a"), (5, "b"), (9, "c")]),
    ],
)
def test_schedules_and_alternation(text, steps, expected):
    assert list(variants(text, steps)) == expected


def test_break_begins_a_new_chunk_and_takes_its_spaces():
    assert [[piece.text for piece in chunk] for chunk in read("a cat BREAK\n a dog").chunks] == [["a cat"], ["a dog"]]
    assert len(read("BREAKFAST").chunks) == 1


def test_and_composes_prompts_with_shares():
    assert composed("cats:0.7 AND dogs AND birds: -1") == (("cats", 0.7), ("dogs", 1.0), ("birds", -1.0))
    assert composed("SANDY LAND") == (("SANDY LAND", 1.0),)


def test_encoders_without_weights_get_the_words_alone():
    assert plain("a (((red:1.3)) [fox] BREAK snow") == "a red fox snow"
    assert weighing_in("a (fox) BREAK [(deep) b|c] AND b") == ("weights", "BREAK", "AND")
    assert weighing_in("a AND b") == ("AND",)
    assert weighing_in("a fox, #ffffff snow, [cat:dog:0.5], (even:1.0)") == ()


def test_tags_are_taken_out_with_their_weights():
    found = resolve("a fox <lora:Ink Style:0.8>, <lora:b>, snow", 0)
    assert found.text == "a fox, snow"
    assert [(tag.name, tag.weight) for tag in found.tags] == [("Ink Style", 0.8), ("b", 1.0)]


def test_comments_go_and_colours_stay():
    assert resolve("a fox # not this\nin #ff8800 light", 0).text == "a fox\nin #ff8800 light"
    assert resolve(r"a \# b", 0).text == r"a \# b"


def test_the_seed_decides_choices_and_wildcards_and_decides_them_again(tmp_path):
    (tmp_path / "animals").mkdir()
    (tmp_path / "animals" / "cats.txt").write_text("# mine\nlion\n\n{tiger|lynx} in __places__\n", encoding="utf-8-sig")
    (tmp_path / "places.txt").write_text("snow\nrain\n")
    lines = wildcard_lines(tmp_path)
    assert wildcard_names(tmp_path) == ("animals/cats", "places")
    found = {resolve("a {big|small} __animals/cats__, {2$$x|y|z}", seed, lines).text for seed in range(60)}
    again = {resolve("a {big|small} __animals/cats__, {2$$x|y|z}", seed, lines).text for seed in range(60)}
    assert found == again
    assert any("lynx in rain" in text for text in found)
    assert any(text.startswith("a small lion, ") for text in found)
    assert all("{" not in text and "__" not in text for text in found)


def test_a_wildcard_without_a_file_is_told_and_no_file_outside_is_read(tmp_path):
    (tmp_path / "secret.txt").write_text("x")
    (tmp_path / "wild").mkdir()
    found = resolve("__../secret__ and __nothing__", 0, wildcard_lines(tmp_path / "wild"))
    assert set(found.unknown) == {"../secret", "nothing"}


def test_a_wildcard_that_names_itself_ends(tmp_path):
    (tmp_path / "loop.txt").write_text("a __loop__")
    assert resolve("__loop__", 0, wildcard_lines(tmp_path)).text.count("a") == 10


def test_lines_that_name_many_wildcards_end_soon(tmp_path):
    (tmp_path / "loop.txt").write_text("a " + "__loop__ " * 20)
    found = resolve("__loop__", 0, wildcard_lines(tmp_path))
    assert found.unknown == ("loop",)
    assert found.text.count("a ") <= 1000


def test_a_name_that_no_file_can_have_is_told_like_any_other(tmp_path):
    assert resolve(f"__{'x' * 300}__", 0, wildcard_lines(tmp_path)).unknown == ("x" * 300,)


def drawn(text, lines=lambda _: (), seeds=400):
    return Counter(resolve(text, seed, lines).text for seed in range(seeds))


def test_options_are_drawn_as_often_as_is_written_before_them():
    found = drawn("{3::red|blue}")
    assert set(found) == {"red", "blue"}
    assert 240 < found["red"] < 360
    assert set(drawn("{0::red|0.5::blue}")) == {"blue"}
    assert set(drawn("{2$$0::red|blue|green}")) == {"blue, green", "green, blue"}


def test_several_options_are_joined_by_what_is_written():
    assert set(drawn("{2$$ and $$red|blue}")) == {"red and blue", "blue and red"}
    assert {len(text.split(", ")) for text in drawn("{1-2$$a|b|c}")} == {1, 2}
    assert {len(text.split(", ")) for text in drawn("{2-$$a|b|c}")} == {2, 3}
    assert {len(text.split(", ")) for text in drawn("{-2$$a|b|c}")} == {1, 2}
    assert set(drawn("{9$$a|b}")) == {"a, b", "b, a"}


def test_several_lines_of_a_wildcard_are_drawn_each_once():
    lines = {"animals": ("a cat", "a {big|big} dog")}
    found = drawn("{2$$ and $$__animals__}", lambda name: lines.get(name, ()))
    assert set(found) == {"a cat and a big dog", "a big dog and a cat"}
    assert set(drawn("{2$$__none__}")) == {"__none__"}


@pytest.mark.parametrize(
    ("tag", "weight"),
    [
        ("<lora:a>", 1.0),
        ("<lora:a:0.4>", 0.4),
        ("<lora:a:0.4:0.7>", 0.4),
        ("<lora:a:te=0.3:unet=0.6>", 0.6),
        ("<lora:a:te=0.3>", 0.3),
        ("<lora:a:1:dyn=4>", 1.0),
        ("<lora:a:much>", 1.0),
        ("<lora:a:nan>", 1.0),
        ("<lora:a:inf>", 1.0),
    ],
)
def test_the_weight_of_a_tag_is_read_as_others_write_it(tag, weight):
    (found,) = resolve(tag, 0).tags
    assert found.weight == weight


def test_what_is_inside_of_brackets_is_drawn_too():
    assert resolve("({red|red}:1.2) [{a|a}:{b|b}:0.5] [x|{y|y}]", 0).text == "(red:1.2) [a:b:0.5] [x|y]"


@given(st.text(alphabet="ab ()[]{}|:_<>#\\.0123$BREAKND\n", max_size=60), st.integers(0, 9))
def test_every_text_is_a_prompt(text, seed):
    nodes = parse(text)
    assert all(0 <= node.start <= node.end <= len(text) for node in nodes)
    assert [node.end for node in nodes[:-1]] == [node.start for node in nodes[1:]]
    found = resolve(text, seed)
    for _, variant in variants(found.text, 3):
        read(variant)
        composed(variant)


@given(st.text(alphabet=st.characters(exclude_characters="()[]{}|<>#\\_", exclude_categories=["Cs"]), max_size=40))
def test_words_without_signs_stay_as_they_are(text):
    if "BREAK" not in text and "AND" not in text:
        assert "".join(piece.text for chunk in read(text).chunks for piece in chunk) == text
        assert resolve(text, 1).text == text


@pytest.mark.parametrize(
    "deep", ["(" * 5000, "[a:" * 5000, "[a|" * 5000, "{a|" * 5000, "<lora:" * 5000, "((" * 99 + "x"]
)
def test_hostile_depth_is_words(deep):
    assert parse(deep)


def test_a_tag_knows_where_its_weight_stands():
    [tag] = [node for node in parse("x <lora:ink:0.8:1>") if isinstance(node, Tag)]
    assert "x <lora:ink:0.8:1>"[slice(*tag.written)] == "0.8"
    assert tag.values == ("0.8", "1")
