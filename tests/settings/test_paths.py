"""Everything lies where the person wants it, or a sentence says why it cannot."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio.settings.paths import Home, HomeError


def test_one_variable_moves_everything(tmp_path: Path) -> None:
    home = Home.find({"SFUMATO_HOME": str(tmp_path / "here")})
    home.prepare()
    places = (home.gallery, home.models, home.queue, home.logs, home.cache, home.journal)
    assert all(place.is_dir() for place in places)
    assert all(place.is_relative_to(tmp_path / "here") for place in (*places, home.settings_file, home.history_file))


def test_without_it_the_platform_decides_and_nothing_is_touched() -> None:
    home = Home.find({"SFUMATO_HOME": "  "})
    assert home.root.is_absolute()
    assert "sfumato" in str(home.root)


def test_a_tilde_and_a_relative_path_are_understood() -> None:
    assert Home.find({"SFUMATO_HOME": "~/pictures"}).root == Path.home() / "pictures"
    assert Home.find({"SFUMATO_HOME": "somewhere"}).root == Path.cwd() / "somewhere"


@pytest.mark.parametrize("name", ["file", "file/below", "nul\0byte", "long" * 100])
def test_a_home_that_cannot_be_made_is_named_in_a_sentence(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("in the way")
    home = Home.find({"SFUMATO_HOME": str(tmp_path / name)})
    with pytest.raises(HomeError) as caught:
        home.prepare()
    assert "cannot be used" in caught.value.message
    assert "SFUMATO_HOME" in caught.value.remedy
    assert "\n" not in str(caught.value)
