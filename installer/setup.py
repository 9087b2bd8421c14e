"""Brings the environment to what is wanted: makes or mends it, installs PyTorch first, then the rest, then looks.

Can be stopped at any moment, by kill -9 too, and run again: the marker goes away before the first change and comes
back after the last.
"""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from installer import hardware, libraries, marker
from installer.environment import Environment
from installer.hardware import Build, Card, Probe
from installer.index import offers, page
from installer.marker import Marker
from installer.mending import mend
from installer.packages import Pip
from installer.progress import Progress
from installer.readiness import Tools, ready
from installer.trouble import Stop

PIP = "26.3"
GOOD_PIP = (25, 1)  # resumes a download that broke off
LOOK = """
import PySide6.QtWidgets, PySide6.QtSvg, PIL.Image, cv2, numpy, safetensors, tokenizers, torch
device = torch.cuda.get_device_name() if torch.cuda.is_available() else ""
print(torch.__version__, device or ("Apple GPU" if torch.backends.mps.is_available() else "processor"), sep="|")
"""


def unsupported(probe: Probe, libc: tuple[str, str], macos: str) -> Stop | None:
    """Why PyTorch and Qt cannot be had on this system at all. libc: as platform.libc_ver() says."""

    def number(version: str) -> tuple[int, ...]:
        return tuple(int(part) for part in re.findall(r"\d+", version)[:2])

    if probe.system == "Darwin" and probe.machine != "arm64":
        return Stop("PyTorch is no longer made for Macs with Intel processors, so Sfumato cannot run on this one.")
    if probe.system == "Darwin" and number(macos) < (14,):
        return Stop(f"Sfumato needs macOS 14 or newer; this is {macos}.")
    if probe.system == "Windows" and probe.machine not in ("amd64", "x86_64"):
        return Stop(
            f"PyTorch is made for Windows on x64 only; this Python is for {probe.machine}.",
            "Install the 64-bit (x64) Python from python.org.",
        )
    if probe.system == "Linux":
        needed = (2, 39) if probe.machine == "aarch64" else (2, 34)
        if libc[0] != "glibc":
            return Stop("Sfumato needs a Linux with glibc, which this one is not.")
        if number(libc[1]) < needed:
            return Stop(f"Sfumato needs glibc {needed[0]}.{needed[1]} or newer; this system has {libc[1]}.")
    return None


@dataclass(frozen=True)
class Hands:
    """What the set-up works with; tests put their own in."""

    pip: Callable[..., Pip]
    page: Callable[[str], str]
    look: Callable[[Environment], str]


def set_up(
    environment: Environment,
    name: str,
    tools: Tools,
    groups: tuple[str, ...] = (),
    deep: bool = False,
    hands: Hands | None = None,
) -> None:
    """Makes the set ("app" or "test") ready. deep: check every installed file's content, and choose PyTorch anew.

    groups: system libraries that were found complete. Raises Stop with a sentence for the person.
    """
    if stop := unsupported(tools.probe, platform.libc_ver(), platform.mac_ver()[0]):
        raise stop
    with environment.locked(tools.say) as lock:
        if not deep and ready(environment, name, tools):
            return  # another set-up did it while we waited
        Setting(environment, name, tools, hands or Hands(Pip, page, look), lock, deep).run(groups)


