"""Runs pip in the environment, condenses what it prints into progress, and says why it failed in one sentence."""

from __future__ import annotations

import os
import queue
import re
import subprocess
import threading
from collections.abc import Iterable
from pathlib import Path

from installer.progress import Progress
from installer.trouble import Stop

# variables that would make pip or Python install or look elsewhere than in the environment
FOREIGN = ("PIP_TARGET", "PIP_PREFIX", "PIP_USER", "PIP_ROOT", "PIP_REQUIREMENT", "PIP_CONSTRAINT", "PIP_NO_DEPS")
FOREIGN_PYTHON = ("PYTHONHOME", "PYTHONPATH", "PYTHONDONTWRITEBYTECODE", "__PYVENV_LAUNCHER__", "VIRTUAL_ENV")
RAW_PROGRESS = (24, 1)  # first version of pip that reports bytes to a program

AGAIN = "Run the same command again: it goes on where it stopped."
FAILURES = (
    (
        r"No space left on device|\[Errno 28\]|not enough space on the disk",
        "The disk is full.",
        "Free about {need} GB. " + AGAIN,
    ),
    (
        r"Read-only file system|\[Errno 30\]|\[Errno 13\]|Permission denied|Access is denied",
        "Sfumato's folder cannot be written to.",
        "Move the folder to a place of your own, such as your home folder. " + AGAIN,
    ),
    (
        r"NewConnectionError|NameResolutionError|Name or service not known|Temporary failure in name resolution"
        r"|getaddrinfo failed|Failed to establish a new connection|ConnectTimeoutError|Network is unreachable"
        r"|ConnectionResetError|IncompleteRead|ReadTimeoutError|ProxyError|nodename nor servname",
        "The packages could not be fetched: the network did not answer.",
        "Check the connection. " + AGAIN,
    ),
    (
        r"SSLError|CERTIFICATE_VERIFY_FAILED",
        "The packages could not be fetched: the secure connection was refused.",
        "A proxy or the clock may be wrong. " + AGAIN,
    ),
    (r"No matching distribution found for (\S+)", "There is no build of {0} for this system and this Python.", ""),
    (r"THESE PACKAGES DO NOT MATCH THE HASHES", "A package arrived damaged.", AGAIN),
)


def plain_name(name: str) -> str:
    """A package's name as folders spell it: Jinja2 is jinja2, huggingface-hub is huggingface_hub."""
    return re.sub(r"[-_.]+", "_", name).lower()


class Reading:
    """Turns pip's lines into a few words on what it is at. Feed it every line; `text` is the news."""

    def __init__(self, site_packages: Path) -> None:
        self._site_packages = site_packages
        self._name = ""
        self._size = self._percent = 0  # megabytes of the file that is arriving, and how much of it is here
        self._arriving = False
        self._waiting: list[str] = []  # packages being unpacked, in pip's order
        self._present: set[str] = set()  # what was there before

    def feed(self, line: str) -> None:
        line = line.strip()
        if found := re.match(r"Collecting ([A-Za-z0-9._-]+)", line):
            self._name, self._arriving = found[1], False
        elif found := re.match(r"(?:Downloading|Using cached|Processing) (?:\S*/)?([A-Za-z0-9_.]+)-\d", line):
            self._name, self._arriving, self._size = found[1], line.startswith("Downloading"), 0
        elif found := re.match(r"Progress (\d+) of (\d+)", line):
            done, total = int(found[1]), max(1, int(found[2]))
            self._size, self._percent = total // 1_000_000, 100 * done // total
        elif line.startswith("Installing collected packages:"):
            self._waiting = line.partition(":")[2].replace(",", " ").split()
            self._present = self._installed()

    @property
    def text(self) -> str:
        if self._waiting:
            return self._unpacking()
        if self._arriving and self._size:
            return f"downloading {self._name}, {self._percent} % of {self._size} MB"
        return f"{'downloading' if self._arriving else 'finding'} {self._name}" if self._name else ""

    def _unpacking(self) -> str:
        """pip does not say which package it unpacks, but leaves its name in each one when it is done."""
        done = {plain_name(folder.split("-")[0]) for folder in self._installed() - self._present}
        left = [name for name in self._waiting if plain_name(name) not in done]
        total = len(self._waiting)
        return f"unpacking {left[0]}, {total - len(left) + 1} of {total}" if left else f"unpacking {total} of {total}"

    def _installed(self) -> set[str]:
        """Names and versions of what is unpacked."""
        return {path.parent.name for path in self._site_packages.glob("*.dist-info/INSTALLER")}


