"""The gallery with 1,000, 10,000 and 100,000 pictures, on made-up libraries: opening, scrolling, searching, adding.

CPU time of the thread or process named in the unit, so that another program on the machine does not count. Each
library is measured in a process of its own, which is also how much memory it takes is known.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.benchmarks.figures import Figures, at_least, at_most, fact

COUNTS = (1_000, 10_000, 100_000)
QUICK = (200, 1_000)


def run(quick: bool) -> Figures:
    figures: Figures = {}
    for count in QUICK if quick else COUNTS:
        with tempfile.TemporaryDirectory(prefix="sfumato-gallery-") as folder:
            _measure("fill", Path(folder), count)
            figures |= _library(count, _measure("view", Path(folder), count), _measure("search", Path(folder), count))
    with tempfile.TemporaryDirectory(prefix="sfumato-gallery-") as folder:
        figures |= _files(_measure("files", Path(folder), 300 if quick else 5_000))
    return figures


def _library(count: int, view: dict[str, Any], search: dict[str, Any]) -> Figures:
    name = f"{count // 1000}k" if count >= 1000 else str(count)
    return {
        f"open_{name}": at_most(view["open"], 300, "ms CPU, all threads"),
        f"scroll_p50_{name}": at_most(view["scroll"][0], 12, "ms CPU a frame"),
        f"scroll_p99_{name}": at_most(view["scroll"][1], 12, "ms CPU a frame"),
        f"fling_p99_{name}": fact(view["fling"][1], "ms CPU a frame"),
        f"jump_p99_{name}": fact(view["jump"][1], "ms CPU a frame"),
        f"insert_{name}": at_most(search["insert"] + view["insert"], 2, "ms CPU: index and view"),
        f"counts_after_insert_{name}": fact(view["counts"], "ms CPU, once for many pictures"),
        f"memory_{name}": at_most(view["memory"], 250, "MB over the empty window"),
        f"word_{name}": at_most(search["word"], 5, "ms CPU a key, the slowest"),
        f"most_frequent_word_{name}": at_most(search["most_frequent"], 5, "ms CPU a key; in half of all pictures"),
        f"prefix_{name}": at_most(search["prefix"], 5, "ms CPU a key, the slowest"),
        f"two_words_and_a_field_{name}": at_most(search["field"], 5, "ms CPU a key, the slowest"),
        f"key_to_picture_{name}": fact(view["key"], "ms CPU from a key to the painted grid"),
        f"similar_first_{name}": at_most(search["similar_first"], 100, "ms CPU, nothing read yet"),
        f"similar_{name}": at_most(search["similar"], 100, "ms CPU"),
        f"select_all_{name}": fact(view["select_all"], "ms CPU"),
    }


def _files(found: dict[str, Any]) -> Figures:
    return {
        "index_without_thumbnails": at_least(found["index"], 5_000, "files a CPU second"),
        "index_with_thumbnails": at_least(found["thumbnails"], 20, "PNG of 1024 x 1024 a CPU second"),
        "look_again": fact(found["again"], "ms CPU for each 1,000 files that have not changed"),
        "thumbnail_from_memory": fact(found["memory"], "ms CPU, 1024 x 1024, in the engine's thread"),
    }


def _measure(part: str, folder: Path, count: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.benchmarks.gallery_parts", part, str(folder), str(count)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, env=os.environ, timeout=900)
    return json.loads(done.stdout.splitlines()[-1])
