"""`python -m studio doctor`: what the machine has, what will be used, what is wrong and how to mend it."""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import os
import platform
import shutil
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from studio import __version__
from studio.cli_parsing import Commands
from studio.library.resources import resource
from studio.library.shipped import damaged_files
from studio.settings.paths import Home
from studio.settings.screen import Screen, look, told
from studio.settings.settings import SettingsFile
from studio.shelves import kernels_file, models_of

ENOUGH_DISK = 2 * 2**30  # bytes; a thousand large pictures


@dataclass(frozen=True)
class Finding:
    """One fact about this machine. remedy is "" when all is well."""

    name: str
    value: str
    remedy: str = ""


def add_parser(commands: Commands) -> None:
    """Adds `doctor` to the command line."""
    parser = commands.add_parser("doctor", help="what this machine has, what is wrong and how to mend it")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(command=run)


def run(options: argparse.Namespace, home: Home) -> int:
    """Prints all findings; the exit code is 1 when something needs mending."""
    findings = list(examine(home))
    well = not any(finding.remedy for finding in findings)
    if options.json:
        print(json.dumps({"well": well, "findings": [asdict(finding) for finding in findings]}))
        return 0 if well else 1
    width = max(len(finding.name) for finding in findings)
    for finding in findings:
        print(f"{finding.name:<{width}}  {finding.value}")
        if finding.remedy:
            print(f"{'':<{width}}  → {finding.remedy}")
    print("Everything is well." if well else "Something needs mending: see the arrows.")
    return 0 if well else 1


def examine(home: Home) -> Iterator[Finding]:
    """All findings, the quick ones first."""
    yield Finding("Sfumato", __version__)
    yield Finding("Python", f"{platform.python_version()} on {platform.system()} {platform.machine()}")
    yield _qt()
    yield _screen()
    yield from _home(home)
    yield from _models(home)
    yield from _device()
    yield from _kernels(home)


def _qt() -> Finding:
    version = importlib.metadata.version("PySide6-Essentials")
    broken = version.startswith("6.12.0") and sys.version_info < (3, 12)
    remedy = "Install PySide6-Essentials 6.11: this version stops the program on Python 3.11." if broken else ""
    return Finding("PySide6", version, remedy)


def _screen() -> Finding:
    """That there is none is no fault of the machine; that one is named and does not answer is."""
    screen = look(os.environ)
    if screen is Screen.SILENT:
        return Finding("Screen", told(screen, os.environ), "Name one that runs, or unset the variable.")
    there = screen is Screen.THERE
    return Finding("Screen", "yes" if there else "none: the command line works, the window cannot open")


def _home(home: Home) -> Iterator[Finding]:
    free = shutil.disk_usage(home.root).free
    low = "Make room on this disk, or move the data with SFUMATO_HOME." if free < ENOUGH_DISK else ""
    yield Finding("Your data", f"{home.root} ({free / 2**30:.1f} GB free)", low)
    file = SettingsFile(home.settings_file)
    file.load()
    yield Finding("Settings", str(home.settings_file), file.problem)


def _models(home: Home) -> Iterator[Finding]:
    shipped = resource("models")
    bad = [str(path.relative_to(shipped.parent.parent)) for path in damaged_files(shipped)]
    models = models_of(home).all()
    missing = "" if models or bad else "Install Sfumato again: the model that ships with it is missing."
    yield Finding("Models", ", ".join(model.title for model in models) or "none", missing)
    state = f"damaged: {', '.join(bad)}" if bad else "whole"
    yield Finding("Weights", f"{state} (those that ship with Sfumato)", _from_the_repository(bad) if bad else "")


def _kernels(home: Home) -> Iterator[Finding]:
    """What was found to compute models fastest, on graphics cards."""
    if not kernels_file(home).is_file():
        return
    from studio.pipelines.remembered import Remembered
    from studio.pipelines.tuning import told as told_of

    for line in told_of(Remembered(kernels_file(home))):
        yield Finding("Fastest", line)


def _from_the_repository(files: list[str]) -> str:
    """How to get files back that came with the studio."""
    root = resource().parent
    if (root / ".git").exists():
        return f"This brings them back, in {root}: git checkout -- {' '.join(files)}"
    return "Get Sfumato again, or only these files, from where you have it from."


def _device() -> Iterator[Finding]:
    from studio.pipelines import describe_device

    facts = describe_device()
    yield Finding("PyTorch", facts.torch_version)
    yield Finding("Device", f"{facts.title}, {facts.memory_total / 2**30:.1f} GB", facts.problem)
