"""One thing asked of the engine, as the window sees it."""

from __future__ import annotations

from dataclasses import dataclass, field

from studio.request.events import Ending, Event, Queued
from studio.request.request import GenerationRequest


@dataclass(eq=False)
class Job:
    """Lives on the window's thread and is changed by the engine only; compared by identity.

    id: never used twice, also not after a restart.
    parent: the job this one tries again, or None.
    last: the newest event that `happened` told of.
    draft: a look at what would be made; its pictures are not kept, and nothing of it is on disk.
    running: the worker has it in hand. cancelling: it is no longer wanted, and the worker is being told.
    """

    id: int
    request: GenerationRequest
    parent: int | None = None
    draft: bool = False
    last: Event = field(default_factory=lambda: Queued(0))
    running: bool = False
    cancelling: bool = False

    @property
    def over(self) -> bool:
        """Nothing more will happen to it."""
        return isinstance(self.last, Ending)
