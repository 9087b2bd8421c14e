"""The worker dies; the artist loses one picture at most, and nothing else."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from studio.engine.status import Phase
from studio.request.events import Failed, Finished, Step
from tests.engine.conftest import Open, Studio
from tests.engine.requests import ask

pytestmark = pytest.mark.logs


def worker_process(studio: Studio) -> int:
    """Of the running worker; it says so in the first event of every job."""
    job = studio.engine.submit(ask())
    studio.until_over(job)
    return studio.process(job)


def test_a_killed_worker_fails_its_job_and_the_next_one_works(studio: Studio) -> None:
    killed, good = studio.engine.submit(ask("killed")), studio.engine.submit(ask())
    studio.until_over(killed, good)
    assert isinstance(killed.last, Failed)
    assert "ended by the system" in killed.last.message
    assert killed.last.remedy
    assert isinstance(good.last, Finished)
    assert len([event for event in studio.events(killed) if isinstance(event, Failed)]) == 1


def test_killed_from_outside_in_the_middle_of_a_step(studio: Studio) -> None:
    process = worker_process(studio)
    endless, good = studio.engine.submit(ask("endless")), studio.engine.submit(ask())
    studio.until_heard(endless, Step)
    os.kill(process, signal.SIGKILL)
    studio.until_over(endless, good)
    assert isinstance(endless.last, Failed)
    assert isinstance(good.last, Finished)


def test_killed_while_idle_it_comes_back_by_itself(studio: Studio) -> None:
    process = worker_process(studio)
    studio.until(lambda: studio.engine.status.phase is Phase.READY)
    os.kill(process, signal.SIGKILL)
    studio.until(lambda: studio.engine.status.phase is Phase.STARTING)
    studio.until(lambda: studio.engine.status.phase is Phase.READY)
    assert worker_process(studio) != process


def test_a_segmentation_fault_leaves_its_traceback(studio: Studio) -> None:
    process = worker_process(studio)
    endless = studio.engine.submit(ask("endless"))
    studio.until_heard(endless, Step)
    os.kill(process, signal.SIGSEGV)
    studio.until_over(endless)
    assert isinstance(endless.last, Failed)
    assert "SIGSEGV" in endless.last.message
    assert "fake_pipeline.py" in endless.last.details  # where it was, as faulthandler saw it


def test_an_exit_in_the_middle(studio: Studio) -> None:
    job = studio.engine.submit(ask("exit"))
    studio.until_over(job)
    assert isinstance(job.last, Failed)
    assert "exit code 7" in job.last.message


def test_after_three_crashes_in_a_row_a_request_is_not_tried_again(studio: Studio) -> None:
    first = studio.engine.submit(ask("killed"))
    second = studio.engine.retry(first)
    third = studio.engine.retry(second)
    fourth = studio.engine.retry(third)
    studio.until_over(first, second, third, fourth)
    assert (second.parent, third.parent, fourth.parent) == (first.id, second.id, third.id)
    assert all(isinstance(job.last, Failed) for job in (first, second, third, fourth))
    assert [any(isinstance(event, Step) for event in studio.events(job)) for job in (first, second, third, fourth)] == [
        True,
        True,
        True,
        False,
    ]
    assert "three times" in third.last.message
    assert "three times" in fourth.last.message
    other = studio.engine.submit(ask())
    studio.until_over(other)
    assert isinstance(other.last, Finished)


def test_a_worker_that_cannot_start_says_why(open_studio: Open) -> None:
    studio = open_studio("broken")
    first, second = studio.engine.submit(ask()), studio.engine.submit(ask())
    studio.until_over(first, second)
    for job in (first, second):
        assert isinstance(job.last, Failed)
        assert (job.last.message, job.last.remedy) == ("There is no torch here.", "Run the installer again.")
    assert studio.engine.status.phase is Phase.STOPPED
    assert studio.engine.problem == "There is no torch here. Run the installer again."


def test_a_worker_that_crashes_at_the_start_is_tried_thrice(open_studio: Open, tmp_path: Path) -> None:
    studio = open_studio("crashing")
    job = studio.engine.submit(ask())
    studio.until_over(job)
    assert isinstance(job.last, Failed)
    assert "while it was starting (exit code 3)" in job.last.message


def test_a_worker_that_crashes_once_at_the_start_works(open_studio: Open, tmp_path: Path) -> None:
    studio = open_studio("once", str(tmp_path / "flag"))
    job = studio.engine.submit(ask())
    studio.until_over(job)
    assert isinstance(job.last, Finished)


def test_a_command_that_does_not_exist(open_studio: Open) -> None:
    studio = open_studio(command=("/no/such/program",))
    job = studio.engine.submit(ask())
    studio.until_over(job)
    assert isinstance(job.last, Failed)
    assert "could not be started" in job.last.message
