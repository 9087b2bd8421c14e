"""Garbage is collected by the window's thread, and by no other."""

from __future__ import annotations

import gc
import threading

from studio.ui.garbage import GarbageCollector


def test_circles_are_collected_in_the_window_and_not_in_a_thread(qtbot):
    seen = []

    class Circle:
        def __init__(self):
            self.me = self

        def __del__(self):
            seen.append(threading.current_thread() is threading.main_thread())

    collector = GarbageCollector()
    assert gc.get_freeze_count() > 10_000  # what was there is not looked through again and again

    def allocate():
        Circle()
        return [[] for _ in range(50_000)]

    thread = threading.Thread(target=allocate)
    thread.start()
    thread.join()
    assert seen == []
    kept = [[] for _ in range(50_000)]
    qtbot.waitUntil(lambda: seen == [True])
    assert kept
    collector.close()
    assert gc.isenabled()
    assert not gc.get_freeze_count()
