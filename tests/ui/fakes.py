"""An engine that does nothing by itself: tests play its events. The same signals and calls as the real one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, Signal

from studio.engine.job import Job
from studio.engine.status import EngineStatus, Phase
from studio.library.families import family
from studio.request.course import Keep
from studio.request.errors import Trouble
from studio.request.events import Cancelled, Failed, Finished, Loading, Made, Picture, Queued, Step
from studio.request.family import Defaults, Model, ModelReference
from studio.request.geometry import Size
from studio.request.pixels import Pixels
from studio.request.sampling import Algorithm, Sampler

SCENES_MODEL = Model(
    reference=ModelReference(family="scenes", name="scenes"),
    title="Sfumato Scenes",
    family=family("scenes"),
    defaults=Defaults(size=Size(256, 256), steps=20, guidance=2.0, sampler=Sampler(Algorithm.EULER_A)),
    path=Path("models/scenes"),
    about="The small model that comes with the studio. It knows thirteen kinds of places, four times of day and "
    "eight ways to paint them, at 256 pixels; it knows no people, no animals up close and no writing.",
    examples=("a lighthouse at dawn, watercolour", "a mountain lake at night", "a desert at noon, flat poster"),
)
OTHER_MODEL = Model(
    reference=ModelReference(family="sdxl", name="sd_xl_base_1.0"),
    title="SDXL Base 1.0",
    family=family("sdxl"),
    defaults=Defaults(size=Size(1024, 1024), steps=30, guidance=6.0, sampler=family("sdxl").sampler),
    path=Path("models/sd_xl_base_1.0.safetensors"),
)


class FakeModels:
    """In place of `library.models.Models`."""

    def __init__(self, *models: Model) -> None:
        self._models = models or (SCENES_MODEL, OTHER_MODEL)
        self.others: tuple[object, ...] = ()
        self.refreshed = 0
        self.weights: tuple[object, ...] = ()

    def all(self) -> tuple[Model, ...]:
        return self._models

    def refresh(self) -> None:
        self.refreshed += 1

    def of_kind(self, *kinds: str) -> tuple[object, ...]:
        return tuple(each for each in self.weights if each.kind in kinds)

    def image_encoder(self, adapter: Path, name: str) -> Path:
        raise Trouble(f"{name} needs the image encoder CLIP ViT-H.", "Get it.")


class FakeEngine(QObject):
    happened = Signal(object, object)
    drafted = Signal(object, object)
    kept = Signal(object)
    queue_changed = Signal()
    status_changed = Signal(object)
    problem_changed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.jobs: tuple[Job, ...] = ()
        self.left_over: tuple[Job, ...] = ()
        self.status = EngineStatus()
        self.problem = ""
        self._number = 0
        self.drafts: list[Job] = []
        self.asked_to_keep: list[Picture] = []
        self.wishes: list[tuple[Job, object]] = []

    def submit(self, request, parent=None):
        self._number += 1
        job = Job(self._number, request, parent, last=Queued(len(self.jobs)))
        self._set((*self.jobs, job))
        return job

    def go_on(self, request, parent):
        job = self.submit(request, parent.id)
        self.move(job, 0)
        return job

    def retry(self, job):
        return self.submit(job.request, job.id)

    def draft(self, request):
        self._number += 1
        self.drafts.append(Job(self._number, request, draft=True))
        return self.drafts[-1]

    def keep(self, picture):
        self.asked_to_keep.append(picture)

    def keep_step(self, job):
        self.wishes.append((job, Keep()))

    def steer(self, job, turn):
        turn.applied(job.request)
        self.wishes.append((job, turn))

    def cancel(self, job):
        self.tell(job, Cancelled())

    def cancel_all(self):
        for job in reversed(self.jobs):
            self.cancel(job)

    def move(self, job, position):
        if job.running or job not in self.jobs:
            return
        running = tuple(each for each in self.jobs if each.running)
        waiting = [each for each in self.jobs if not each.running and each is not job]
        waiting.insert(position, job)
        self._set((*running, *waiting))

    def resume(self, jobs=None):
        left, self.left_over = self.left_over, ()
        self._set((*self.jobs, *left))

    def discard(self, jobs=None):
        self.left_over = ()

    # what a test plays

    def tell(self, job, event):
        """The worker says this about the job."""
        job.last = event
        if isinstance(event, Loading | Step | Made):
            job.running = True
        if job.over:
            self.jobs = tuple(each for each in self.jobs if each is not job)
        if job.draft:
            self.drafted.emit(job, event)
            return
        self.happened.emit(job, event)
        if job.over:
            self.queue_changed.emit()

    def step(self, job, done, preview=None, picture=0, left=3.0):
        request = job.request
        self.tell(job, Step(done, request.steps, preview, left, picture, request.count))

    def make(self, job, index=0, pixels=None, path=None, problem=""):
        pixels = pixels or colour(job.request.size, 40 * index + 40)
        picture = Picture(pixels=pixels, request=job.request.single(index), seconds=1.0)
        self.tell(job, Made(index, picture, path, problem))
        return picture

    def finish(self, job, *pictures, notes=()):
        self.tell(job, Finished(tuple(pictures), notes=notes))

    def fail(self, job, message="The machine has too little memory.", remedy="Make the picture smaller."):
        self.tell(job, Failed(message, "", remedy))

    def leave_over(self, *jobs):
        self.left_over = jobs

    def ready(self, device="CPU, 8 cores", used=1_200_000_000, total=16_000_000_000):
        self.status = EngineStatus(phase=Phase.READY, device=device, memory_used=used, memory_total=total)
        self.status_changed.emit(self.status)

    def _set(self, jobs):
        self.jobs = tuple(jobs)
        self.queue_changed.emit()


def colour(size: Size, value: int = 120) -> Pixels:
    return Pixels(np.full((size.height, size.width, 3), (value, 90, 200 - value // 2), np.uint8))
