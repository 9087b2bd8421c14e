"""Nobody waits for a picture that is not wanted any more."""

from __future__ import annotations

import time
from pathlib import Path
from queue import SimpleQueue

import pytest

from studio.engine.job import Job
from studio.engine.job_loop import Reporter
from studio.engine.line import Ticket
from studio.request.errors import CancelledError
from studio.request.events import Cancelled, Event, Finished, Loading, Made, Queued, Step
from tests.engine.conftest import Open, Studio
from tests.engine.fake_pipeline import FakePipeline
from tests.engine.requests import ask


def endings(studio: Studio, job: Job) -> list[Event]:
    return [event for event in studio.events(job) if isinstance(event, Finished | Cancelled)]


def test_a_waiting_job_is_over_at_once(studio: Studio) -> None:
    endless, waiting, last = (studio.engine.submit(ask(words)) for words in ("endless", "", ""))
    studio.until_heard(endless, Step)
    studio.engine.cancel(waiting)
    assert waiting.last == Cancelled()
    assert last.last == Queued(0)
    assert studio.engine.jobs == (endless, last)
    studio.engine.cancel(waiting)
    assert endings(studio, waiting) == [Cancelled()]


def test_a_running_job_stops_within_a_step_and_the_next_one_runs(studio: Studio) -> None:
    endless, good = studio.engine.submit(ask("endless")), studio.engine.submit(ask())
    studio.until_heard(endless, Step)
    studio.engine.cancel(endless)
    assert endless.cancelling
    studio.until_over(endless, good)
    assert endings(studio, endless) == [Cancelled()]
    assert isinstance(good.last, Finished)
    assert studio.process(endless) == studio.process(good)


def test_before_the_worker_is_ready(studio: Studio) -> None:
    job = studio.engine.submit(ask())
    studio.engine.cancel(job)
    assert job.last == Cancelled()
    good = studio.engine.submit(ask())
    studio.until_over(good)
    assert endings(studio, job) == [Cancelled()]


def test_nothing_more_is_shown_of_a_cancelled_job(open_studio: Open) -> None:
    studio = open_studio()
    job = studio.engine.submit(ask(steps=1000))
    studio.until_heard(job, Step)
    studio.engine.cancel(job)
    seen = len(studio.events(job))
    studio.until_over(job)
    assert [event for event in studio.events(job)[seen:] if isinstance(event, Step | Loading)] == []


def test_finished_pictures_of_a_cancelled_set_are_kept(open_studio: Open) -> None:
    studio = open_studio(keep=lambda picture: Path(f"{picture.request.seed}"))
    job = studio.engine.submit(ask("endless-second", count=3))
    studio.until_heard(job, Made)
    studio.engine.cancel(job)
    studio.until_over(job)
    (made,) = [event for event in studio.events(job) if isinstance(event, Made)]
    assert made.path == Path("7")
    assert job.last == Cancelled()


@pytest.mark.logs
def test_the_last_resort_is_another_process(open_studio: Open) -> None:
    studio = open_studio(patience=0.2)
    deaf, good = studio.engine.submit(ask("deaf")), studio.engine.submit(ask())
    studio.until_heard(deaf, Step)
    studio.engine.cancel(deaf)
    studio.until_over(deaf, good)
    assert endings(studio, deaf) == [Cancelled()]
    assert isinstance(good.last, Finished)
    assert studio.process(deaf) != studio.process(good)


def test_cancel_all(studio: Studio) -> None:
    jobs = [studio.engine.submit(ask("endless")) for _ in range(4)]
    studio.until_heard(jobs[0], Step)
    studio.engine.cancel_all()
    studio.until_over(*jobs)
    assert [job.last for job in jobs] == [Cancelled()] * 4
    assert studio.engine.jobs == ()


def test_checking_costs_next_to_nothing() -> None:
    """A loose bound, a hundred times what it takes: it may be called for every block of a network."""
    report = Reporter(Ticket(1, ask(), ""), memoryview(bytearray(8)).cast("Q"), SimpleQueue(), lambda event: None)
    start = time.process_time()
    for _ in range(10_000):
        report.check()
    assert time.process_time() - start < 0.5


def test_a_report_raises_when_the_job_is_unwanted() -> None:
    unwanted = [0]
    report = Reporter(Ticket(3, ask(), ""), unwanted, SimpleQueue(), lambda event: None)
    FakePipeline().run(ask(), report)
    unwanted[0] = 3
    with pytest.raises(CancelledError):
        report.check()
    with pytest.raises(CancelledError):
        report(Step(1, 2))
