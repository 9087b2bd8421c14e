"""Whether a window can be opened here, found out before Qt tries: where no display server answers, Qt aborts.

X11 is asked by libxcb, as Qt's own plugin does: it knows sockets, hosts and who may come in. The installer asks, too,
before anything is installed; slow modules are imported where they are used, since a second start waits for them.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from enum import Enum

INVISIBLE = ("offscreen", "minimal")  # Qt platforms that open no window
SERVERS = {"xcb": "DISPLAY", "wayland": "WAYLAND_DISPLAY"}  # Qt platform: the variable that names its server
PATIENCE = 3  # seconds for a host to answer
FIRST_PORT = 6000  # of X11 over a network


class Screen(Enum):
    """THERE: a window can be seen. INVISIBLE: Qt was told to draw in memory. NONE, SILENT: no window can open."""

    THERE = "there"
    INVISIBLE = "invisible"
    NONE = "none"
    SILENT = "silent"

    @property
    def opens(self) -> bool:
        """Whether Qt can start, seen or not."""
        return self in (Screen.THERE, Screen.INVISIBLE)


def look(environ: Mapping[str, str], system: str = sys.platform) -> Screen:
    """What a window would meet. system: as `sys.platform`."""
    chosen = [each.partition(":")[0] for each in environ.get("QT_QPA_PLATFORM", "").split(";") if each]
    if chosen and chosen[0] in INVISIBLE:
        return Screen.INVISIBLE
    if not system.startswith("linux"):
        return Screen.THERE
    wanted = [each.partition("-")[0] for each in chosen] or list(SERVERS)
    if any(each not in SERVERS for each in wanted):
        return Screen.THERE  # vnc, eglfs …: a choice that needs no display server
    named = {each: name for each in wanted if (name := environ.get(SERVERS[each], ""))}
    if not named:
        return Screen.NONE
    there = ("xcb" in named and _x11_answers(named["xcb"])) or (
        "wayland" in named and _wayland_answers(named["wayland"], environ.get("XDG_RUNTIME_DIR", ""))
    )
    return Screen.THERE if there else Screen.SILENT


def told(screen: Screen, environ: Mapping[str, str]) -> str:
    """Why no window can open, in a sentence."""
    if screen is Screen.SILENT:
        named = [f"{variable}={environ[variable]}" for variable in SERVERS.values() if environ.get(variable)]
        return f"The screen that is named here does not answer ({', '.join(named)})."
    return "There is no screen here."


def _x11_answers(name: str) -> bool:
    """True, too, when libxcb is missing here: that is another trouble, with a remedy of its own."""
    host, _, number = name.rpartition(":")
    if host and not host.startswith("/") and host != "unix" and not _host_answers(host, number.partition(".")[0]):
        return False  # libxcb would wait for minutes
    import ctypes

    try:
        library = ctypes.CDLL("libxcb.so.1")
    except OSError:
        return True
    library.xcb_connect.restype = ctypes.c_void_p
    library.xcb_connect.argtypes = [ctypes.c_char_p, ctypes.c_void_p]
    library.xcb_connection_has_error.argtypes = [ctypes.c_void_p]
    library.xcb_disconnect.argtypes = [ctypes.c_void_p]
    connection = library.xcb_connect(name.encode(), None)
    refused = library.xcb_connection_has_error(connection)
    library.xcb_disconnect(connection)
    return not refused


def _host_answers(host: str, number: str) -> bool:
    import socket

    if not number.isdigit():
        return False
    try:
        socket.create_connection((host.removeprefix("tcp/").strip("[]"), FIRST_PORT + int(number)), PATIENCE).close()
    except (OSError, OverflowError):
        return False
    return True


def _wayland_answers(name: str, folder: str) -> bool:
    import socket

    path = os.path.join(folder, name)  # a name may be a whole path
    try:
        with socket.socket(socket.AF_UNIX) as server:
            server.connect(path)
    except OSError:
        return False
    return os.path.isabs(path)
