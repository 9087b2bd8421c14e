"""Keeps pictures, writes down how jobs end, and only then tells the window."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from queue import SimpleQueue

from studio.engine.mailbox import Began, Mailbox
from studio.engine.store import Store
from studio.engine.worker_link import Delivered, Inbox
from studio.request.events import Ending, Event, Failed, Made, Picture

log = logging.getLogger(__name__)

Keep = Callable[[Picture], Path]
APART = 0  # number of no job: what is kept because somebody asked for that


class Teller(threading.Thread):
    """Writing a picture to a slow disk neither holds up the worker's next job nor a cancel."""

    def __init__(self, store: Store, mailbox: Mailbox, inbox: Inbox, keep: Keep | None) -> None:
        super().__init__(name="sfumato teller", daemon=True)
        self._store = store
        self._mailbox = mailbox
        self._inbox = inbox
        self._keep = keep
        self._to_tell: SimpleQueue[tuple[int, Event | Began | Picture] | None] = SimpleQueue()

    def tell(self, number: int, event: Event | Began) -> None:
        """In the order of the calls."""
        self._to_tell.put((number, event))

    def keep(self, picture: Picture) -> None:
        """Keeps the picture of a draft after all."""
        self._to_tell.put((0, picture))

    def close(self, patience: float) -> None:
        """Waits until everything is told, but no longer than `patience` seconds."""
        self._to_tell.put(None)
        self.join(patience)

    def run(self) -> None:
        kept, draft = 0, False
        while (item := self._to_tell.get()) is not None:
            number, event = item
            if isinstance(event, Began):
                kept, draft = 0, event.draft
            if isinstance(event, Picture):
                self._mailbox.put(APART, self._kept(Made(0, event)))
                continue
            if draft:
                pass  # it is on no disk
            elif isinstance(event, Began):
                self._store.began(number)
            elif isinstance(event, Made):
                event = self._kept(event)
                kept += event.path is not None
                self._store.made(number, kept)
            elif isinstance(event, Ending):
                self._ended(number, event)
            self._mailbox.put(number, event)
            if isinstance(event, Ending):
                self._inbox.put(Delivered())
                if not draft:
                    self._tidy()

    def _ended(self, number: int, ending: Ending) -> None:
        if isinstance(ending, Failed):
            log.info("job %s failed: %s\n%s", number, ending.message, ending.details)
        self._store.end(number, ending)

    def _tidy(self) -> None:
        self._store.tidy()
        self._store.write_back()

    def _kept(self, made: Made) -> Made:
        if self._keep is None:
            return made
        try:
            return replace(made, path=self._keep(made.picture))
        except Exception as error:
            log.warning("a picture could not be kept", exc_info=True)
            return replace(made, problem=str(error) or type(error).__name__)
