"""What the window says about what happened: quiet bars, screen readers, the desktop. Never a box in the way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject

from studio.engine.engine import Engine
from studio.engine.job import Job
from studio.request.errors import Trouble
from studio.request.events import Finished
from studio.ui.generation import Generation
from studio.ui.notify import Notifier
from studio.ui.outcomes import Broken
from studio.ui.progress import seconds
from studio.ui.widgets.notice import Notice, Notices, Remedy


def pictures(count: int) -> str:
    return "1 picture" if count == 1 else f"{count} pictures"


@dataclass(frozen=True)
class Waiting:
    """So many pictures that are not in the queue yet, and the two things to do about them."""

    count: int
    go_on: Callable[[], object]
    forget: Callable[[], object]


class Telling(QObject):
    """Listens to the engine and the generation, and says what a person should know."""

    def __init__(
        self, notices: Notices, notifier: Notifier, engine: Engine, generation: Generation, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._notices = notices
        self._notifier = notifier
        self._engine = engine
        self._generation = generation
        self._problem: Notice | None = None
        self._left_over: Notice | None = None
        self._waiting: list[Waiting] = []
        generation.outcomes.failed.connect(self.failed)
        generation.outcomes.finished.connect(self.finished)
        generation.outcomes.unkept.connect(self.unkept)
        engine.problem_changed.connect(self.problem)

    def trouble(self, trouble: Trouble) -> None:
        """Something that was asked for cannot be done."""
        self._say(str(trouble))

    def sentence(self, sentence: str) -> Notice:
        """Something worth knowing. The bar can be withdrawn when it is not worth it any more."""
        self._notifier.announce(sentence)
        return self._notices.tell(sentence)

    def failed(self, broken: Broken) -> None:
        """A job failed: why, and one thing to do."""
        failed = broken.failed
        sentence = f"{failed.message} {failed.remedy}".strip()
        self._say(sentence, Remedy("Try again", lambda: self._again(broken.job)))
        self._notifier.tell("A picture could not be made", failed.message)

    def finished(self, job: Job, finished: Finished) -> None:
        for note in finished.notes:
            self._notices.tell(note)
        made = len(finished.pictures)
        took = f" in {seconds(finished.timings.total)}" if finished.timings.total >= 1 else ""
        words = job.request.prompt.raw.strip()
        self._notifier.tell(f"{pictures(made).capitalize()} done{took}", words or "There was no prompt.")

    def unkept(self, problem: str) -> None:
        """A picture could not be written to the gallery, or its prompt to the history."""
        self._say(problem)

    def problem(self, problem: str) -> None:
        """The state of the queue or the worker; taken back when it is mended."""
        if self._problem is not None:
            self._notices.withdraw(self._problem)
            self._problem = None
        if problem:
            self._problem = self._say(problem)

    def offer_too(self, waiting: Waiting) -> None:
        """Something beside the queue was left unfinished; it is offered together with it."""
        self._waiting.append(waiting)

    def offer_left_over(self) -> None:
        """What last time left unfinished: go on with it, or not."""
        count = sum(job.request.count for job in self._engine.left_over) + sum(each.count for each in self._waiting)
        if not count:
            return
        were = "was" if count == 1 else "were"
        self._left_over = self._notices.tell(
            f"{pictures(count)} {were} still to be made when you left.".capitalize(),
            "info",
            Remedy("Continue", lambda: self._decide(self._engine.resume, [each.go_on for each in self._waiting])),
            Remedy("Discard", lambda: self._decide(self._engine.discard, [each.forget for each in self._waiting])),
        )

    def _decide(self, about_queue: Callable[[], object], about_others: list[Callable[[], object]]) -> None:
        self._waiting.clear()
        for deed in (about_queue, *about_others):
            try:
                deed()
            except Trouble as trouble:
                self.trouble(trouble)

    def _again(self, job: Job) -> None:
        self._generation.retry(job)

    def _say(self, sentence: str, *remedies: Remedy) -> Notice:
        self._notifier.announce(sentence)
        return self._notices.tell(sentence, "error", *remedies)
