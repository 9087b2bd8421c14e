"""Whether the window keeps answering while the engine starts, loads and generates, on the model that ships with it.

A gap is the time between two ticks of a timer of 5 ms on the window's thread. "idle" is the same window with nothing
going on, a measure of the machine rather than of the program.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys

from tests.benchmarks.figures import Figures, at_most, exactly, fact, percentile

PHASES = ("starting", "loading", "generating", "finishing", "idle")


def run(quick: bool) -> Figures:
    pictures, idle = ("1", "0.2") if quick else ("4", "3")
    command = [sys.executable, "-m", "tests.benchmarks.program", "gaps", pictures, idle]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=os.environ, timeout=600)
    said = json.loads(done.stdout.splitlines()[-1])
    gaps: dict[str, list[float]] = said["gaps"]
    busy = [gap for phase in PHASES[:-1] for gap in gaps.get(phase, [])]
    figures: Figures = {
        "gap_p99": at_most(percentile(busy, 0.99), 16, "ms"),
        "gap_worst": at_most(max(busy), 50, "ms"),
        "finished": exactly(set(said["ended"]) == {"Finished"}, True),
    }
    for phase in PHASES:
        if phase in gaps:
            figures[f"{phase}_p99"] = fact(percentile(gaps[phase], 0.99), "ms")
            figures[f"{phase}_worst"] = fact(max(gaps[phase]), "ms")
            figures[f"{phase}_ticks"] = fact(len(gaps[phase]))
    return figures