def explain(lines: Iterable[str], log: Path, need: int) -> Stop:
    """Why pip failed, from its last lines. need: gigabytes to name when the disk is full."""
    text = "\n".join(lines)
    for pattern, message, remedy in FAILURES:
        if found := re.search(pattern, text):
            return Stop(message.format(*found.groups()), f"{remedy.format(need=need)} The full log is {log}.".strip())
    said = [line for line in text.splitlines() if line.startswith("ERROR")] or text.splitlines()[-1:] or ["nothing"]
    return Stop(f"pip did not finish; it said: {said[-1]}", f"The full log is {log}. {AGAIN}")


class Pip:
    """pip of one environment. hold: file descriptors the child keeps open too, so that a lock lasts until it ends."""

    def __init__(
        self,
        python: Path,
        site_packages: Path,
        log: Path,
        progress: Progress,
        hold: tuple[int, ...] = (),
    ) -> None:
        self._python = python
        self._site_packages = site_packages
        self._log = log
        self._progress = progress
        self._hold = hold if os.name == "posix" else ()
        self.need = 3  # gigabytes to ask for when the disk is full
        self._temporary = log.parent / "tmp"  # not the system's, which may be small

    def version(self) -> tuple[int, ...]:
        """pip's version, or () if the environment's pip does not work."""
        command = [str(self._python), "-m", "pip", "--version"]
        try:
            done = subprocess.run(command, capture_output=True, text=True, env=self._environ(), check=False)
        except OSError:
            return ()
        found = re.match(r"pip (\d+)\.(\d+)", done.stdout)
        return (int(found[1]), int(found[2])) if found and done.returncode == 0 else ()

    def install(self, *arguments: str) -> None:
        """`pip install` with these arguments. Raises Stop when it fails."""
        bar = ["--progress-bar", "raw"] if self.version() >= RAW_PROGRESS else ["--progress-bar", "off"]
        quiet = ["--no-input", "--disable-pip-version-check", "--no-warn-script-location", "--only-binary", ":all:"]
        self._temporary.mkdir(parents=True, exist_ok=True)
        command = [str(self._python), "-m", "pip", "install", *quiet, *bar, *arguments]
        tail = self._run(command)
        if tail is not None:
            raise explain(tail, self._log, self.need)

    def _run(self, command: list[str]) -> list[str] | None:
        """Runs to the end. None if all went well, else the last lines."""
        reading = Reading(self._site_packages)
        tail: list[str] = []
        with (
            self._log.open("a", encoding="utf-8") as log,
            subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                encoding="utf-8",
                errors="replace",
                env=self._environ(),
                pass_fds=self._hold,
            ) as process,
        ):
            log.write(f"$ {' '.join(command)}\n")
            try:
                for line in self._lines(process, reading):
                    if not line.startswith("Progress "):
                        log.write(line)
                        tail = [*tail[-39:], line.rstrip()]
            except BaseException:
                process.kill()
                raise
        return tail if process.returncode else None

    def _lines(self, process: subprocess.Popen[str], reading: Reading) -> Iterable[str]:
        """Lines as they come; keeps the progress running while pip is silent."""
        lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        output = process.stdout
        assert output is not None

        def read() -> None:
            for line in output:
                lines.put(line)
            lines.put(None)

        threading.Thread(target=read, daemon=True).start()
        while True:
            try:
                line = lines.get(timeout=0.5)
            except queue.Empty:
                self._progress.detail(reading.text)
                continue
            if line is None:
                return
            reading.feed(line)
            self._progress.detail(reading.text)
            yield line

    def _environ(self) -> dict[str, str]:
        environ = {name: value for name, value in os.environ.items() if name not in (*FOREIGN, *FOREIGN_PYTHON)}
        temporary = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(self._temporary))
        return environ | temporary | {"PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8"}
