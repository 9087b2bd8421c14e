"""Collecting garbage from within the pipelines."""

import gc
import threading
import weakref

from studio.pipelines.garbage import collect


class Ring:
    """Hangs together with itself: only the collector frees it."""

    def __init__(self) -> None:
        self.itself = self


def test_circles_are_freed_but_never_in_a_thread_beside_the_window():
    gc.disable()
    try:
        ring = weakref.ref(Ring())
        thread = threading.Thread(target=collect)
        thread.start()
        thread.join()
        assert ring() is not None  # a widget would have been destroyed in the wrong thread
        collect()
        assert ring() is None
    finally:
        gc.enable()
