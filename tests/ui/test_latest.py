"""Work behind the window of which only the newest counts."""

import threading

from PySide6.QtCore import QObject
from shiboken6 import delete

from studio.ui.latest import Latest


def test_the_newest_is_told_and_what_was_dropped_is_not(qtbot):
    latest, told = Latest(), []
    latest.done.connect(told.append)
    latest.ask(lambda: "dropped")
    latest.drop()
    with qtbot.waitSignal(latest.done):
        latest.ask(lambda: "newest")
    assert told == ["newest"]


def test_a_window_that_is_deleted_while_work_goes_on_is_not_told(qapp, caplog):
    window = QObject()
    latest = Latest(window)
    begun, go_on, worked = threading.Event(), threading.Event(), []

    def work():
        begun.set()
        go_on.wait(5)
        worked.append(True)

    latest.ask(work)
    thread = latest._thread
    assert begun.wait(5)
    delete(window)
    go_on.set()
    thread.join(5)
    assert worked
    assert not thread.is_alive()
    assert not caplog.records
