"""Setting up: the order of things, what interrupts it, what is kept, and what is said when it cannot go on."""

from __future__ import annotations

import errno
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from installer import commands, marker
from installer.environment import Environment, folder_trouble, venv_trouble
from installer.lock import try_lock
from installer.readiness import Tools, check_libraries, moved_card, ready
from installer.setup import Hands, set_up, unsupported
from installer.trouble import Stop
from tests.installer.test_hardware import LISTING, Machine, nvidia

TORCH = marker.pinned("torch")


class FakeEnvironment(Environment):
    """Makes a folder that looks like an environment, without the seconds that a real one takes."""

    made = 0

    def make(self) -> None:
        self.clear()
        self.made += 1
        (self.folder / "pyvenv.cfg").write_text("home = /usr/bin\nversion = 3.11.7\n")
        self.python.parent.mkdir(parents=True)
        self.python.touch()
        self.site_packages.mkdir(parents=True)


def unpack(site_packages: Path, name: str, finished: bool = True) -> None:
    """A package as pip leaves it, or as a killed pip leaves it."""
    info = site_packages / f"{name}-1.0.dist-info"
    info.mkdir(exist_ok=True)
    (site_packages / f"{name}.py").write_text("x = 1\n")
    (info / "METADATA").touch()
    last = f"{info.name}/INSTALLER,,\n" if finished else ""
    (info / "RECORD").write_text(f"{name}.py,sha256=nia_NpkRxFwkPGhBR7I_yeHc_PJX0pmhxjIBam_NM_Q,6\n{last}")


@dataclass
class FakePip:
    """Stands in for pip: remembers what it was asked for and unpacks a package for each requirement."""

    environment: Environment
    asked: list[tuple[str, ...]] = field(default_factory=list)
    works: tuple[int, ...] = (26, 3)
    breaks_at: str = ""
    with_: BaseException = field(default_factory=KeyboardInterrupt)
    need: int = 0

    def version(self) -> tuple[int, ...]:
        return self.works

    def install(self, *arguments: str) -> None:
        self.asked.append(arguments)
        name = "torch" if arguments[0].startswith("torch") else "rest" if arguments[0] == "-r" else "pip"
        unpack(self.environment.site_packages, name, finished=name != self.breaks_at)
        if name == self.breaks_at:
            raise self.with_


@dataclass
class Place:
    """A checkout in a temporary folder, on a made-up machine."""

    environment: FakeEnvironment
    pip: FakePip
    tools: Tools
    page: str = LISTING
    said: list[str] = field(default_factory=list)

    def set_up(self, name: str = "app", deep: bool = False) -> None:
        hands = Hands(lambda *given: self.pip, lambda url: self.page, lambda environment: f"{TORCH}+cpu|processor")
        set_up(self.environment, name, self.tools, ("drawing",), deep, hands)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    environment = FakeEnvironment(tmp_path)
    tools = Tools(probe=Machine(), environ={}, loads=lambda library: True, say=lambda text: None)
    return Place(environment, FakePip(environment), tools)


def test_torch_comes_first_from_its_own_index_and_the_rest_with_pins(place: Place) -> None:
    place.set_up()
    torch, rest, alone = place.pip.asked
    assert torch[0] == f"torch=={TORCH}+cpu"
    assert torch[-2] == "--extra-index-url"
    assert [Path(part).name for part in rest] == ["-r", "app.txt", "-c", "constraints.txt"]
    assert [Path(part).name for part in alone] == ["-r", "alone.txt", "--no-deps", "-c", "constraints.txt"]
    assert ready(place.environment, "app", place.tools)


