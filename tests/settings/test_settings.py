"""Settings survive restarts, crashes, other versions and damage."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from studio.settings.settings import Settings, SettingsFile


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    file = SettingsFile(tmp_path / "settings.json")
    wanted = dataclasses.replace(
        Settings(), theme="light", advanced=True, model_folders=("/models", "/más"), window={"state": "AAA="}
    )
    file.save(wanted)
    assert SettingsFile(file.path).load() == wanted
    assert [path.name for path in tmp_path.iterdir()] == ["settings.json"]


def test_a_missing_file_means_defaults_and_no_complaint(tmp_path: Path) -> None:
    file = SettingsFile(tmp_path / "settings.json")
    assert file.load() == Settings()
    assert file.problem == ""


def test_every_setting_has_a_line_of_help() -> None:
    assert all(Settings.about(field.name).endswith(".") for field in dataclasses.fields(Settings))


@pytest.mark.logs
@pytest.mark.parametrize(
    "damage", [b'{"theme": "li', b"", b"\xff\xfe\x00", b"[1, 2]", b"null", b"[" * 100_000], ids=len
)
def test_a_damaged_file_is_set_aside_and_said(tmp_path: Path, damage: bytes) -> None:
    path = tmp_path / "settings.json"
    path.write_bytes(damage)
    for kept, name in ((damage, "settings.damaged-1.json"), (damage, "settings.damaged-1.json"), (b"{", "-2.json")):
        path.write_bytes(kept)
        file = SettingsFile(path)
        assert file.load() == Settings()
        assert name in file.problem
        assert path.read_bytes() == kept
    copies = [(tmp_path / f"settings.damaged-{number}.json").read_bytes() for number in (1, 2)]
    assert copies == [damage, b"{"]


@pytest.mark.logs
@pytest.mark.parametrize(
    "values",
    [
        {"theme": "purple"},
        {"advanced": "yes"},
        {"gallery_cell": True},
        {"window": {"state": 3}},
        {"model_folders": [1]},
        {"window": [1]},
        {"last_model": None},
    ],
    ids=lambda values: next(iter(values)),
)
def test_one_bad_value_costs_only_itself(tmp_path: Path, values: dict[str, object]) -> None:
    path = tmp_path / "settings.json"
    path.write_text(json.dumps({"reduce_motion": True, **values}))
    file = SettingsFile(path)
    assert file.load() == dataclasses.replace(Settings(), reduce_motion=True)
    assert next(iter(values)) in file.problem
    assert json.loads((tmp_path / "settings.damaged-1.json").read_text())["reduce_motion"] is True


def test_what_a_newer_version_knows_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text('{"theme": "light", "from_the_future": {"a": 1}}')
    file = SettingsFile(path)
    file.save(dataclasses.replace(file.load(), advanced=True))
    assert json.loads(path.read_text())["from_the_future"] == {"a": 1}
    assert file.problem == ""


def test_a_failed_save_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = SettingsFile(tmp_path / "settings.json")
    file.save(dataclasses.replace(Settings(), theme="light"))

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("studio.settings.settings.os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        file.save(Settings())
    assert file.load().theme == "light"
    assert [path.name for path in tmp_path.iterdir()] == ["settings.json"]


def test_two_programs_at_once_keep_each_others_changes(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    first, second = SettingsFile(path), SettingsFile(path)
    of_first, of_second = first.load(), second.load()
    first.save(dataclasses.replace(of_first, theme="light"))
    second.save(dataclasses.replace(of_second, advanced=True))
    both = SettingsFile(path).load()
    assert (both.theme, both.advanced) == ("light", True)


@pytest.mark.logs
def test_a_bad_value_is_replaced_when_something_is_saved(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text('{"theme": "purple"}')
    file = SettingsFile(path)
    file.save(dataclasses.replace(file.load(), advanced=True))
    again = SettingsFile(path)
    assert (again.load().advanced, again.problem) == (True, "")
