"""The worker is started in another way while the program runs, and nobody's picture is lost for it."""

from __future__ import annotations

from collections.abc import Callable

from studio.engine.status import Phase, WorkerStart
from studio.request.events import Finished, Step
from tests.engine.conftest import Studio
from tests.engine.requests import ask


def test_the_next_picture_is_made_in_the_new_way(studio: Studio, start: Callable[..., WorkerStart]) -> None:
    first = studio.engine.submit(ask())
    studio.until_over(first)
    studio.engine.start_anew(start())
    second = studio.engine.submit(ask())
    studio.until_over(second)
    assert studio.process(first) != studio.process(second)
    assert isinstance(second.last, Finished)


def test_what_is_being_made_is_finished_in_the_old_way(studio: Studio, start: Callable[..., WorkerStart]) -> None:
    running, waiting = studio.engine.submit(ask("endless-second", count=2)), studio.engine.submit(ask())
    studio.until_heard(running, Step)
    studio.engine.start_anew(start())
    studio.engine.cancel(running)
    studio.until_over(running, waiting)
    assert isinstance(waiting.last, Finished)
    assert studio.process(running) != studio.process(waiting)


def test_a_worker_that_rests_is_replaced_at_once(studio: Studio, start: Callable[..., WorkerStart]) -> None:
    studio.engine.start()
    studio.until(lambda: studio.engine.status.phase is Phase.READY)
    phases: list[Phase] = []
    studio.engine.status_changed.connect(lambda status: phases.append(status.phase))
    studio.engine.start_anew(start())
    studio.until(lambda: phases[-1:] == [Phase.READY])
    assert Phase.STARTING in phases


def test_a_new_way_is_tried_although_the_old_one_had_failed(studio: Studio, start: Callable[..., WorkerStart]) -> None:
    job = studio.engine.submit(ask())
    studio.until_over(job)
    studio.engine.start_anew(start("once", "/"))
    good = studio.engine.submit(ask())
    studio.until_over(good)
    assert isinstance(good.last, Finished)
