"""Downloads of the running window: two at a time, on threads; seen, paused, gone on with, given up."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from studio.library.downloads.fetch import Fetcher, Wish, discard, unfinished
from studio.request.errors import CancelledError, Trouble

AT_ONCE = 2
_TICK = 250  # milliseconds between two looks at how far they are


class State(StrEnum):
    """How a download stands."""

    WAITING = "waiting"
    RUNNING = "running"
    PAUSED = "paused"
    FAILED = "failed"
    DONE = "done"


@dataclass(eq=False)
class Transfer:
    """Something that is brought: one file, or several that belong together. problem: a sentence when it failed."""

    title: str
    wishes: tuple[Wish, ...]
    state: State = State.WAITING
    problem: str = ""
    here: dict[str, int] = field(default_factory=dict[str, int])
    total: int = 0
    speed: float = 0.0  # bytes a second, of the last seconds
    stop: threading.Event = field(default_factory=threading.Event)

    @property
    def done(self) -> int:
        """Bytes that are here."""
        return sum(self.here.values())

    @property
    def targets(self) -> tuple[Path, ...]:
        """Where its files are when they are whole."""
        return tuple(wish.target for wish in self.wishes)


class Transfers(QObject):
    """changed: there is something else to see. arrived(Transfer): all of it is here."""

    changed = Signal()
    arrived = Signal(object)
    _ended = Signal(object, str, str)

    def __init__(
        self, parent: QObject | None = None, stall: float = 30.0, token_for: Callable[[str], str] = lambda _: ""
    ) -> None:
        """stall: seconds without a byte before a new attempt. token_for: what a server at an address may be told to
        open the door; called on threads.
        """
        super().__init__(parent)
        self._token_for = token_for
        self.all: list[Transfer] = []
        self._stall = stall
        self._threads: list[threading.Thread] = []
        self._seen: dict[int, tuple[float, int]] = {}
        self._tick = QTimer(self)
        self._tick.setInterval(_TICK)
        self._tick.timeout.connect(self._look)
        self._ended.connect(self._end)

    def take_up(self, folder: Path) -> None:
        """Shows what an earlier run has left unfinished, paused: nothing is brought without being asked for."""
        known = {wish.target for transfer in self.all for wish in transfer.wishes}
        for wish in unfinished(folder):
            if wish.target not in known:
                transfer = Transfer(wish.target.name, (wish,), State.PAUSED, total=wish.size)
                transfer.here[str(wish.target)] = wish.part.stat().st_size if wish.part.exists() else 0
                self.all.append(transfer)
        self.changed.emit()

    def bring(self, title: str, wishes: Sequence[Wish]) -> Transfer:
        """Begins, as soon as there is room among those that run."""
        known = {wish.target: each for each in self.all if each.state is not State.DONE for wish in each.wishes}
        if wishes and (old := known.get(wishes[0].target)) is not None:
            self.go_on(old)
            return old
        transfer = Transfer(title, tuple(wishes), total=sum(wish.size for wish in wishes))
        self.all.append(transfer)
        self._next()
        return transfer

    def pause(self, transfer: Transfer) -> None:
        """Stops it; what has come is kept."""
        transfer.stop.set()
        if transfer.state is State.WAITING:
            transfer.state = State.PAUSED
        self.changed.emit()

    def go_on(self, transfer: Transfer) -> None:
        """Begins again where it stopped."""
        if transfer.state in (State.PAUSED, State.FAILED):
            transfer.stop, transfer.state, transfer.problem = threading.Event(), State.WAITING, ""
            self._next()

    def give_up(self, transfer: Transfer) -> None:
        """Takes it off the list; what has come of it is removed once nobody writes to it any more."""
        transfer.stop.set()
        self.all = [each for each in self.all if each is not transfer]
        if transfer.state is not State.RUNNING:
            _discard(transfer)
        self.changed.emit()

    def close(self) -> None:
        """Pauses everything; returns when nothing runs any more."""
        for transfer in self.all:
            transfer.stop.set()
        self._tick.stop()
        for thread in self._threads:
            thread.join()

    def _next(self) -> None:
        running = sum(1 for each in self.all if each.state is State.RUNNING)
        for transfer in [each for each in self.all if each.state is State.WAITING][: max(0, AT_ONCE - running)]:
            transfer.state = State.RUNNING
            self._threads = [thread for thread in self._threads if thread.is_alive()]
            thread = threading.Thread(target=self._run, args=(transfer,), name="download", daemon=True)
            self._threads.append(thread)
            thread.start()
        if any(each.state is State.RUNNING for each in self.all) and not self._tick.isActive():
            self._tick.start()
        self.changed.emit()

    def _run(self, transfer: Transfer) -> None:
        try:
            for wish in transfer.wishes:
                self._fetcher(transfer, wish).fetch(wish)
                transfer.here[str(wish.target)] = wish.target.stat().st_size
        except CancelledError:
            self._ended.emit(transfer, State.PAUSED.value, "")
        except Trouble as trouble:
            self._ended.emit(transfer, State.FAILED.value, str(trouble))
        except OSError as error:
            self._ended.emit(transfer, State.FAILED.value, f"It could not be written: {error.strerror or error}.")
        else:
            self._ended.emit(transfer, State.DONE.value, "")

    def _fetcher(self, transfer: Transfer, wish: Wish) -> Fetcher:
        return Fetcher(transfer.stop.wait, _progress(transfer, wish), self._token_for(wish.url), self._stall)

    def _end(self, transfer: Transfer, state: str, problem: str) -> None:
        transfer.state, transfer.problem, transfer.speed = State(state), problem, 0.0
        if transfer not in self.all:
            _discard(transfer)
        elif transfer.state is State.DONE:
            transfer.total = transfer.done
            self.arrived.emit(transfer)
        self._next()
        if not any(each.state is State.RUNNING for each in self.all):
            self._tick.stop()

    def _look(self) -> None:
        now = time.monotonic()
        for transfer in self.all:
            before, amount = self._seen.get(id(transfer), (now, transfer.done))
            if now - before > 1.0:
                transfer.speed = max(0.0, (transfer.done - amount) / (now - before))
                self._seen[id(transfer)] = (now, transfer.done)
            else:
                self._seen.setdefault(id(transfer), (now, transfer.done))
        self.changed.emit()


def _progress(transfer: Transfer, wish: Wish) -> Callable[[int, int], None]:
    def told(done: int, total: int) -> None:
        transfer.here[str(wish.target)] = done
        if total and len(transfer.wishes) == 1:
            transfer.total = total

    return told


def _discard(transfer: Transfer) -> None:
    for wish in transfer.wishes:
        discard(wish)
