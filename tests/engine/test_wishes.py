"""What is wished for while a picture is made, and drafts, which leave nothing behind."""

from __future__ import annotations

import numpy as np
import pytest

from studio.request.course import Turn
from studio.request.errors import BadInput
from studio.request.events import Finished, Made, Step
from studio.request.geometry import Size
from studio.request.pixels import Pixels
from studio.request.request import Prompt
from tests.engine.requests import ask


def grey(value: int) -> Pixels:
    return Pixels(np.full((64, 64, 1), value, np.uint8))


def in_thread(start):
    from tests.engine.fake_pipeline import FakePipeline

    return {"isolation": "thread", "make_pipeline": FakePipeline}


@pytest.mark.parametrize("isolation", ["process", "thread"])
def test_wishes_reach_the_running_job_and_come_back_in_its_picture(open_studio, start, isolation):
    studio = open_studio(**(in_thread(start) if isolation == "thread" else {}))
    source = Pixels(np.zeros((64, 64, 3), np.uint8))
    job = studio.engine.submit(ask("obedient", steps=3, source=source, mask=grey(255)))
    turns = [Turn(prompt=Prompt.plain("a fox"), guidance=3.0), Turn(mask=grey(9))]
    for step, turn in enumerate(turns, 1):
        studio.until(lambda step=step: isinstance(job.last, Step) and job.last.done == step)
        studio.engine.steer(job, turn)
    studio.until(lambda: isinstance(job.last, Step) and job.last.done == 3)
    studio.engine.keep_step(job)
    studio.until_over(job)
    made = next(event for event in studio.events(job) if isinstance(event, Made))
    steering = made.picture.request.steering
    assert [turn.step for turn in steering] == [1, 2]
    assert steering[0].prompt == Prompt.plain("a fox")
    assert steering[1].mask == grey(9)


def test_a_step_is_kept(open_studio):
    studio = open_studio()
    job = studio.engine.submit(ask("obedient", steps=1))
    studio.until_heard(job, Step)
    studio.engine.keep_step(job)
    studio.until_over(job)
    made = next(event for event in studio.events(job) if isinstance(event, Made))
    assert made.picture.request.stop_at == 1


def test_what_cannot_be_is_refused_and_what_comes_too_late_is_forgotten(studio):
    job = studio.engine.submit(ask())
    with pytest.raises(BadInput):
        studio.engine.steer(job, Turn(mask=grey(1)))
    studio.until_over(job)
    studio.engine.keep_step(job)
    again = studio.engine.submit(ask("again"))
    studio.until_over(again)
    made = next(event for event in studio.events(again) if isinstance(event, Made))
    assert made.picture.request.stop_at == 0


def test_a_draft_is_in_no_list_and_on_no_disk(open_studio, tmp_path):
    kept = []
    studio = open_studio(keep=lambda picture: kept.append(picture) or tmp_path / "kept.png")
    told = []
    studio.engine.drafted.connect(lambda job, event: told.append(event))
    draft = studio.engine.draft(ask(size=Size(80, 64)))
    assert studio.engine.jobs == ()
    studio.until_over(draft)
    assert isinstance(told[-1], Finished)
    assert any(isinstance(event, Made) and event.path is None for event in told)
    assert not studio.log
    assert not kept
    job = studio.engine.submit(ask())
    studio.until_over(job)
    assert len(kept) == 1
    studio.engine.close()
    assert open_studio().engine.left_over == ()
