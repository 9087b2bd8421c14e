"""The door of the installer, as any Python finds it."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from installer import bootstrap, commands

DOOR = Path(bootstrap.__file__)


def test_an_old_python_can_read_the_door() -> None:
    ast.parse(DOOR.read_text(encoding="utf-8"), feature_version=(3, 6))


@pytest.mark.parametrize(("version", "fits"), [((3, 8), 0), ((3, 10), 0), ((3, 11), 1), ((3, 13), 1), ((3, 14), 0)])
def test_it_runs_on_311_to_313(version: tuple[int, int], fits: int) -> None:
    assert bootstrap.fits(version) is bool(fits)


@pytest.mark.parametrize(
    ("system", "remedy"),
    [("linux", "package manager"), ("darwin", "brew install python@3.13"), ("win32", "winget install")],
)
def test_another_python_hears_what_is_needed_and_how_to_get_it(system: str, remedy: str) -> None:
    message = bootstrap.misfit_message((3, 9, 2), system)
    assert message.startswith("Sfumato needs Python 3.11 to 3.13; this is Python 3.9. ")
    assert remedy in message


@pytest.mark.skipif(os.name != "posix", reason="a shim is a script here")
def test_a_python_that_fits_is_found_but_a_shim_of_none_is_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shim = tmp_path / "python3.13"
    shim.write_text("#!/bin/sh\nexit 127\n")
    shim.chmod(0o755)
    real = tmp_path / f"python3.{sys.version_info[1]}"
    if real != shim:
        real.symlink_to(sys.executable)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert bootstrap.another_python() == (None if real == shim else [str(real)])


def test_help_is_printed_and_a_wrong_word_is_bad_input(capsys: pytest.CaptureFixture[str]) -> None:
    assert commands.main(["help"]) == 0
    assert "run|test|repair|doctor" in capsys.readouterr().out
    assert commands.main(["runn"]) == 2
    assert "run|test|repair|doctor" in capsys.readouterr().err


def test_a_start_does_not_load_what_only_a_set_up_needs() -> None:
    heavy = ("urllib.request", "venv", "csv", "installer.setup")
    code = f"import sys; sys.path.insert(0, {str(DOOR.parent.parent)!r}); import installer.commands; "
    code += f"print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
