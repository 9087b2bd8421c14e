"""The worker process: where torch lives. `serve` is all it does."""

from __future__ import annotations

import contextlib
import faulthandler
import os
import signal
import sys
from collections.abc import Callable
from typing import BinaryIO

from studio.engine.session import Session
from studio.engine.status import DeviceFacts
from studio.request.pipeline import Pipeline

NICE = 5


def serve(make_pipeline: Callable[[], Pipeline], describe: Callable[[], DeviceFacts] | None = None) -> int:
    """Takes requests from standard input and answers on standard output until that closes.

    make_pipeline: called once, here; imports what it needs. A Trouble it raises is told to the artist.
    describe: called when ready, after each job and about once a second during one; microseconds, please.

    Whatever else writes to standard output ends up where standard error goes, which is the log.
    Returns the exit code if the pipeline cannot be made; otherwise the process ends inside.
    """
    commands, events = _take_over_the_pipes()
    faulthandler.enable()
    _step_back()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    return Session(commands, events, describe).serve(make_pipeline)


def _step_back() -> None:
    """The window comes first when both want the processor; on one that is free nothing is any slower."""
    if sys.platform != "win32":
        with contextlib.suppress(OSError):
            os.nice(NICE)


def _take_over_the_pipes() -> tuple[BinaryIO, BinaryIO]:
    """The two pipes for ourselves alone; the usual streams then lead to nothing and to the log."""
    commands, events = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return commands, events
