"""`doctor`: what this machine has, what would be installed for it, what is wrong and what mends it."""

from __future__ import annotations

import platform
import shutil
import subprocess
import sys

from installer import hardware, libraries, marker
from installer.environment import Environment
from installer.readiness import Tools, moved_card, ready
from installer.setup import unsupported
from studio.settings.screen import Screen


def examine(environment: Environment, tools: Tools) -> int:
    """Prints the findings, then those of the program itself if it can start. Returns 1 if something must be mended."""
    well = True
    for name, value, remedy in findings(environment, tools):
        print(f"{name:12} {value}")
        if remedy:
            well = False
            print(f"{'':12} {remedy}")
    if ready(environment, "app", tools):
        code = subprocess.call([str(environment.python), "-m", "studio", "doctor"])
        return code or int(not well)
    return int(not well)


def findings(environment: Environment, tools: Tools) -> list[tuple[str, str, str]]:
    """Rows of name, what was found, and what to do about it ("" if nothing)."""
    probe = tools.probe
    card = hardware.find_card(probe)
    build = hardware.choose_build(card, probe.system)
    stop = unsupported(probe, platform.libc_ver(), platform.mac_ver()[0])
    free = shutil.disk_usage(environment.root).free / 1e9
    rows = [
        ("Python", f"{platform.python_version()} at {sys.executable}", ""),
        ("System", f"{probe.system} on {probe.machine}", stop.text() if stop else ""),
        ("Computing", build.why, build.advice),
        ("PyTorch", f"{marker.pinned('torch')} {build.title} fits this machine", ""),
        ("Environment", *state(environment, tools)),
        ("Disk", f"{free:.0f} GB free for {environment.root}", ""),
    ]
    if probe.system == "Linux":
        rows.append(("Libraries", *library_state(tools)))
    return rows


def state(environment: Environment, tools: Tools) -> tuple[str, str]:
    """How far the environment is, and what brings it further."""
    found = marker.read(environment.marker)
    if ready(environment, "app", tools):
        tests = " with the tests' packages" if ready(environment, "test", tools) else ""
        return f"complete{tests}, PyTorch build {found.torch if found else ''}", moved_card(environment, tools)
    if found:
        return "complete for other pins or another place", "The next 'run' brings it up to date."
    if environment.stands():
        return "half-made", "The next 'run' or 'repair' finishes it."
    return "not made yet", "The next 'run' makes it."


def library_state(tools: Tools) -> tuple[str, str]:
    """Which system libraries of Qt are missing, and the command that installs them."""
    groups = ("drawing",)
    if tools.screen() is Screen.THERE:
        groups = next(iter(libraries.screens(tools.environ)), groups)
    absent = libraries.missing(groups, tools.loads)
    if not absent:
        return f"all that {' and '.join(groups)} need are here", ""
    trouble = libraries.trouble(absent, libraries.os_release())
    return str(trouble), trouble.remedy
