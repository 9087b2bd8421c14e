"""The folder .venv: where things are in it, making it, and keeping two set-ups apart."""

from __future__ import annotations

import errno
import os
import re
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

from installer.libraries import as_root
from installer.lock import try_lock, wait_for_lock
from installer.trouble import Stop

LOCK = "setup.lock"
LOG = "install.log"
WINDOWS = os.name == "nt"


class Environment:
    """A virtual environment for the program that lies in `root`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / ".venv"
        self.python = self.folder / ("Scripts/python.exe" if WINDOWS else "bin/python")
        self.marker = self.folder / "sfumato.json"
        self.log = self.folder / LOG

    @property
    def version(self) -> str:
        """Version of the environment's Python as written down when it was made, such as 3.11.7; "" if there is none."""
        try:
            text = (self.folder / "pyvenv.cfg").read_text(encoding="utf-8")
        except OSError:
            return ""
        found = re.search(r"^version(?:_info)?\s*=\s*(\d+\.\d+\.\d+)", text, re.MULTILINE)
        return found[1] if found else ""

    @property
    def site_packages(self) -> Path:
        if WINDOWS:
            return self.folder / "Lib" / "site-packages"
        return self.folder / "lib" / f"python{'.'.join(self.version.split('.')[:2])}" / "site-packages"

    def stands(self) -> bool:
        """Whether there is a Python to start; a link to one that was uninstalled does not count."""
        return bool(self.version) and self.python.exists()

    def make(self) -> None:
        """Makes an empty environment, in place of whatever is there. Raises Stop if this Python cannot."""
        import subprocess

        self.clear()
        command = [sys.executable, "-m", "venv", str(self.folder)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise venv_trouble(done.stdout + done.stderr)

    def clear(self) -> None:
        """Empties the folder, but for the lock and the log."""
        import shutil

        for path in self.folder.iterdir():
            if path.name in (LOCK, LOG):
                continue
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()

    def link_program(self) -> None:
        """Lets the environment's Python import `studio` from any folder."""
        path = self.site_packages / "sfumato.pth"
        path.write_text(f"{self.root}\n", encoding="locale")  # as Python reads it

    @contextmanager
    def locked(self, say: Callable[[str], None] = print) -> Generator[int]:
        """Holds off a second set-up; yields the lock's file descriptor. Raises Stop if the folder cannot be written."""
        try:
            self.folder.mkdir(exist_ok=True)
            file = (self.folder / LOCK).open("a+b")
        except OSError as error:
            raise folder_trouble(self.root, error) from error
        with file:
            if not try_lock(file.fileno()):
                say("Another set-up of Sfumato is running here; waiting for it to end.")
                wait_for_lock(file.fileno())
            yield file.fileno()


def folder_trouble(root: Path, error: OSError) -> Stop:
    """Why the folder cannot be written, in a sentence."""
    again = "Run the same command again afterwards."
    if error.errno == errno.ENOSPC:
        return Stop(f"The disk that holds {root} is full.", f"Free about 3 GB. {again}")
    if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return Stop(
            f"The folder {root} cannot be written to.",
            f"Move it to a place of your own, such as your home folder. {again}",
        )
    return Stop(f"The folder {root} cannot be used: {error.strerror or error}.", "Remove .venv in it. " + again)


def venv_trouble(output: str) -> Stop:
    """Why `python -m venv` failed. Debian and Ubuntu keep half of it in a package of its own."""
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    if "ensurepip" in output or "No module named venv" in output or "No module named 'venv'" in output:
        return Stop(
            f"This Python {version} lacks the part that makes environments.",
            f"On Debian and Ubuntu this installs it: {as_root('apt install')} python{version}-venv",
        )
    if "No space left" in output or "Errno 28" in output:
        return Stop("The disk is full.", "Free about 3 GB, then run the same command again.")
    last = output.strip().splitlines()[-1:] or ["it said nothing"]
    return Stop(f"Python could not make an environment: {last[0]}")
