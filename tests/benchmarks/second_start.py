"""What `bootstrap.py run` adds to a start when everything is installed: against starting the program's Python itself.

The program is an empty one, and the environment has only its Python, so that nothing but the installer is measured.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from installer import hardware, marker
from installer.environment import Environment
from installer.marker import Marker
from tests.benchmarks.figures import Figures, at_most, fact, median

INSTALLER = Path(marker.__file__).parent


def run(quick: bool) -> Figures:
    with tempfile.TemporaryDirectory(prefix="sfumato-second-start-") as folder:
        environment = ready_place(Path(folder))
        python = os.path.realpath(sys.executable)
        through = [python, "installer/bootstrap.py", "run", "--version"]
        direct = [str(environment.python), "-m", "studio", "--version"]
        for command in (through, direct):  # compiles, fills caches
            cost(command, environment.root)
        pairs = [(cost(through, environment.root), cost(direct, environment.root)) for _ in range(5 if quick else 30)]
    added = [(a[0] - b[0], a[1] - b[1]) for a, b in pairs]
    return {
        "added": at_most(median([wall for wall, _ in added]), 0.3, "s"),
        "added_processor_time": fact(median([cpu for _, cpu in added]), "s"),
        "added_worst": fact(max(wall for wall, _ in added), "s"),
        "python_alone": fact(median([wall for _, (wall, _) in pairs]), "s"),
    }


def ready_place(root: Path) -> Environment:
    """A checkout with the real installer, a program that ends at once, and an environment that is complete."""
    shutil.copytree(INSTALLER, root / "installer", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("__init__.py", "settings/__init__.py", "settings/screen.py"):  # what the installer asks of it
        (root / "studio" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(INSTALLER.parent / "studio" / name, root / "studio" / name)
    (root / "studio" / "__main__.py").touch()
    environment = Environment(root)
    environment.python.parent.mkdir(parents=True)
    environment.python.symlink_to(os.path.realpath(sys.executable))
    version = platform.python_version()
    (environment.folder / "pyvenv.cfg").write_text(f"home = {sys.base_prefix}/bin\nversion = {version}\n")
    gpu = hardware.gpu_sign(hardware.Probe())
    sets = {"app": marker.digest("app")}
    libraries = ["drawing", "wayland", "x11"]
    complete = Marker(sets=sets, torch="cpu", python=version, gpu=gpu, root=str(root.resolve()), libraries=libraries)
    marker.write(environment.marker, complete)
    return environment


def cost(command: list[str], folder: Path) -> tuple[float, float]:
    """Wall and processor seconds of one run."""
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    before, began = os.times(), time.perf_counter()
    subprocess.run(command, check=True, cwd=folder, env=environ, timeout=60)
    after, ended = os.times(), time.perf_counter()
    used = after.children_user + after.children_system - before.children_user - before.children_system
    return ended - began, used