def test_without_pytorchs_index_plain_pip_gets_the_exact_pin(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    place.page = ""
    place.set_up()
    assert place.pip.asked[0][0] == f"torch=={TORCH}"
    assert "--extra-index-url" not in place.pip.asked[0]
    assert "CPU index did not answer" in capsys.readouterr().out


def test_each_step_is_counted_with_its_seconds(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    place.set_up()
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("]")[0] for line in lines if line.endswith(" s")] == [f"[{number}/5" for number in range(1, 6)]


def test_a_second_set_up_of_a_ready_place_touches_nothing(place: Place) -> None:
    place.set_up()
    place.pip.asked.clear()
    place.set_up()
    assert place.pip.asked == []


def test_the_tests_packages_come_on_top(place: Place) -> None:
    place.set_up()
    assert not ready(place.environment, "test", place.tools)
    place.set_up("test")
    assert "test.txt" in [Path(part).name for part in place.pip.asked[-2]]
    assert ready(place.environment, "test", place.tools)
    assert ready(place.environment, "app", place.tools)
    assert place.environment.made == 1


@pytest.mark.parametrize("step", ["torch", "rest"])
def test_an_interrupted_set_up_is_not_ready_and_goes_on_from_there(place: Place, step: str) -> None:
    place.pip.breaks_at = step
    with pytest.raises(KeyboardInterrupt):
        place.set_up()
    assert not ready(place.environment, "app", place.tools)
    half = place.environment.site_packages / f"{step}-1.0.dist-info"
    assert half.exists()
    place.pip.breaks_at = ""
    place.set_up()
    assert place.environment.made == 1
    assert "INSTALLER" in (half / "RECORD").read_text()
    assert ready(place.environment, "app", place.tools)


def test_an_interrupted_upgrade_is_not_taken_for_the_old_state(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.set_up()
    before = marker.digest
    with monkeypatch.context() as patch:
        patch.setattr(marker, "digest", lambda name: "new pins")
        place.pip.breaks_at = "rest"
        with pytest.raises(KeyboardInterrupt):
            place.set_up()
    assert marker.digest is before
    assert not ready(place.environment, "app", place.tools)


def test_new_pins_keep_the_build_of_torch_that_is_there(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.page = ""
    place.set_up()
    (place.environment.site_packages / f"torch-{TORCH}+cpu.dist-info").mkdir()
    (place.environment.site_packages / f"torch-{TORCH}+cpu.dist-info" / "METADATA").touch()
    monkeypatch.setattr(marker, "digest", lambda name: "new pins")
    monkeypatch.setattr("installer.setup.mend", lambda site_packages, deep: [])
    place.page = LISTING
    place.set_up()
    assert place.pip.asked[-3][0] == f"torch=={TORCH}"


def test_an_environment_whose_python_went_away_is_made_anew(place: Place) -> None:
    place.set_up()
    place.environment.python.unlink()
    assert not ready(place.environment, "app", place.tools)
    place.set_up()
    assert place.environment.made == 2


def test_a_broken_pip_gets_a_new_environment(place: Place) -> None:
    place.set_up()
    place.environment.marker.unlink()
    place.pip.works = ()
    place.set_up()
    assert place.environment.made == 2


def test_an_old_pip_is_renewed_and_kept_if_that_fails(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    place.pip.works, place.pip.breaks_at, place.pip.with_ = (23, 2), "pip", Stop("No network.")
    place.set_up()
    assert "pip stays at 23.2: a newer one could not be had." in capsys.readouterr().out
    assert ready(place.environment, "app", place.tools)


def test_a_moved_folder_is_noticed(place: Place, tmp_path: Path) -> None:
    place.set_up()
    found = marker.read(place.environment.marker)
    assert found
    marker.write(place.environment.marker, replace(found, root="/somewhere/else"))
    assert not ready(place.environment, "app", place.tools)
    place.set_up()
    link = place.environment.site_packages / "sfumato.pth"
    assert link.read_text() == f"{tmp_path}\n"


def test_another_wish_for_torch_is_honoured(place: Place) -> None:
    place.set_up()
    place.tools = replace(place.tools, environ={"SFUMATO_TORCH": "plain"})
    assert not ready(place.environment, "app", place.tools)
    place.set_up()
    assert place.pip.asked[-3][0] == f"torch=={TORCH}"


def test_a_card_that_comes_later_is_mentioned(place: Place) -> None:
    place.set_up()
    assert moved_card(place.environment, place.tools) == ""
    later = replace(place.tools, probe=Machine(files={"/dev/nvidiactl": ""}))
    assert "repair" in moved_card(place.environment, later)


def test_repair_chooses_torch_anew(place: Place) -> None:
    place.set_up()
    place.tools = replace(place.tools, probe=nvidia("NVIDIA GeForce RTX 4090, 580.95.05, 8.9"))
    place.page = LISTING.replace("cpu", "cu130")
    place.set_up(deep=True)
    assert place.pip.asked[-3][0] == f"torch=={TORCH}+cu130"


def test_a_marker_that_was_cut_short_counts_as_none(place: Place) -> None:
    place.set_up()
    text = place.environment.marker.read_text()
    place.environment.marker.write_text(text[: len(text) // 2])
    assert not ready(place.environment, "app", place.tools)


def test_libraries_once_found_are_not_looked_for_again(place: Place) -> None:
    place.set_up()
    nowhere = replace(place.tools, loads=lambda library: False)
    assert check_libraries(place.environment, (("drawing",),), nowhere) == ("drawing",)
    with pytest.raises(Stop, match="libX11-xcb"):
        check_libraries(place.environment, (("drawing", "x11"),), nowhere)
    check_libraries(place.environment, (("drawing", "x11"),), place.tools)
    assert check_libraries(place.environment, (("drawing", "x11"),), nowhere) == ("drawing", "x11")
    assert ready(place.environment, "app", place.tools)


def test_two_set_ups_at_once_take_turns(place: Place) -> None:
    with place.environment.locked() as held, (place.environment.folder / "setup.lock").open("a+b") as other:
        assert held >= 0
        assert not try_lock(other.fileno())
    with (place.environment.folder / "setup.lock").open("a+b") as after:
        assert try_lock(after.fileno())


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.EACCES, "cannot be written to"),
        (errno.EROFS, "cannot be written to"),
        (errno.ENOSPC, "is full"),
        (errno.EEXIST, "cannot be used"),
    ],
)
def test_a_folder_that_cannot_be_used_is_one_sentence(number: int, words: str, tmp_path: Path) -> None:
    stop = folder_trouble(tmp_path, OSError(number, "no"))
    assert words in str(stop)
    assert stop.remedy


def test_a_file_in_place_of_the_folder_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / ".venv").touch()
    tools = Tools(probe=Machine(), environ={}, loads=lambda library: True)
    assert commands.main(["run"], tmp_path, tools) == 1
    assert "cannot be used" in capsys.readouterr().err


def test_a_full_disk_is_told_before_anything_is_fetched(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("installer.setup.free_space", lambda path: 0.4e9)
    with pytest.raises(Stop, match=r"0\.4 GB are free, about 3 GB are needed"):
        place.set_up()
    assert place.pip.asked == []


def test_debian_without_its_venv_package_hears_the_command() -> None:
    stop = venv_trouble("The virtual environment was not created successfully because ensurepip is not\navailable.")
    assert "lacks the part that makes environments" in str(stop)
    assert stop.remedy.endswith("-venv")


@pytest.mark.parametrize(
    ("machine", "libc", "macos", "words"),
    [
        (Machine(), ("glibc", "2.31"), "", "glibc 2.34 or newer; this system has 2.31"),
        (Machine(machine="aarch64"), ("glibc", "2.36"), "", "glibc 2.39 or newer"),
        (Machine(), ("", ""), "", "glibc, which this one is not"),
        (Machine(system="Darwin", machine="x86_64"), ("", ""), "14.5", "Intel"),
        (Machine(system="Darwin", machine="arm64"), ("", ""), "13.6.1", "macOS 14 or newer"),
        (Machine(system="Windows", machine="arm64"), ("", ""), "", "x64 only"),
    ],
)
def test_a_system_that_cannot_be_served_is_told_why(
    machine: Machine, libc: tuple[str, str], macos: str, words: str
) -> None:
    stop = unsupported(machine, libc, macos)
    assert stop
    assert words in str(stop)


@pytest.mark.parametrize(
    ("machine", "libc", "macos"),
    [
        (Machine(), ("glibc", "2.36"), ""),
        (Machine(system="Darwin", machine="arm64"), ("", ""), "26.1"),
        (Machine(system="Windows", machine="amd64"), ("", ""), ""),
    ],
)
def test_the_usual_systems_are_served(machine: Machine, libc: tuple[str, str], macos: str) -> None:
    assert unsupported(machine, libc, macos) is None