class Setting:
    """One run of the set-up, with the lock held."""

    def __init__(self, environment: Environment, name: str, tools: Tools, hands: Hands, lock: int, deep: bool) -> None:
        self._environment = environment
        self._name = name
        self._tools = tools
        self._hands = hands
        self._lock = lock
        self._deep = deep
        self._old = marker.read(environment.marker)
        self._progress = Progress(5)

    def run(self, groups: tuple[str, ...]) -> None:
        card, build = self._choose()
        self._check_space(build)
        self._environment.marker.unlink(missing_ok=True)
        try:
            self._make()
            pip = self._make_pip()
            self._renew_pip(pip)
            build = self._install_torch(pip, build)
            self._install_rest(pip)
            self._look(card, build)
        except BaseException:
            self._progress.broken()
            raise
        self._environment.link_program()
        shutil.rmtree(self._environment.folder / "tmp", ignore_errors=True)
        marker.write(self._environment.marker, self._marker(build, groups))

    def _choose(self) -> tuple[Card, Build]:
        wish = self._tools.environ.get("SFUMATO_TORCH", "")
        card = hardware.find_card(self._tools.probe)
        build = hardware.wished_build(wish) if wish else hardware.choose_build(card, self._tools.probe.system)
        self._tools.say(f"Setting up Sfumato in {self._environment.folder}")
        self._tools.say(f"{build.why} {build.advice}".strip())
        return card, build

    def _check_space(self, build: Build) -> None:
        """Stops early when a first set-up cannot fit. What is already there is taken as the half of it."""
        need = build.gigabytes / (2 if self._environment.stands() else 1)
        free = free_space(self._environment.folder) / 1e9
        if free < need and self._old is None:
            raise Stop(
                f"The disk is too full: {free:.1f} GB are free, about {need:.0f} GB are needed.",
                "Free some, then run the same command again.",
            )

    def _make(self) -> None:
        environment = self._environment
        self._progress.begin("Python environment")
        if not environment.stands():
            environment.make()
            self._progress.end(f"Python {environment.version}")
            return
        damaged = mend(environment.site_packages, self._deep)
        self._progress.end(f"kept; {', '.join(damaged)} will be installed anew" if damaged else "kept")

    def _make_pip(self) -> Pip:
        environment = self._environment
        return self._hands.pip(
            environment.python, environment.site_packages, environment.log, self._progress, (self._lock,)
        )

    def _renew_pip(self, pip: Pip) -> None:
        """A pip that shows how far a download is and resumes it. Its absence is no reason to stop, a broken pip is."""
        self._progress.begin("pip")
        version = pip.version()
        if not version:
            self._environment.make()
            version = pip.version()
        if version < GOOD_PIP:
            try:
                pip.install("--retries", "0", f"pip=={PIP}")
            except Stop:  # the log has the reason
                self._progress.note(f"pip stays at {'.'.join(map(str, version))}: a newer one could not be had.")
        self._progress.end()

    def _install_torch(self, pip: Pip, build: Build) -> Build:
        """PyTorch first, so that nothing else can pull another build in. Returns the build that was taken."""
        self._progress.begin(f"PyTorch {marker.pinned('torch')} {build.title}")
        if self._old and self._old.torch == "plain" and not self._deep and self._has_torch():
            build = hardware.plain_build(build, self._tools.probe.system)  # as it was; other pins changed
        elif build.index and not self._offered(build):
            build = hardware.plain_build(build, self._tools.probe.system)
            self._progress.note(build.why)
        pip.need = build.gigabytes
        index = ("--extra-index-url", build.index) if build.index else ()
        pip.install(build.requirement(marker.pinned("torch")), *self._constraints(), *index)
        self._progress.end()
        return build

    def _has_torch(self) -> bool:
        return any(self._environment.site_packages.glob(f"torch-{marker.pinned('torch')}*.dist-info"))

    def _offered(self, build: Build) -> bool:
        return offers(build, self._environment.version, self._tools.probe, self._hands.page)

    def _install_rest(self, pip: Pip) -> None:
        self._progress.begin("Everything else")
        files = [str(marker.REQUIREMENTS / file) for file in marker.SETS[self._name]]
        pip.install(*[part for file in files for part in ("-r", file)], *self._constraints())
        pip.install("-r", str(marker.REQUIREMENTS / marker.ALONE), "--no-deps", *self._constraints())
        self._progress.end()

    def _constraints(self) -> tuple[str, str]:
        return ("-c", str(marker.REQUIREMENTS / "constraints.txt"))

    def _look(self, card: Card, build: Build) -> None:
        """Starts what was installed once, and says what pictures will be made on."""
        self._progress.begin("Trying it")
        version, _, device = self._hands.look(self._environment).partition("|")
        self._progress.end(f"PyTorch {version} on the {device}" if device == "processor" else f"PyTorch on {device}")
        if card.maker in ("nvidia", "amd") and device == "processor" and build.id not in ("cpu", "plain"):
            self._progress.note(f"PyTorch cannot use the {card.name}; 'doctor' says more.")

    def _marker(self, build: Build, groups: tuple[str, ...]) -> Marker:
        sets = {name: marker.digest(name) for name in ("app", self._name)}
        return Marker(
            sets=sets,
            torch=build.id,
            wish=self._tools.environ.get("SFUMATO_TORCH", ""),
            python=self._environment.version,
            gpu=hardware.gpu_sign(self._tools.probe),
            root=str(self._environment.root),
            libraries=sorted({*groups, *(self._old.libraries if self._old else ())}),
        )


def free_space(folder: Path) -> float:
    """Bytes free for a folder."""
    return shutil.disk_usage(folder).free


def look(environment: Environment) -> str:
    """Version of PyTorch and name of its device, with a bar between, after importing what the program needs."""
    command = [str(environment.python), "-c", LOOK]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=environment.folder)
    if done.returncode == 0:
        return done.stdout.strip().splitlines()[-1]
    with environment.log.open("a", encoding="utf-8") as log:
        log.write(done.stdout + done.stderr)
    if found := re.search(r"(lib\S+\.so[.\d]*): cannot open shared object file", done.stderr):
        raise libraries.trouble([found[1]], libraries.os_release())
    last = done.stderr.strip().splitlines()[-1:] or [f"it ended with {done.returncode}"]
    raise Stop(
        f"What was installed does not start: {last[0]}",
        f"Try: {os.path.basename(sys.executable)} installer/bootstrap.py repair. The full log is {environment.log}.",
    )
