"""What is logged goes to a file of the person's, and nothing of it to the terminal.

The file is begun anew when it has grown long, and the last one is kept. Not with `logging.handlers`: importing that
takes a twentieth of the start of the program.
"""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Generator
from contextlib import contextmanager

from studio.settings.paths import Home

LOG_BYTES = 2_000_000
FORM = "%(asctime)s %(levelname)s %(name)s: %(message)s"


@contextmanager
def logged(home: Home) -> Generator[None]:
    """While open, everything of INFO and above is written down. A full disk costs the lines, not the work."""
    path = home.logs / "studio.log"
    with contextlib.suppress(OSError):  # there is none yet; or it cannot be moved, then it grows
        if path.stat().st_size > LOG_BYTES:
            os.replace(path, path.with_suffix(".old.log"))
    handler = _File(path, encoding="utf-8", delay=True)
    handler.setFormatter(logging.Formatter(FORM))
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    try:
        yield
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
        with contextlib.suppress(OSError):  # the disk is full: what could not be logged is no reason to fail
            handler.close()


class _File(logging.FileHandler):
    """What cannot be written is lost; the usual handler would fill the terminal with tracebacks about it."""

    def emit(self, record: logging.LogRecord) -> None:
        with contextlib.suppress(OSError):
            super().emit(record)

    def handleError(self, record: logging.LogRecord) -> None:
        """There is nowhere left to write."""
