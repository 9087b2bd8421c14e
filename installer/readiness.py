"""Whether the program can start as things are. This is all that a second start costs, so it reads a few small files."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from installer import libraries, marker
from installer.environment import Environment
from installer.hardware import Probe, gpu_sign
from installer.marker import Marker
from studio.settings.screen import Screen, look


def environment_variables() -> Mapping[str, str]:
    return os.environ


@dataclass(frozen=True)
class Tools:
    """The outside world; tests put their own in."""

    probe: Probe = field(default_factory=Probe)
    environ: Mapping[str, str] = field(default_factory=environment_variables)
    loads: Callable[[str], bool] = libraries.loads
    say: Callable[[str], None] = print

    def screen(self) -> Screen:
        """What a window would meet."""
        return look(self.environ, self.probe.system.lower())


def ready(environment: Environment, name: str, tools: Tools) -> Marker | None:
    """The marker, if everything of a set ("app" or "test") is installed as it is pinned, and PyTorch as wished."""
    found = marker.read(environment.marker)
    if found is None or not found.holds(name) or not environment.stands():
        return None
    same = found.python == environment.version and found.wish == tools.environ.get("SFUMATO_TORCH", "")
    return found if same and found.root == str(environment.root) else None


def check_libraries(environment: Environment, choices: tuple[tuple[str, ...], ...], tools: Tools) -> tuple[str, ...]:
    """Groups of system libraries found complete. Raises Stop naming what is missing. Only Linux needs any.

    choices: as `libraries.screens` gives them; what the marker says was complete is not looked for again.
    """
    if tools.probe.system != "Linux":
        return ()
    found = marker.read(environment.marker)
    known = frozenset(found.libraries if found else ())
    for groups in choices:
        if known.issuperset(groups):
            return groups
    groups = libraries.check(choices, tools.loads)
    if found:
        marker.write(environment.marker, found.with_libraries(list(groups)))
    return groups


def moved_card(environment: Environment, tools: Tools) -> str:
    """A sentence if a graphics card came or went since PyTorch was chosen, else ""."""
    found = marker.read(environment.marker)
    now = gpu_sign(tools.probe)
    if found is None or found.gpu == now or found.wish:
        return ""
    what = "A graphics card was added" if now else "The graphics card has gone"
    return f"{what} since Sfumato was set up; 'python3 installer/bootstrap.py repair' chooses PyTorch anew."
