"""Missing system libraries are named with the command that installs them."""

from __future__ import annotations

import pytest

from installer import libraries
from installer.trouble import Stop

UBUNTU = 'NAME="Ubuntu"\nID=ubuntu\nID_LIKE=debian\n'
DEBIAN = 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\n'
MINT = 'ID=linuxmint\nID_LIKE="ubuntu debian"\n'
FEDORA = "ID=fedora\n"
ROCKY = 'ID="rocky"\nID_LIKE="rhel centos fedora"\n'
ARCH = "ID=arch\n"
MANJARO = "ID=manjaro\nID_LIKE=arch\n"
GENTOO = "ID=gentoo\n"


@pytest.mark.parametrize(
    ("system", "command"),
    [
        (DEBIAN, "apt install libegl1 libxcb-cursor0"),
        (UBUNTU, "apt install libegl1 libxcb-cursor0"),
        (MINT, "apt install libegl1 libxcb-cursor0"),
        (FEDORA, "dnf install libglvnd-egl xcb-util-cursor"),
        (ROCKY, "dnf install libglvnd-egl xcb-util-cursor"),
        (ARCH, "pacman -S libglvnd xcb-util-cursor"),
        (MANJARO, "pacman -S libglvnd xcb-util-cursor"),
    ],
)
def test_each_system_gets_its_own_command(system: str, command: str) -> None:
    stop = libraries.trouble(["libEGL.so.1", "libxcb-cursor.so.0"], system)
    assert "libEGL.so.1, libxcb-cursor.so.0" in str(stop)
    assert stop.remedy.endswith(command)


@pytest.mark.parametrize(("user", "command"), [(1000, "sudo apt install"), (0, "apt install")])
def test_only_who_is_not_root_needs_sudo(user: int, command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: user, raising=False)
    assert libraries.as_root("apt install") == command


def test_an_unknown_system_is_told_the_names_at_least() -> None:
    stop = libraries.trouble(["libEGL.so.1"], GENTOO)
    assert str(stop) == "A system library is missing: libEGL.so.1."
    assert "package manager" in stop.remedy


def test_a_package_that_holds_several_is_named_once() -> None:
    assert libraries.packages(["libxcb.so.1", "libxcb-shm.so.0", "libGL.so.1", "libEGL.so.1"], "pacman") == [
        "libxcb",
        "libglvnd",
    ]


@pytest.mark.parametrize(
    ("environ", "choices"),
    [
        ({}, ()),
        ({"DISPLAY": ":0"}, (("drawing", "x11"),)),
        ({"WAYLAND_DISPLAY": "wayland-0"}, (("drawing", "wayland"),)),
        ({"DISPLAY": ":0", "WAYLAND_DISPLAY": "wayland-0"}, (("drawing", "x11"), ("drawing", "wayland"))),
    ],
)
def test_what_is_needed_depends_on_the_screen(environ: dict[str, str], choices: tuple[tuple[str, ...], ...]) -> None:
    assert libraries.screens(environ) == choices


def test_one_complete_way_to_the_screen_is_enough() -> None:
    both = (("drawing", "x11"), ("drawing", "wayland"))
    assert libraries.check(both, lambda library: library != "libxcb-cursor.so.0") == ("drawing", "wayland")


def test_without_any_the_first_way_is_asked_for() -> None:
    both = (("drawing", "x11"), ("drawing", "wayland"))
    absent = {"libxcb-cursor.so.0", "libwayland-client.so.0"}
    with pytest.raises(Stop, match=r"missing: libxcb-cursor\.so\.0\."):
        libraries.check(both, lambda library: library not in absent)


def test_tests_without_a_screen_need_no_x11() -> None:
    assert libraries.check((("drawing",),), lambda library: "xcb" not in library) == ("drawing",)


def test_a_library_that_is_nowhere_does_not_load() -> None:
    assert not libraries.loads("libsurely-not-here.so.9")
