"""System libraries that Qt loads on Linux, and the command that installs the missing ones.

Which ones: the NEEDED entries of libQt6Core, Gui, Widgets, DBus, Svg and of the platform plugins in PySide6 6.11.
"""

from __future__ import annotations

import ctypes
import os
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from installer.trouble import Stop

# library: packages that hold it for apt, dnf and pacman
DRAWING = {
    "libEGL.so.1": ("libegl1", "libglvnd-egl", "libglvnd"),
    "libGL.so.1": ("libgl1", "libglvnd-glx", "libglvnd"),
    "libX11.so.6": ("libx11-6", "libX11", "libx11"),
    "libxkbcommon.so.0": ("libxkbcommon0", "libxkbcommon", "libxkbcommon"),
    "libfontconfig.so.1": ("libfontconfig1", "fontconfig", "fontconfig"),
    "libfreetype.so.6": ("libfreetype6", "freetype", "freetype2"),
    "libglib-2.0.so.0": ("libglib2.0-0", "glib2", "glib2"),
    "libgthread-2.0.so.0": ("libglib2.0-0", "glib2", "glib2"),
    "libdbus-1.so.3": ("libdbus-1-3", "dbus-libs", "dbus"),
    "libzstd.so.1": ("libzstd1", "libzstd", "zstd"),
    "libz.so.1": ("zlib1g", "zlib", "zlib"),
}
X11 = {
    "libX11-xcb.so.1": ("libx11-xcb1", "libX11-xcb", "libx11"),
    "libxcb.so.1": ("libxcb1", "libxcb", "libxcb"),
    "libxcb-cursor.so.0": ("libxcb-cursor0", "xcb-util-cursor", "xcb-util-cursor"),
    "libxcb-icccm.so.4": ("libxcb-icccm4", "xcb-util-wm", "xcb-util-wm"),
    "libxcb-util.so.1": ("libxcb-util1", "xcb-util", "xcb-util"),
    "libxcb-image.so.0": ("libxcb-image0", "xcb-util-image", "xcb-util-image"),
    "libxcb-keysyms.so.1": ("libxcb-keysyms1", "xcb-util-keysyms", "xcb-util-keysyms"),
    "libxcb-render-util.so.0": ("libxcb-render-util0", "xcb-util-renderutil", "xcb-util-renderutil"),
    "libxcb-randr.so.0": ("libxcb-randr0", "libxcb", "libxcb"),
    "libxcb-render.so.0": ("libxcb-render0", "libxcb", "libxcb"),
    "libxcb-shape.so.0": ("libxcb-shape0", "libxcb", "libxcb"),
    "libxcb-shm.so.0": ("libxcb-shm0", "libxcb", "libxcb"),
    "libxcb-sync.so.1": ("libxcb-sync1", "libxcb", "libxcb"),
    "libxcb-xfixes.so.0": ("libxcb-xfixes0", "libxcb", "libxcb"),
    "libxcb-xkb.so.1": ("libxcb-xkb1", "libxcb", "libxcb"),
    "libxkbcommon-x11.so.0": ("libxkbcommon-x11-0", "libxkbcommon-x11", "libxkbcommon-x11"),
}
WAYLAND = {
    "libwayland-client.so.0": ("libwayland-client0", "libwayland-client", "wayland"),
    "libwayland-cursor.so.0": ("libwayland-cursor0", "libwayland-cursor", "wayland"),
    "libwayland-egl.so.1": ("libwayland-egl1", "libwayland-egl", "wayland"),
}
GROUPS = {"drawing": DRAWING, "x11": X11, "wayland": WAYLAND}
MANAGERS = {"apt": "apt install", "dnf": "dnf install", "pacman": "pacman -S"}
FAMILIES = {
    "apt": {"debian", "ubuntu"},
    "dnf": {"fedora", "rhel", "centos", "rocky", "almalinux"},
    "pacman": {"arch", "manjaro"},
}


def loads(library: str) -> bool:
    """Whether the system's loader finds this library."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def screens(environ: Mapping[str, str]) -> tuple[tuple[str, ...], ...]:
    """Groups of which one must be complete to open a window in this session; Qt takes the part that loads."""
    x11 = (("drawing", "x11"),) if environ.get("DISPLAY") else ()
    wayland = (("drawing", "wayland"),) if environ.get("WAYLAND_DISPLAY") else ()
    return (*x11, *wayland)


def missing(groups: Iterable[str], loads: Callable[[str], bool] = loads) -> list[str]:
    """Libraries of these groups that are not here."""
    return [library for group in groups for library in GROUPS[group] if not loads(library)]


def check(choices: Iterable[tuple[str, ...]], loads: Callable[[str], bool] = loads) -> tuple[str, ...]:
    """The first choice of groups that is complete. Raises Stop, naming what the first one lacks, if none is."""
    lacking: list[str] = []
    for groups in choices:
        absent = missing(groups, loads)
        if not absent:
            return groups
        lacking = lacking or absent
    raise trouble(lacking, os_release())


def manager(os_release: str) -> str:
    """Package manager of a Linux system, from the text of /etc/os-release: apt, dnf, pacman or ""."""
    words: set[str] = set()
    for line in re.findall(r"^ID(?:_LIKE)?=(.*)$", os_release, re.MULTILINE):
        words.update(line.strip("\"'").split())
    return next((name for name, systems in FAMILIES.items() if words & systems), "")


def packages(libraries: Iterable[str], manager: str) -> list[str]:
    """Packages that hold the libraries, each once, in order."""
    column = list(MANAGERS).index(manager)
    table = DRAWING | X11 | WAYLAND
    return list(dict.fromkeys(table[library][column] for library in libraries))


def os_release() -> str:
    """Text that names this Linux system, or ""."""
    for path in (Path("/etc/os-release"), Path("/usr/lib/os-release")):
        if path.exists():
            return path.read_text(encoding="utf-8", errors="replace")
    return ""


def trouble(libraries: list[str], os_release: str) -> Stop:
    """What to say when libraries are missing."""
    what = "System libraries that draw windows are missing" if len(libraries) > 1 else "A system library is missing"
    message = f"{what}: {', '.join(libraries)}."
    if not (tool := manager(os_release)):
        return Stop(message, "Install them with your system's package manager, then run the same command again.")
    return Stop(message, f"This installs them: {as_root(MANAGERS[tool])} {' '.join(packages(libraries, tool))}")


def as_root(command: str) -> str:
    """The command with sudo in front, unless this is root already, who may not have a sudo."""
    return command if hasattr(os, "geteuid") and os.geteuid() == 0 else f"sudo {command}"
