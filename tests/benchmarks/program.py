"""The real program in a process of its own, watched from inside: tests.benchmarks.program startup | first | gaps N IDLE

Prints one line of JSON. `startup` runs what `python -m studio` runs, until its window is painted and its event loop
idle; `first` until the first example of its welcome is a finished picture. `gaps` starts the engine behind the open
window and makes N pictures while a timer of 5 ms ticks, which it does for IDLE seconds more.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QCoreApplication, QElapsedTimer, QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication, QMainWindow

BEGAN = "SFUMATO_BENCHMARK_BEGAN"  # variable with the time at which the process was asked for
HEAVY = ("torch", "diffusers", "transformers")
TICK = 5  # milliseconds


class Painted(QObject):
    """Calls `then` once, when the main window has been painted and nothing else is waiting to be done."""

    def __init__(self, then: Callable[[], object]) -> None:
        super().__init__()
        self._then = then
        QCoreApplication.instance().installEventFilter(self)

    def eventFilter(self, receiver: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Paint and isinstance(receiver, QMainWindow):
            QCoreApplication.instance().removeEventFilter(self)
            QTimer.singleShot(0, self._then)
        return False


def startup() -> None:
    from studio.__main__ import main

    def usable() -> None:
        say(
            wall=time.time() - float(os.environ[BEGAN]),
            cpu=time.process_time(),
            heavy=[name for name in HEAVY if name in sys.modules],
            modules=len(sys.modules),
        )
        QApplication.quit()

    until_painted(usable)
    main([])


def until_painted(then: Callable[[], object]) -> None:
    """Calls `then` when the program that is going to run has painted its window."""
    execute = QApplication.exec

    def watched(*arguments: Any) -> int:
        watcher = Painted(then)
        try:
            return execute()
        finally:
            watcher.deleteLater()

    QApplication.exec = watched


def first() -> None:
    """From the start of the program to the first finished picture, asked for as soon as the window is there."""
    from studio.__main__ import main
    from studio.request.events import Finished, Made, Step
    from studio.ui.window import MainWindow

    began = float(os.environ[BEGAN])
    times: dict[str, float] = {}

    def happened(job: Any, event: Any) -> None:
        if isinstance(event, Step | Made):
            times.setdefault("first_step" if isinstance(event, Step) else "picture", time.time() - began)
        if job.over:
            say(**times, made=isinstance(event, Finished), ended=repr(event)[:400])
            QApplication.quit()

    def usable() -> None:
        times["window"] = time.time() - began
        (window,) = [each for each in QApplication.topLevelWidgets() if isinstance(each, MainWindow)]
        window.engine.happened.connect(happened)
        window.page.welcome.tried.emit(window.document.model.examples[0])

    until_painted(usable)
    main([])


class Ticks(QObject):
    """A timer of the window's thread, and how late it was: gaps in milliseconds, by what went on meanwhile."""

    def __init__(self) -> None:
        super().__init__()
        self.gaps: dict[str, list[float]] = {}
        self.phase = "starting"
        self._clock = QElapsedTimer()
        self._timer = QTimer(self, interval=TICK, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        self._clock.start()
        self._last = self._clock.nsecsElapsed()
        self._timer.start()

    def _tick(self) -> None:
        now = self._clock.nsecsElapsed()
        self.gaps.setdefault(self.phase, []).append((now - self._last) / 1e6)
        self._last = now


def gaps(pictures: int, idle: float) -> None:
    """Phases: starting the worker, loading the model, generating, the second after it, then idle for comparison."""
    from studio.app import SWITCH, Studio, application
    from studio.engine.status import Phase
    from studio.request.events import Step
    from studio.settings.paths import Home

    sys.setswitchinterval(SWITCH)
    home = Home.find(os.environ)
    home.prepare()
    app = application()
    studio = Studio(home)
    studio.window.resize(1440, 900)
    studio.window.show()
    jobs: list[Any] = []

    def status_changed(status: Any) -> None:
        if status.phase is Phase.READY and ticks.phase == "starting":  # submitting changes the status, too
            ticks.phase = "loading"
            for _ in range(pictures):
                studio.document.next_seed()
                jobs.append(studio.engine.submit(studio.document.request()))

    def happened(job: Any, event: Any) -> None:
        if isinstance(event, Step):
            ticks.phase = "generating"
        if job.over and job is jobs[-1]:
            ticks.phase = "finishing"
            QTimer.singleShot(1000, lambda: setattr(ticks, "phase", "idle"))
            QTimer.singleShot(round((1 + idle) * 1000), app.quit)

    studio.engine.status_changed.connect(status_changed)
    studio.engine.happened.connect(happened)
    ticks = Ticks()
    watcher = Painted(studio.engine.start)
    app.exec()
    watcher.deleteLater()
    studio.close()
    say(gaps=ticks.gaps, ended=[type(job.last).__name__ for job in jobs])


def say(**facts: object) -> None:
    print(json.dumps(facts), flush=True)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["startup"]:
            startup()
        case ["first"]:
            first()
        case ["gaps", number, seconds]:
            gaps(int(number), float(seconds))
