"""Runs one job on whatever makes pictures, and turns every way it can end into one event."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Protocol

from studio.engine.line import Ticket
from studio.request.course import Wish
from studio.request.errors import CancelledError, Trouble
from studio.request.events import Cancelled, Ending, Event, Failed, Made, Picture
from studio.request.pipeline import Pipeline

Tell = Callable[[Event], None]
Wishes = SimpleQueue[tuple[int, Wish]]


class Flags(Protocol):
    """Numbers that somebody else may be writing."""

    def __getitem__(self, index: int, /) -> int: ...


class Reporter:
    """What a pipeline gets as `report`.

    unwanted: its first item is the number of the job that is no longer wanted. Anybody may write it at any moment,
    from another process too; reading it costs less than a tenth of a microsecond.
    wished: wishes with the number of the job they are for. Any thread may put some in.
    """

    def __init__(self, ticket: Ticket, unwanted: Flags, wished: Wishes, tell: Tell) -> None:
        self._number = ticket.number
        self.draft = ticket.draft
        self._unwanted = unwanted
        self._wished = wished
        self._tell = tell
        self.made: list[Picture] = []

    def __call__(self, event: Event) -> None:
        self.check()
        if isinstance(event, Made):
            self.made.append(event.picture)
        self._tell(event)

    def check(self) -> None:
        if self._unwanted[0] == self._number:
            raise CancelledError

    def wishes(self) -> tuple[Wish, ...]:
        """Wishes for other jobs came too late, and are forgotten."""
        found: list[Wish] = []
        while True:
            try:
                number, wish = self._wished.get_nowait()
            except Empty:
                return tuple(found)
            if number == self._number:
                found.append(wish)

    def tell_the_rest(self, pictures: tuple[Picture, ...]) -> None:
        """Every picture is told of by Made, also when a pipeline only returned it."""
        for index, picture in enumerate(pictures):
            if not any(picture is told for told in self.made):
                self.made.append(picture)
                self._tell(Made(index, picture))


def run_job(pipeline: Pipeline, ticket: Ticket, reporter: Reporter) -> Ending:
    """Never raises, but for what ends the process."""
    try:
        reporter.check()
        finished = pipeline.run(ticket.request, reporter)
        reporter.tell_the_rest(finished.pictures)
        return finished
    except CancelledError:
        return Cancelled()
    except Exception as error:  # noqa: BLE001  the engine's job loop: whatever a model does, the queue goes on
        return failure(error)


def failure(error: Exception) -> Failed:
    """What went wrong, in words for the artist where we have some."""
    details = "".join(traceback.format_exception(error))
    if isinstance(error, Trouble):
        return Failed(error.message, f"{details}\n{error.details}".strip(), error.remedy)
    said = str(error).strip().partition("\n")[0].rstrip(".")
    return Failed(
        f"The picture could not be made: {said or type(error).__name__}.",
        details,
        "Try again, or with other settings; the log has the details.",
    )
