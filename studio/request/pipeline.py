"""The door between the engine and whatever makes pictures."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, runtime_checkable

from studio.request.course import Wish
from studio.request.events import Event, Finished
from studio.request.request import GenerationRequest


class Report(Protocol):
    """Given to a pipeline by the engine. Telling and checking raise CancelledError when the job is no longer wanted.

    draft: only a look at what would be made; nothing of it is to be kept.
    """

    draft: bool

    def __call__(self, event: Event) -> None:
        """Tell of a Loading, Step or Made."""
        ...

    def check(self) -> None:
        """Cheap enough for every block of a network; tells nothing."""
        ...

    def wishes(self) -> tuple[Wish, ...]:
        """What the artist wants to be different from the next step on, in order; each is given once."""
        ...


class Pipeline(Protocol):
    """Requests to pictures. Knows no thread, no Qt and no cancel flag."""

    def run(self, request: GenerationRequest, report: Report) -> Finished:
        """Makes all pictures of the request, reporting each by Made as soon as it is there.

        Raises Trouble for what a person can mend; anything else counts as a defect and fails the job, too.
        """
        ...


@runtime_checkable
class Resting(Protocol):
    """A pipeline that has something to do while nobody waits."""

    def rest(self, wanted: Callable[[], bool]) -> None:
        """Called once after a while without jobs. wanted: whether one has come; then it has to return soon."""
        ...
