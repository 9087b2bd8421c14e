"""`run` without a screen, and `test`: what is started, what is said, which code comes out."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from installer import headless
from installer.checks import run_checks
from installer.commands import run
from installer.environment import Environment
from installer.readiness import Tools
from installer.trouble import Stop

WHY = "There is no screen here."
PROGRAM = """
import os, pathlib, sys
assert os.environ["QT_QPA_PLATFORM"] == "offscreen"
if sys.argv[1] == "generate":
    print("gallery/", sys.argv[2], ".png", sep="")
elif pathlib.Path("broken").exists():
    sys.exit("sfumato: The window cannot be drawn.")
else:
    pathlib.Path(sys.argv[2]).touch()
"""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Environment:
    """A checkout whose program does as the real one does, in no time."""
    (tmp_path / "studio").mkdir()
    (tmp_path / "studio" / "__init__.py").touch()  # else the installed package would come before it
    (tmp_path / "studio" / "__main__.py").write_text(PROGRAM)
    monkeypatch.chdir(tmp_path)
    environment = Environment(tmp_path)
    environment.python = Path(sys.executable)
    return environment


def test_without_a_screen_both_pictures_are_made_and_named(
    place: Environment, capsys: pytest.CaptureFixture[str]
) -> None:
    model = place.root / "resources" / "models" / "scenes"
    model.mkdir(parents=True)
    (model / "sfumato.json").write_text(json.dumps({"examples": ["a red barn in the snow"]}))
    assert headless.show_without_screen(place, WHY) == 0
    said = capsys.readouterr().out
    drawing = place.root / "build" / "window.png"
    assert said.startswith(f"{WHY} So Sfumato makes one picture")
    assert "gallery/a red barn in the snow.png" in said
    assert str(drawing) in said
    assert drawing.exists()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the system draws windows")
def test_a_screen_that_does_not_answer_is_as_good_as_none(
    place: Environment, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("installer.commands.prepare", lambda *arguments: None)
    tools = Tools(environ={"DISPLAY": "nowhere", "WAYLAND_DISPLAY": "nowhere"})
    assert run(place, tools, ()) == 0
    said = capsys.readouterr().out
    assert said.startswith("The screen that is named here does not answer (DISPLAY=nowhere, WAYLAND_DISPLAY=nowhere).")
    assert (place.root / "build" / "window.png").exists()


def test_if_the_second_fails_the_first_is_named_all_the_same(
    place: Environment, capsys: pytest.CaptureFixture[str]
) -> None:
    (place.root / "broken").touch()
    with pytest.raises(Stop, match="'screenshot' did not work") as caught:
        headless.show_without_screen(place, WHY)
    assert caught.value.code == 1
    printed = capsys.readouterr()
    assert "gallery/a lighthouse at dawn.png" in printed.out
    assert "The window cannot be drawn." in printed.err


def test_a_model_without_examples_or_with_a_damaged_file_is_passed_over(place: Environment) -> None:
    for name, text in (("a", "{"), ("b", "{}"), ("c", '{"examples": ["a still life"]}')):
        folder = place.root / "resources" / "models" / name
        folder.mkdir(parents=True)
        (folder / "sfumato.json").write_text(text)
    assert headless.example_prompt(place.root) == "a still life"


@pytest.fixture
def checks(place: Environment, monkeypatch: pytest.MonkeyPatch) -> Environment:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # Qt would take a second
    (place.root / "test_two.py").write_text("def test_good(): pass\ndef test_bad(): assert False\n")
    return place


def test_the_worst_code_wins_and_pytest_has_the_last_word(
    checks: Environment, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("installer.checks.has_node", lambda environment: True)
    monkeypatch.setenv("PYTEST_ADDOPTS", "-k good -p xdist -p no:cacheprovider")
    codes = {"ruff": 2, "pyright": 0}
    assert run_checks(checks, [], lambda command, environment: codes[command[2]]) == 2
    lines = capfd.readouterr().out.strip().splitlines()
    assert lines[-2] == "ruff found problems, see above."
    assert "1 passed" in lines[-1]


def test_without_node_pyright_is_left_out_aloud(
    checks: Environment, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("installer.checks.has_node", lambda environment: False)
    monkeypatch.setenv("PYTEST_ADDOPTS", "-k good -p xdist -p no:cacheprovider")
    asked: list[str] = []

    def run(command: list[str], environment: Environment) -> int:
        asked.append(command[2])
        return 0

    assert run_checks(checks, [], run) == 0
    assert asked == ["ruff"]
    assert "pyright was not run: it needs Node.js" in capfd.readouterr().out


def test_with_arguments_only_pytest_runs_with_them(checks: Environment, capfd: pytest.CaptureFixture[str]) -> None:
    def run(command: list[str], environment: Environment) -> int:
        raise AssertionError(command)

    assert run_checks(checks, ["test_two.py", "-p", "no:cacheprovider", "-k", "bad"], run) == 1
    assert "1 failed" in capfd.readouterr().out
