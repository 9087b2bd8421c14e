"""Freeing what hangs together in circles, weights above all."""

from __future__ import annotations

import gc
import threading


def collect() -> None:
    """Collects garbage, where that is allowed: in the process' main thread.

    Where the pipelines run in a thread of the window's process, widgets may be among the garbage, and destroyed in that
    thread they take the heap with them. The window's own collector comes by soon enough.
    """
    if threading.current_thread() is threading.main_thread():
        gc.collect()
