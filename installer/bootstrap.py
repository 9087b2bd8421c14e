"""The door: `python3 installer/bootstrap.py run|test|repair|doctor [arguments]`.

This file alone can be read by every Python 3 since 3.6, so that an old one gets a sentence instead of a SyntaxError.
Here, and in what it imports first, slow modules are imported where they are used: a ready program starts at once.
"""

import os
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
OLDEST = (3, 11)
NEWEST = (3, 13)


def fits(version):
    """Whether Sfumato runs on this (major, minor) of Python."""
    return OLDEST <= tuple(version[:2]) <= NEWEST


def answers(command, minor):
    """Whether this command is a Python 3.`minor`; a shim or a stub of a shop may have the name only."""
    import subprocess

    code = f"import sys; sys.exit(sys.version_info[:2] != (3, {minor}))"
    try:
        return subprocess.call([*command, "-c", code], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0
    except OSError:
        return False


def another_python():
    """The command (a list) of the newest Python here that fits, or None."""
    import shutil

    for minor in range(NEWEST[1], OLDEST[1] - 1, -1):
        found = shutil.which(f"python3.{minor}")
        launcher = shutil.which("py") if os.name == "nt" else None
        for command in ([found], [launcher, f"-3.{minor}"]):
            if command[0] and answers(command, minor):
                return command
    return None


def misfit_message(version, system):
    """What to say to a Python that does not fit, with the way to get one."""
    remedy = {
        "win32": "Install Python 3.13, for example with: winget install Python.Python.3.13",
        "darwin": "Install Python 3.13, for example with: brew install python@3.13",
    }.get(system, "Install python3.13, python3.12 or python3.11 with your system's package manager.")
    needed = f"{OLDEST[0]}.{OLDEST[1]} to {NEWEST[0]}.{NEWEST[1]}"
    return f"Sfumato needs Python {needed}; this is Python {version[0]}.{version[1]}. {remedy}"


def main():
    """Starts the installer, on another Python if this one does not fit. Returns the exit code."""
    if fits(sys.version_info):
        sys.path.insert(0, ROOT)
        from installer.commands import main as command

        return command(sys.argv[1:])
    command = another_python()
    if command is None:
        sys.stderr.write(misfit_message(sys.version_info, sys.platform) + "\n")
        return 1
    import subprocess

    return subprocess.call([*command, os.path.abspath(__file__), *sys.argv[1:]])


if __name__ == "__main__":
    sys.exit(main())
