"""kill -9, 40 times, in the middle of 1,000 saves, marks, moves, deletes and imports: what is left that should not be.

Not a question of time but of truth; it is here because it takes longer than a test may.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.benchmarks.figures import Figures, at_least, exactly, fact
from tests.library.gallery.killing import Killing

ACTS, KILLS = 1000, 40
QUICK = (40, 3)


def run(quick: bool) -> Figures:
    acts, kills = QUICK if quick else (ACTS, KILLS)
    bad = dict.fromkeys(("ghosts", "orphans", "broken", "unmade", "lost"), 0)
    leaving = 0
    with tempfile.TemporaryDirectory(prefix="sfumato-crash-") as folder:
        killing = Killing(Path(folder), seed=11)
        for number in range(kills):
            left_over = max(1, (acts - killing.told.acts) // (kills - number))
            killing.kill(after=killing.dice.randint(1, 2 * left_over - 1) if number < kills - 1 else left_over)
            found = killing.look()
            for name in bad:
                bad[name] += len(getattr(found, name))
            leaving += found.leaving
        files = len(killing.told.ratings)
    return {
        "acts": at_least(killing.told.acts, acts, "saves, marks, moves, deletes and imports"),
        "kills": fact(kills, "times kill -9"),
        "pictures_at_the_end": fact(files, "files"),
        "rows_without_a_file": exactly(bad["ghosts"], 0),
        "files_without_a_row": exactly(bad["orphans"], 0),
        "half_files": exactly(bad["broken"], 0),
        "pictures_without_their_source": exactly(bad["unmade"], 0),
        "acts_that_were_told_and_lost": exactly(bad["lost"], 0),
        "removals_not_ended": exactly(leaving, 0),
    }
