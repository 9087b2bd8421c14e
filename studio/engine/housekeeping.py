"""Tidying up in the worker process, at moments when nobody waits for it."""

from __future__ import annotations

import ctypes
import gc
import sys


def calm_the_collector() -> None:
    """What the imports made lives for ever; from now on full collections happen only when `collect` is called."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 50, 1_000_000)


def collect() -> None:
    """Frees what hangs together in circles: milliseconds, since what the imports made is left out."""
    gc.collect()


def give_back() -> None:
    """Returns freed memory to the system (tens of milliseconds), where the C library has a way to be asked.

    glibc keeps what small and middling tensors leave behind: without this the worker seems to grow with every
    change of model.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim is not None:
        trim(0)
