"""A random walk of edits in a child process that is killed at random moments: what is found on disk afterwards.

After each kill the journal must give back the document as it was after the last step that the child had told of, or
after the next one, and the saved file must be one that was saved.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from studio.document.files.cache import BandCache
from studio.document.files.journal import Journal, left_over, recover
from studio.document.files.opening import save_document
from studio.document.files.ora_read import read_ora
from studio.document.layers import walk
from studio.request.errors import Trouble
from tests.benchmarks.figures import Figures, at_most, fact
from tests.document.making import a_document, a_model, noise
from tests.document.test_journal import digest
from tests.document.test_walk import acts

SAVED, DONE = "saved", "done"


def run(quick: bool) -> Figures:
    wanted = 100 if quick else 2000
    steps = kills = lost = unreadable = 0
    while steps < wanted:
        with tempfile.TemporaryDirectory() as folder:
            told = killed(Path(folder), kills)
            steps += len(told[DONE])
            kills += 1
            lost += not _found(Path(folder), told[DONE])
            unreadable += not _readable(Path(folder) / "walk.ora", told[SAVED])
    return {
        "steps": fact(steps),
        "kills": fact(kills),
        "more_than_the_last_step_lost": at_most(lost, 0, "times"),
        "files_unreadable": at_most(unreadable, 0, "times"),
    }


def killed(folder: Path, seed: int) -> dict[str, list[str]]:
    """Runs a child, kills it somewhere in a step; returns what it told of: digests of steps done and of files saved."""
    code = f"from tests.benchmarks.crash_walk import child; child({str(folder)!r}, {seed})"
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, env=environment)
    assert process.stdout is not None
    rng = random.Random(seed)
    lines = [process.stdout.readline() for _ in range(rng.randrange(3, 80))]
    time.sleep(rng.random() / 30)  # anywhere in a step
    process.send_signal(signal.SIGKILL)
    rest, _ = process.communicate()
    told: dict[str, list[str]] = {SAVED: [], DONE: []}
    for line in (*lines, *rest.splitlines()):
        kind, _, value = line.strip().partition(" ")
        if len(value) == 64:
            told[kind].append(value)
    return told


def child(folder: str, seed: int) -> None:
    """Edits without end, each written to the journal, now and then all saved; says so after each."""
    rng = random.Random(seed)
    document = a_document((180, 120))
    document.set_source(noise((180, 120), seed=seed))
    journal, cache = Journal(document, Path(folder)), BandCache()
    for number in range(10_000):
        document.set_active(rng.choice(list(walk(document.layers))))
        with document.step("Step"):
            rng.choice(acts(document, rng))(document.active)
            document.change(negative=str(number))  # no state is there twice
        if rng.random() < 0.2:
            save_document(document, Path(folder) / "walk.ora", cache)
            print(SAVED, digest(document), flush=True)
        journal.wait()
        print(DONE, digest(document), flush=True)


def _found(folder: Path, done: list[str]) -> bool:
    """The last step told of, or one that was not told of any more; never an earlier one, never none."""
    paths = left_over(folder)
    if len(paths) != 1:
        return not done
    try:
        found = digest(recover(paths[0], a_model()))
    except Trouble:
        return False
    return found == done[-1] or found not in done


def _readable(path: Path, saved: list[str]) -> bool:
    if not path.exists():
        return not saved
    try:
        read_ora(path, a_model())
    except Trouble:
        return False
    return True
