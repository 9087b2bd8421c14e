"""What leads the denoising of a picture, and how it is changed between two steps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from torch import Tensor

from studio.pipelines.conditioning import Conditioning
from studio.pipelines.encode import encode
from studio.pipelines.framing import Frame
from studio.pipelines.loaded import Loaded
from studio.pipelines.prepare import change_map
from studio.request.course import Keep, Turn
from studio.request.pipeline import Report
from studio.request.request import GenerationRequest


@dataclass
class Course:
    """What leads the denoising now; the next call of the network goes by it.

    change: (1, 1, h, w), as `Start.change`. stopped: the latents to end with, at once.
    """

    conditioning: Conditioning
    guidance: float
    change: Tensor | None = None
    stopped: Tensor | None = None


class Steering:
    """Turns the course where the request says so, and where the artist wants it while it runs.

    request: as it holds now, for all pictures made together: changes so far are in its prompt, guidance and mask.
    noted: what was wished for on the way, to be written into the requests that make these pictures again.
    """

    def __init__(
        self, loaded: Loaded, frame: Frame, report: Report, request: GenerationRequest, course: Course
    ) -> None:
        self._loaded, self._frame, self._report = loaded, frame, report
        self._planned = list(request.steering)
        self.request = request
        self.course = course
        self.noted: list[Turn] = []
        self.kept_at = 0

    def after(self, step: int, clean: Callable[[], Tensor]) -> None:
        """To be called when `step` steps are done. clean: the latents the picture would end with."""
        for wish in self._report.wishes():
            if isinstance(wish, Keep):
                self.kept_at = step
            elif step < self.request.steps_taken:
                turn = replace(wish, step=step)
                self.noted.append(turn)
                self._planned.append(turn)
        for turn in [each for each in self._planned if each.step == step]:
            self._turn(turn)
        if step in (self.kept_at, self.request.stop_at):
            self.course.stopped = clean()

    def _turn(self, turn: Turn) -> None:
        before, self.request = self.request, turn.applied(self.request)
        course, request = self.course, self.request
        course.guidance = request.guidance
        words = (before.prompt, before.negative, before.guidance)
        if (request.prompt, request.negative, request.guidance) != words:
            course.conditioning = encode(self._loaded, request, self._frame, self._report)
        if turn.mask is not None and course.change is not None:
            found = change_map(turn.mask, self._frame, course.change.shape)
            course.change = found.to(course.change)


def as_made(request: GenerationRequest, steering: Steering) -> GenerationRequest:
    """The request that makes a picture again as it was made, with everything that was wished for on the way."""
    noted = tuple(sorted((*request.steering, *steering.noted), key=lambda turn: turn.step))
    return replace(request, steering=noted, stop_at=steering.kept_at or request.stop_at)
