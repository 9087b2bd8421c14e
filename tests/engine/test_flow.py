"""The way of a request: through a real worker process and back."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from studio.engine.status import Phase
from studio.engine.worker import NICE
from studio.request.events import Cancelled, Failed, Finished, Made, Picture, Queued, Step
from studio.request.geometry import Size
from studio.request.pixels import Pixels
from tests.engine.conftest import Open, Studio, gone
from tests.engine.fake_pipeline import FakePipeline, picture_of, preview_of
from tests.engine.requests import ask


def kinds(events: list[object]) -> list[str]:
    """Without how often: steps the window had no time to look at are left out, and that is right."""
    names = [type(event).__name__ for event in events]
    return [name for index, name in enumerate(names) if index == 0 or names[index - 1] != name]


def test_a_picture_is_made(studio: Studio) -> None:
    job = studio.engine.submit(ask(seed=5))
    assert job.last == Queued(0)
    studio.until_over(job)
    assert kinds(studio.events(job)) == ["Queued", "Loading", "Step", "Made", "Finished"]
    finished = job.last
    assert isinstance(finished, Finished)
    assert finished.pictures[0].pixels == picture_of(5, Size(64, 64))
    assert finished.pictures[0].request == ask(seed=5)
    assert finished.pictures[0].seconds == 0.5
    assert finished.timings.total == 1.5
    assert finished.notes == ("A note.",)


def test_previews_arrive_unchanged(studio: Studio) -> None:
    job = studio.engine.submit(ask(seed=5, steps=40))
    studio.until_over(job)
    steps = [event for event in studio.events(job) if isinstance(event, Step)]
    assert steps[-1].done == steps[-1].total == 40
    assert all(step.preview in (None, preview_of(5, step.done, Size(64, 64))) for step in steps)
    assert steps[-1].preview


def test_a_set_is_told_picture_by_picture(studio: Studio) -> None:
    job = studio.engine.submit(ask(seed=2**64 - 1, count=3))
    studio.until_over(job)
    made = [event for event in studio.events(job) if isinstance(event, Made)]
    assert [event.index for event in made] == [0, 1, 2]
    assert [event.picture.request.seed for event in made] == [2**64 - 1, 0, 1]
    assert [event.picture for event in made] == list(job.last.pictures)
    assert all(event.picture is picture for event, picture in zip(made, job.last.pictures, strict=True))
    last_steps = [event for event in studio.events(job) if isinstance(event, Step)]
    assert last_steps[-1].picture == 2
    assert last_steps[-1].pictures == 3


def test_a_picture_that_was_only_returned_is_told_and_kept_too(open_studio: Open) -> None:
    kept: list[Picture] = []
    studio = open_studio(keep=lambda picture: kept.append(picture) or Path("here"))
    job = studio.engine.submit(ask("silent", count=2))
    studio.until_over(job)
    assert [event.index for event in studio.events(job) if isinstance(event, Made)] == [0, 1]
    assert kept == list(job.last.pictures)


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_pixels_go_there_and_back_bit_for_bit(studio: Studio, channels: int) -> None:
    random = np.random.default_rng(channels)
    source = Pixels(random.integers(0, 255, (301, 203, channels), np.uint8))
    mask = Pixels(random.integers(0, 255, (301, 203, 1), np.uint8))
    request = ask("echo", size=Size(203, 301), source=source, mask=mask, strength=0.5)
    job = studio.engine.submit(request)
    studio.until_over(job)
    assert job.last.pictures[0].pixels == source
    assert job.last.pictures[0].request == request


def test_a_larger_preview_than_before_fits(studio: Studio) -> None:
    small, large = studio.engine.submit(ask()), studio.engine.submit(ask(size=Size(2048, 1024), seed=9))
    again = studio.engine.submit(ask())
    studio.until_over(small, large, again)
    steps = [event for event in studio.events(large) if isinstance(event, Step) and event.preview]
    assert steps[-1].preview == preview_of(9, steps[-1].done, Size(2048, 1024))


def test_jobs_run_in_order_and_say_where_they_are(studio: Studio) -> None:
    endless, second, third = (studio.engine.submit(ask(words)) for words in ("endless", "", ""))
    studio.until_heard(endless, Step)
    assert studio.engine.jobs == (endless, second, third)
    assert [job.running for job in studio.engine.jobs] == [True, False, False]
    assert [second.last, third.last] == [Queued(0), Queued(1)]
    assert studio.engine.status.queue_length == 2
    studio.engine.cancel(endless)
    studio.until_over(second, third)
    ends = [job for job, event in studio.log if isinstance(event, Finished | Cancelled)]
    assert ends == [endless, second, third]
    assert studio.engine.jobs == ()


def test_a_failure_is_an_event_and_the_next_job_runs(studio: Studio) -> None:
    trouble, defect, good = (studio.engine.submit(ask(words)) for words in ("trouble", "defect", ""))
    studio.until_over(trouble, defect, good)
    assert isinstance(trouble.last, Failed)
    assert (trouble.last.message, trouble.last.remedy) == ("There is no more paper.", "Buy some.")
    assert "shelf 3" in trouble.last.details
    assert isinstance(defect.last, Failed)
    assert defect.last.message == "The picture could not be made: division by zero."
    assert "Traceback" in defect.last.details
    assert isinstance(good.last, Finished)


def test_a_picture_is_kept_before_the_window_hears_of_it(open_studio: Open, tmp_path: Path) -> None:
    def keep(picture: Picture) -> Path:
        path = tmp_path / f"{picture.request.seed}.raw"
        path.write_bytes(picture.pixels.array.tobytes())
        return path

    studio = open_studio(keep=keep)
    there: list[bool] = []
    studio.engine.happened.connect(
        lambda job, event: there.append(event.path.exists()) if isinstance(event, Made) else None
    )
    job = studio.engine.submit(ask(count=2))
    studio.until_over(job)
    assert there == [True, True]


@pytest.mark.logs
def test_a_full_disk_loses_no_picture(open_studio: Open) -> None:
    def keep(picture: Picture) -> Path:
        raise OSError(28, "No space left on device")

    studio = open_studio(keep=keep)
    job = studio.engine.submit(ask())
    studio.until_over(job)
    (made,) = [event for event in studio.events(job) if isinstance(event, Made)]
    assert "No space left on device" in made.problem
    assert made.path is None
    assert made.picture.pixels == picture_of(7, Size(64, 64))
    assert isinstance(job.last, Finished)


@pytest.mark.logs
@pytest.mark.parametrize("full", [False, True])
def test_what_came_of_keeping_on_purpose_is_told(open_studio: Open, tmp_path: Path, full: bool) -> None:
    def keep(picture: Picture) -> Path:
        if full:
            raise OSError(28, "No space left on device")
        return tmp_path / "kept.png"

    studio = open_studio(keep=keep)
    told: list[Made] = []
    studio.engine.kept.connect(told.append)
    picture = Picture(pixels=picture_of(7, Size(64, 64)), request=ask(), seconds=1.0)
    studio.engine.start()
    studio.engine.keep(picture)
    studio.until(lambda: bool(told))
    assert told[0].picture is picture
    assert told[0].path == (None if full else tmp_path / "kept.png")
    assert ("No space left" in told[0].problem) == full


def test_the_status_follows_the_worker(studio: Studio) -> None:
    seen: list[Phase] = []
    studio.engine.status_changed.connect(lambda status: seen.append(status.phase))
    assert studio.engine.status.phase is Phase.STOPPED
    studio.engine.start()
    studio.until(lambda: studio.engine.status.phase is Phase.READY)
    status = studio.engine.status
    assert (status.device, status.memory_used, status.memory_total) == ("A fake", 1_000, 10_000)
    job = studio.engine.submit(ask("endless"))
    studio.until(lambda: studio.engine.status.phase is Phase.BUSY)
    studio.engine.cancel(job)
    studio.until(lambda: studio.engine.status.phase is Phase.READY)


def test_seconds_left_come_from_the_steps(studio: Studio) -> None:
    job = studio.engine.submit(ask(steps=200, size=Size(512, 512)))
    studio.until_over(job)
    times = [event.seconds_left for event in studio.events(job) if isinstance(event, Step)]
    assert times[-1] is not None
    assert all(seconds is None or 0 <= seconds < 60 for seconds in times)


def test_a_busy_window_sees_the_newest_preview_only(open_studio: Open) -> None:
    done = threading.Event()

    def keep(picture: Picture) -> Path:
        done.set()
        return Path("there")

    studio = open_studio(keep=keep)
    studio.engine.start()
    studio.until(lambda: studio.engine.status.phase is Phase.READY)
    job = studio.engine.submit(ask(steps=20))
    assert done.wait(20)  # the window is stuck meanwhile: no event loop runs
    studio.until_over(job)
    assert [event.done for event in studio.events(job) if isinstance(event, Step)] == [20]


def test_what_a_model_prints_is_in_the_log(studio: Studio, tmp_path: Path) -> None:
    job = studio.engine.submit(ask("print"))
    studio.until_over(job)
    assert isinstance(job.last, Finished)
    assert "something printed" in (tmp_path / "logs" / "worker.log").read_text()


def test_in_a_thread_everything_is_the_same(open_studio: Open) -> None:
    studio = open_studio(isolation="thread", make_pipeline=FakePipeline)
    good, bad, endless = (studio.engine.submit(ask(words)) for words in ("", "defect", "endless"))
    studio.until_heard(endless, Step)
    studio.engine.cancel(endless)
    studio.until_over(good, bad, endless)
    assert [type(job.last) for job in (good, bad, endless)] == [Finished, Failed, Cancelled]
    # steps that something later replaced before the window looked are not told
    assert kinds(studio.events(good)) in (
        ["Queued", "Loading", "Step", "Made", "Finished"],
        ["Queued", "Loading", "Made", "Finished"],
    )


def test_closing_amid_large_previews_leaves_nothing(studio: Studio) -> None:
    job = studio.engine.submit(ask(steps=1000, size=Size(2048, 2048)))
    studio.until_heard(job, Step)
    worker = studio.process(job)
    studio.engine.close()
    assert gone(worker)
    assert not list(Path("/dev/shm").glob(f"sfumato-{worker}-*"))


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such thing as niceness")
def test_the_worker_lets_the_window_go_first(studio: Studio) -> None:
    job = studio.engine.submit(ask("endless"))
    studio.until_heard(job, Step)
    ours = os.getpriority(os.PRIO_PROCESS, 0)
    assert os.getpriority(os.PRIO_PROCESS, studio.process(job)) == min(19, ours + NICE)
    studio.engine.cancel(job)
    studio.until_over(job)
