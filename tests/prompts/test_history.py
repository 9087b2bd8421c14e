"""Prompts that were used can be walked through, searched, and are there tomorrow."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio.prompts.history import LONGEST, Entry, PromptHistory


def test_walking_back_and_forth_returns_to_what_was_typed(tmp_path: Path) -> None:
    history = PromptHistory(tmp_path / "prompts.json")
    for prompt in ("one", "two", "three"):
        history.add(prompt)
    draft = Entry("half a thou", "blur")
    assert [history.older(draft).prompt for _ in range(4)] == ["three", "two", "one", "one"]
    assert [history.newer(draft).prompt for _ in range(2)] == ["two", "three"]
    assert history.newer(draft) == draft
    assert history.newer(draft) == draft


def test_the_prompt_that_is_still_shown_is_skipped(tmp_path: Path) -> None:
    history = PromptHistory(tmp_path / "prompts.json")
    history.add("one")
    history.add("two")
    assert history.older(Entry("two")) == Entry("one")


def test_an_empty_history_leaves_what_is_typed(tmp_path: Path) -> None:
    history = PromptHistory(tmp_path / "prompts.json")
    history.add("  ")
    assert history.older(Entry("x")) == history.newer(Entry("x")) == Entry("x")


def test_it_is_there_after_a_restart_without_doubles(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "prompts.json"
    history = PromptHistory(path)
    for prompt in ("a sea", "a fox\nin snow", "a sea"):
        history.add(prompt, "blur")
    assert PromptHistory(path).entries == (Entry("a sea", "blur"), Entry("a fox\nin snow", "blur"))
    assert [each.name for each in path.parent.iterdir()] == ["prompts.json"]


def test_it_does_not_grow_without_end(tmp_path: Path) -> None:
    history = PromptHistory(tmp_path / "prompts.json")
    history._entries = [Entry(str(number)) for number in range(LONGEST)]
    history.add("new")
    assert len(history.entries) == LONGEST
    assert history.entries[0] == Entry("new")


def test_search_finds_all_words_in_any_order(tmp_path: Path) -> None:
    history = PromptHistory(tmp_path / "prompts.json")
    history.add("a Lighthouse at dawn")
    history.add("dawn over the city")
    assert history.search("DAWN light") == (Entry("a Lighthouse at dawn"),)
    assert len(history.search("")) == 2


@pytest.mark.logs
@pytest.mark.parametrize("damage", [b'[{"prompt": "a"', b"{}", b"\xff\xfe"])
def test_a_damaged_file_is_kept_as_a_copy(tmp_path: Path, damage: bytes) -> None:
    path = tmp_path / "prompts.json"
    path.write_bytes(damage)
    history = PromptHistory(path)
    assert "prompts.damaged-1.json" in history.problem
    history.add("a sea")
    assert (tmp_path / "prompts.damaged-1.json").read_bytes() == damage
    assert PromptHistory(path).entries == (Entry("a sea"),)


@pytest.mark.logs
def test_a_history_that_cannot_be_written_says_so_and_works_on(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    history = PromptHistory(tmp_path / "elsewhere" / "prompts.json")
    history.path = tmp_path / "file" / "prompts.json"
    history.add("a sea")
    assert "cannot be kept" in history.problem
    assert history.older(Entry("")) == Entry("a sea")


def test_two_programs_at_once_keep_each_others_prompts(tmp_path: Path) -> None:
    first, second = PromptHistory(tmp_path / "prompts.json"), PromptHistory(tmp_path / "prompts.json")
    first.add("a fox")
    second.add("a sea")
    first.add("a tree")
    assert {entry.prompt for entry in PromptHistory(first.path).entries} == {"a fox", "a sea", "a tree"}
    assert first.entries[0].prompt == "a tree"
