"""Whether a window can open here, with display servers that answer, refuse, or are not there."""

from __future__ import annotations

import os
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from studio.settings.screen import Screen, look, told

ONLY_LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere the system draws windows")
WELCOME = struct.pack("<BxHHH", 1, 11, 0, 8) + struct.pack(
    "<IIIIHHBBBBBBBB4x", 1, 1, 1, 0, 0, 9, 0, 0, 0, 0, 32, 32, 8, 9
)
REFUSAL = struct.pack("<BBHHH", 0, 4, 11, 0, 1) + b"no!!"


@pytest.fixture
def x11() -> Iterator[tuple[str, list[bytes]]]:
    """A display server on a port of this machine that says one thing to whoever knocks: its name, and what it says."""
    says = [WELCOME]
    server = next(bound for number in range(40, 400) if (bound := _bound(6000 + number)))

    def serve() -> None:
        while True:
            try:
                guest, _ = server.accept()
            except OSError:
                return
            with guest:
                guest.recv(12)
                guest.sendall(says[0])

    thread = threading.Thread(target=serve)
    thread.start()
    yield f"127.0.0.1:{server.getsockname()[1] - 6000}", says
    server.shutdown(socket.SHUT_RDWR)
    server.close()
    thread.join()


def _bound(port: int) -> socket.socket | None:
    server = socket.socket()
    try:
        server.bind(("127.0.0.1", port))
    except OSError:
        server.close()
        return None
    server.listen()
    return server


def a_dead_port() -> str:
    """A display whose port nobody listens on."""
    with socket.socket() as once:
        once.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{once.getsockname()[1] - 6000}"


@pytest.mark.parametrize(
    ("environ", "system", "found"),
    [
        ({}, "linux", Screen.NONE),
        ({}, "win32", Screen.THERE),
        ({}, "darwin", Screen.THERE),
        ({"DISPLAY": ":0", "QT_QPA_PLATFORM": "offscreen"}, "linux", Screen.INVISIBLE),
        ({"QT_QPA_PLATFORM": "offscreen:size=800x600"}, "win32", Screen.INVISIBLE),
        ({"QT_QPA_PLATFORM": "vnc:size=800x600"}, "linux", Screen.THERE),
        ({"QT_QPA_PLATFORM": "xcb", "WAYLAND_DISPLAY": "wayland-0"}, "linux", Screen.NONE),
        ({"DISPLAY": "nonsense"}, "linux", Screen.SILENT),
        ({"DISPLAY": "127.0.0.1:x"}, "linux", Screen.SILENT),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "linux", Screen.SILENT),
    ],
)
def test_what_the_environment_says(environ: dict[str, str], system: str, found: Screen) -> None:
    assert look(environ, system) is found


@ONLY_LINUX
def test_x11_that_answers_and_x11_that_lets_nobody_in(x11: tuple[str, list[bytes]]) -> None:
    name, says = x11
    assert look({"DISPLAY": name}) is Screen.THERE
    assert look({"DISPLAY": name, "WAYLAND_DISPLAY": "gone", "XDG_RUNTIME_DIR": "/nowhere"}) is Screen.THERE
    says[0] = REFUSAL
    assert look({"DISPLAY": name}) is Screen.SILENT


@ONLY_LINUX
def test_wayland_by_its_socket(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "w"))
        environ = {"WAYLAND_DISPLAY": "w", "XDG_RUNTIME_DIR": str(tmp_path)}
        assert look(environ) is Screen.SILENT  # the file is there, and nobody behind it
        server.listen()
        assert look(environ) is Screen.THERE
        assert look({"WAYLAND_DISPLAY": str(tmp_path / "w")}) is Screen.THERE
    assert look(environ) is Screen.SILENT


@ONLY_LINUX
@pytest.mark.parametrize("variable", ["DISPLAY", "WAYLAND_DISPLAY"])
def test_a_dead_screen_costs_a_sentence_and_no_abort(tmp_path: Path, variable: str) -> None:
    environ = {name: value for name, value in os.environ.items() if name not in ("QT_QPA_PLATFORM", "DISPLAY")}
    environ |= {variable: a_dead_port() if variable == "DISPLAY" else str(tmp_path / "gone")}
    done = subprocess.run([sys.executable, "-m", "studio"], capture_output=True, text=True, env=environ, check=False)
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        f"sfumato: The screen that is named here does not answer ({variable}={environ[variable]})."
        " `generate` works without one: see --help."
    ]


def test_what_is_said() -> None:
    assert told(Screen.NONE, {}) == "There is no screen here."
    assert told(Screen.SILENT, {"DISPLAY": ":9"}) == "The screen that is named here does not answer (DISPLAY=:9)."
