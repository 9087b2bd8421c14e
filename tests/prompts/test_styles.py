"""Styles lay their words around the artist's, and what was typed stays known."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio.prompts.styles import Style, apply_style, bring_in, load_styles
from studio.request.errors import BadInput
from studio.request.request import Prompt

SHIPPED = Path(__file__).parents[2] / "resources" / "styles"


@pytest.mark.parametrize(
    ("pattern", "words", "result"),
    [
        ("{prompt}, in ink", "a fox", "a fox, in ink"),
        ("an etching of {prompt}", " a fox ", "an etching of a fox"),
        ("in ink", "a fox", "a fox, in ink"),
        ("{prompt}, in ink", "  ", "in ink"),
        ("in ink", "", "in ink"),
        ("", "a fox", "a fox"),
        ("{prompt} and {prompt}", "{a|b}", "{a|b} and {a|b}"),
    ],
)
def test_the_words_go_where_the_style_wants_them(pattern: str, words: str, result: str) -> None:
    prompt, negative = apply_style(words, "", Style("S", pattern))
    assert prompt == Prompt(text=result, raw=words, style="S")
    assert negative == Prompt(text="", raw="", style="S")


def test_without_a_style_nothing_changes() -> None:
    assert apply_style("a fox", "blur", None) == (Prompt.plain("a fox"), Prompt.plain("blur"))


def test_the_shipped_styles_are_sound() -> None:
    styles = load_styles(SHIPPED)
    assert len(styles) >= 20
    assert len({style.name for style in styles}) == len(styles)
    known_to_the_embedded_model = ["Flat poster", "Watercolour", "Ink", "Paper-cut", "Pixel art"]
    assert [style.name for style in styles][:5] == known_to_the_embedded_model
    assert all(style.prompt.startswith("{prompt}, ") for style in styles)


def test_other_programs_styles_can_be_read(tmp_path: Path) -> None:
    (tmp_path / "styles.csv").write_bytes(
        '\ufeffname,prompt,negative_prompt\nInk,"{prompt}, ink,\nfine","a, b"\n# off,x,y\n'.encode()
    )
    (tmp_path / "old.csv").write_text("name,text\nOld,words\n")
    (tmp_path / "fooocus.json").write_text('[{"name": "F", "prompt": "{prompt} f", "negative_prompt": "n"}, 3, {}]')
    assert load_styles(tmp_path) == (
        Style("F", "{prompt} f", "n"),
        Style("Old", "words", ""),
        Style("Ink", "{prompt}, ink,\nfine", "a, b"),
    )


def test_a_file_of_another_program_is_brought_in_and_stays(tmp_path: Path) -> None:
    given, own = tmp_path / "styles.csv", tmp_path / "home" / "styles"
    given.write_text('name,prompt,negative_prompt\nInk,"{prompt}, ink",photo\n')
    assert bring_in(given, own) == (Style("Ink", "{prompt}, ink", "photo"),)
    given.unlink()
    assert load_styles(own) == (Style("Ink", "{prompt}, ink", "photo"),)
    assert [path.name for path in own.iterdir()] == ["styles.csv"]


def test_a_second_file_of_the_same_name_takes_nothing_away(tmp_path: Path) -> None:
    own, given = tmp_path / "own", tmp_path / "styles.csv"
    for text in ("Ink,ink", "Oil,oil", "Oil,thick oil", "Oil,oil\nPen,pen"):
        given.write_text(f"name,prompt\n{text}\n")
        bring_in(given, own)
    assert sorted((style.name, style.prompt) for style in load_styles(own)) == [
        ("Ink", "ink"),
        ("Oil", "oil"),
        ("Pen", "pen"),
    ]
    assert len(list(own.iterdir())) == 2


@pytest.mark.parametrize(
    ("name", "text"),
    [("a.json", "{"), ("a.csv", "x,y\n1,2\n"), ("a.txt", "a"), ("a.json", "[]"), ("a.json", "[" * 200_000)],
)
def test_what_holds_no_styles_is_not_brought_in(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(BadInput, match="styles"):
        bring_in(tmp_path / name, tmp_path / "own")
    assert not (tmp_path / "own").exists()


@pytest.mark.logs
def test_damaged_files_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("{")
    (tmp_path / "b.json").write_text("{}")
    (tmp_path / "b2.json").write_text("[" * 200_000)
    (tmp_path / "c.csv").write_bytes(b"\xff\xfe")
    (tmp_path / "d.json").write_text('[{"name": "D", "prompt": "d"}]')
    assert load_styles(tmp_path) == (Style("D", "d"),)
