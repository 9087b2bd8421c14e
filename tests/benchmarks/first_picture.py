"""From `bootstrap.py run` on a ready machine to the first finished picture, with the model that ships with the studio.

The program is started as a person starts it, and the first example of the welcome asked for as soon as the window is
painted. What the installer adds to a start is measured as `second_start` does, and counted.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from typing import Any

from tests.benchmarks import second_start
from tests.benchmarks.figures import Figures, at_most, exactly, fact, median
from tests.benchmarks.program import BEGAN


def run(quick: bool) -> Figures:
    added = float(second_start.run(True)["added"]["value"])
    starts = [one_start() for _ in range(1 if quick else 3)]
    picture = median([start.get("picture", 0.0) for start in starts])
    return {
        "first_picture": at_most(added + picture, 15, "s"),
        "made": exactly(all(start["made"] for start in starts), True),
        "installer": fact(added, "s"),
        "window": fact(median([start["window"] for start in starts]), "s"),
        "first_step": fact(median([start.get("first_step", 0.0) for start in starts]), "s"),
        "ended": fact(str(starts[-1]["ended"]) if not starts[-1]["made"] else "as it should"),
    }


def one_start() -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.benchmarks.program", "first"]
    environment = {**os.environ, BEGAN: repr(time.time())}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment, timeout=300)
    return json.loads(done.stdout.splitlines()[-1])
