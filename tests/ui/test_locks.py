"""Qt's lock of signals and Python's own: no thread of ours waits for one while it holds the other."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from PySide6.QtCore import QThread

from studio.request.geometry import Size
from studio.ui.documents.disk import Reading, opened
from tests.document.making import a_model
from tests.ui.fakes import colour

STUDIO = Path(__file__).parents[2] / "studio"


def test_what_was_read_behind_the_window_is_moved_to_no_other_thread() -> None:
    """`moveToThread` did freeze both threads: within seconds when one moves and the other disconnects all the time."""

    def read() -> bool:
        return opened(Reading(Path("small.png"), a_model()), lambda path: colour(Size(4, 4))).thread() is here()

    here = QThread.currentThread
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(read).result()
    assert "moveToThread(" not in "".join(path.read_text() for path in STUDIO.rglob("*.py"))
