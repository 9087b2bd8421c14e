"""pip's output becomes a few words, its failures one sentence, its left-overs are found."""

from __future__ import annotations

import io
import shutil
import sys
from pathlib import Path

import pytest

from installer.mending import mend
from installer.packages import Pip, Reading, explain
from installer.progress import QUIET, Progress
from installer.trouble import Stop

PIP_SAYS = [
    ("Collecting torch==2.13.0", "finding torch"),
    ("  Downloading torch-2.13.0-cp311-cp311-manylinux_2_28_x86_64.whl.metadata (30 kB)", "downloading torch"),
    ("  Downloading torch-2.13.0-cp311-cp311-manylinux_2_28_x86_64.whl (190.2 MB)", "downloading torch"),
    ("Progress 95000000 of 190000000", "downloading torch, 50 % of 190 MB"),
    ("Collecting filelock (from torch)", "finding filelock"),
    ("Processing /somewhere/torch-2.13.0+cpu-cp311-cp311-linux_x86_64.whl", "finding torch"),
    ("Requirement already satisfied: numpy", "finding torch"),
]


def test_what_pip_is_at_in_a_few_words(tmp_path: Path) -> None:
    reading = Reading(tmp_path)
    assert reading.text == ""
    said: list[str] = []
    for line, _ in PIP_SAYS:
        reading.feed(line)
        said.append(reading.text)
    assert said == [words for _, words in PIP_SAYS]


def test_unpacking_is_counted_by_what_appears(tmp_path: Path) -> None:
    (tmp_path / "jinja2-2.0.0.dist-info").mkdir()  # about to be replaced
    (tmp_path / "jinja2-2.0.0.dist-info" / "INSTALLER").touch()
    reading = Reading(tmp_path)
    reading.feed("Installing collected packages: MarkupSafe, Jinja2, PySide6-Essentials\n")
    assert reading.text == "unpacking MarkupSafe, 1 of 3"
    for done in ("markupsafe-3.0.4", "jinja2-3.1.6"):
        (tmp_path / f"{done}.dist-info").mkdir()
        (tmp_path / f"{done}.dist-info" / "INSTALLER").touch()
    assert reading.text == "unpacking PySide6-Essentials, 3 of 3"


FAILURES = [
    ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", "The disk is full."),
    ("OSError: [Errno 30] Read-only file system: '/opt/sfumato/.venv/lib'", "Sfumato's folder cannot be written to."),
    (
        "WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError(...)': /simple/torch/\n"
        "ERROR: No matching distribution found for torch==2.13.0",
        "The packages could not be fetched: the network did not answer.",
    ),
    (
        "ERROR: No matching distribution found for PySide6-Essentials==6.11.3",
        "There is no build of PySide6-Essentials==6.11.3 for this system and this Python.",
    ),
    ("ERROR: something new", "pip did not finish; it said: ERROR: something new"),
    ("", "pip did not finish; it said: nothing"),
]


@pytest.mark.parametrize(("output", "sentence"), FAILURES)
def test_a_failure_is_one_sentence_and_names_the_log(output: str, sentence: str) -> None:
    stop = explain(output.splitlines(), Path("install.log"), need=12)
    assert str(stop) == sentence
    assert "install.log" in stop.remedy


def test_a_full_disk_hears_how_much_is_needed() -> None:
    assert "Free about 12 GB." in explain(["No space left on device"], Path("install.log"), need=12).remedy


@pytest.fixture
def pip(tmp_path: Path) -> Pip:
    """A pip whose Python is a script that prints what pip would."""
    return Pip(Path(sys.executable), tmp_path, tmp_path / "install.log", Progress(1, io.StringIO()))


def test_pip_runs_and_its_words_are_in_the_log(pip: Pip, tmp_path: Path) -> None:
    with pytest.raises(Stop):
        pip.install("--no-index", "sfumato-needs-no-such-package==1.0")
    log = (tmp_path / "install.log").read_text()
    assert log.startswith("$ ")
    assert "No matching distribution found" in log


def test_pips_version_is_known(pip: Pip, tmp_path: Path) -> None:
    assert pip.version() >= (22, 0)
    assert Pip(tmp_path / "no-python", tmp_path, tmp_path / "log", Progress(1, io.StringIO())).version() == ()


def package(folder: Path, name: str) -> Path:
    """A package as pip leaves it when it has finished."""
    (folder / name).mkdir()
    (folder / name / "__init__.py").write_text("x = 1\n")
    info = folder / f"{name}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").touch()
    (info / "INSTALLER").touch()
    mark = "sha256=nia_NpkRxFwkPGhBR7I_yeHc_PJX0pmhxjIBam_NM_Q"
    rows = [f"{name}/__init__.py,{mark},6", f"{name}/__pycache__/gone.pyc,sha256=x,9", f"{info.name}/INSTALLER,,"]
    (info / "RECORD").write_text("\n".join(rows) + "\n")
    return info


def cut_record(info: Path) -> None:
    (info / "RECORD").write_text((info / "RECORD").read_text()[:20])


DAMAGE = {
    "a file is missing": lambda info: shutil.rmtree(info.parent / "thing"),
    "a file is shorter": lambda info: (info.parent / "thing" / "__init__.py").write_text("x"),
    "no record": lambda info: (info / "RECORD").unlink(),
    "half a record": cut_record,
    "killed before the end": lambda info: (info / "RECORD").write_text("thing/__init__.py,,6\n"),
    "no metadata": lambda info: (info / "METADATA").unlink(),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE.keys())
def test_a_half_unpacked_package_is_forgotten_and_whole_ones_stay(damage, tmp_path: Path) -> None:
    whole, half = package(tmp_path, "other"), package(tmp_path, "thing")
    damage(half)
    assert mend(tmp_path) == ["thing"]
    assert whole.exists()
    assert not half.exists()


def test_a_changed_file_of_the_same_size_is_seen_when_looked_at_closely(tmp_path: Path) -> None:
    package(tmp_path, "thing")
    assert mend(tmp_path, deep=True) == []
    (tmp_path / "thing" / "__init__.py").write_text("x = 2\n")
    assert mend(tmp_path) == []
    assert mend(tmp_path, deep=True) == ["thing"]


def test_what_an_interrupted_upgrade_put_aside_is_removed(tmp_path: Path) -> None:
    (tmp_path / "~hing").mkdir()
    assert mend(tmp_path) == []
    assert not (tmp_path / "~hing").exists()


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_on_a_terminal_a_line_is_rewritten_and_ends_with_its_seconds() -> None:
    screen, seconds = Terminal(), iter((0.0, 1.0, 2.4))
    progress = Progress(2, screen, lambda: next(seconds))
    progress.begin("Everything else")
    progress.detail("unpacking peft, 44 of 44")
    progress.end()
    last = screen.getvalue().split("\r")[-1]
    assert screen.getvalue().count("\n") == 1
    assert "\r[1/2] Everything else: unpacking peft, 44 of 44  1 s" in screen.getvalue()
    assert last.rstrip() == "[1/2] Everything else  2 s"


def test_in_a_log_only_now_and_then_a_line_is_added() -> None:
    log, seconds = io.StringIO(), iter((0.0, 1.0, QUIET + 1, QUIET + 2, QUIET + 3))
    progress = Progress(1, log, lambda: next(seconds))
    progress.begin("PyTorch")
    for part in ("finding", "downloading", "unpacking"):
        progress.detail(part)
    progress.end()
    assert log.getvalue().splitlines() == ["[1/1] PyTorch ...", "      downloading, 21 s", "[1/1] PyTorch  23 s"]
