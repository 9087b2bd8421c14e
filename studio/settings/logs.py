"""What is logged goes to a file of the person's: a few megabytes at most, and nothing of it to the terminal."""

from __future__ import annotations

import logging
import logging.handlers
from collections.abc import Generator
from contextlib import contextmanager

from studio.settings.paths import Home

LOG_BYTES = 2_000_000
FORM = "%(asctime)s %(levelname)s %(name)s: %(message)s"


@contextmanager
def logged(home: Home) -> Generator[None]:
    """While open, everything of INFO and above is written down. A full disk costs the lines, not the work."""
    handler = logging.handlers.RotatingFileHandler(
        home.logs / "studio.log", maxBytes=LOG_BYTES, backupCount=2, encoding="utf-8", delay=True
    )
    handler.setFormatter(logging.Formatter(FORM))
    handler.handleError = _nothing  # the usual one prints a traceback to the terminal
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    try:
        yield
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
        handler.close()


def _nothing(record: logging.LogRecord) -> None:
    """There is nowhere left to write."""
