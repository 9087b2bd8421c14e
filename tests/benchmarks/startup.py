"""From asking for the program to a window that answers. The first start, which fills caches, is left out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from typing import Any

from tests.benchmarks.figures import Figures, at_most, exactly, fact, median
from tests.benchmarks.program import BEGAN


def run(quick: bool) -> Figures:
    one_start()
    starts = [one_start() for _ in range(3 if quick else 10)]
    wall = [start["wall"] for start in starts]
    cpu = [start["cpu"] for start in starts]
    return {
        "window_usable": at_most(median(wall), 1.0, "s"),
        "window_usable_best": fact(min(wall), "s"),
        "processor_time": at_most(median(cpu), 0.6, "s"),
        "processor_time_best": fact(min(cpu), "s"),
        "torch_absent": exactly(all(not start["heavy"] for start in starts), True),
        "modules": fact(starts[0]["modules"]),
    }


def one_start() -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.benchmarks.program", "startup"]
    environment = {**os.environ, BEGAN: repr(time.time())}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # a person's Python compiles a module once, not at every start
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment, timeout=120)
    return json.loads(done.stdout.splitlines()[-1])
