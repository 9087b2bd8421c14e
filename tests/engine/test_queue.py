"""The queue survives whatever happens to the program."""

from __future__ import annotations

import errno
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from studio.engine.store import Store, remainder, written
from studio.request.events import Cancelled, Finished, Made, Queued, Step
from studio.request.geometry import Size
from studio.request.request import LARGEST_SEED
from tests.engine.conftest import ROOT, Open, Studio, gone
from tests.engine.fake_pipeline import FakePipeline, picture_of
from tests.engine.program import source
from tests.engine.requests import ask


@pytest.fixture
def program(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another program on the same queue: its first job makes one picture and hangs in the second, two more wait."""
    arguments = [str(tmp_path / "queue"), str(tmp_path / "other.log"), "endless-second", "", "endless"]
    command = [sys.executable, "-m", "tests.engine.program", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        yield process
        process.kill()


def said(program: subprocess.Popen[str], until: str) -> list[str]:
    """What it says up to a line that contains `until`."""
    lines: list[str] = []
    while not lines or until not in lines[-1]:
        line = program.stdout.readline()
        assert line, "it ended"
        lines.append(line)
    return lines


def worker_of(lines: list[str]) -> int:
    return next(int(line.split()[-1]) for line in lines if "process" in line)


def test_a_killed_program_leaves_its_jobs_and_nothing_else(program: subprocess.Popen[str], open_studio: Open) -> None:
    worker = worker_of(said(program, "Made"))
    program.send_signal(signal.SIGKILL)
    program.wait()
    studio = open_studio()
    first, second, third = studio.engine.left_over
    assert first.request == ask("endless-second", source=source(), size=Size(64, 96), count=2, seed=8)
    assert second.request == ask("", source=source(), size=Size(64, 96), count=3)
    assert studio.engine.jobs == ()
    studio.until(lambda: gone(worker))
    assert not [path for number in (worker, program.pid) for path in Path("/dev/shm").glob(f"sfumato-{number}-*")]

    studio.engine.discard([first, third])
    studio.engine.resume()
    assert studio.engine.jobs == (second,)
    studio.until_over(second)
    assert isinstance(second.last, Finished)
    assert second.last.pictures[1].pixels == picture_of(8, Size(64, 96))
    assert studio.engine.left_over == ()


def test_of_a_set_only_the_missing_pictures_are_made_again(program: subprocess.Popen[str], open_studio: Open) -> None:
    said(program, "Made")
    program.send_signal(signal.SIGKILL)
    program.wait()
    studio = open_studio(keep=lambda picture: Path("there"))
    first = studio.engine.left_over[0]
    studio.engine.resume([first])
    studio.until_heard(first, Made)
    (made,) = [event for event in studio.events(first) if isinstance(event, Made)]
    assert made.picture.request.seed == 8


def test_a_second_program_leaves_the_jobs_of_the_first_alone(
    program: subprocess.Popen[str], open_studio: Open, tmp_path: Path
) -> None:
    said(program, "Made")
    studio = open_studio()
    assert studio.engine.left_over == ()
    job = studio.engine.submit(ask())
    studio.until_over(job)
    unfinished = studio.engine.submit(ask("endless"))
    studio.until_heard(unfinished, Step)
    assert studio.engine.problem == ""
    studio.engine.close()
    program.kill()
    program.wait()

    later = open_studio()  # the first queue is free again, and takes over what the second program left
    assert [job.request for job in later.engine.left_over][-1] == unfinished.request
    assert len(later.engine.left_over) == 4
    assert not list((tmp_path / "queue").glob("beside-*"))


def test_closing_in_the_middle_leaves_the_running_job(open_studio: Open) -> None:
    studio = open_studio()
    running, waiting = studio.engine.submit(ask("endless")), studio.engine.submit(ask(seed=3))
    studio.until_heard(running, Step)
    studio.engine.close()
    assert not running.over
    again = open_studio()
    assert [job.request for job in again.engine.left_over] == [running.request, waiting.request]
    assert [job.id for job in again.engine.left_over] == [running.id, waiting.id]


def test_in_a_thread_closing_in_the_middle_is_no_crash(open_studio: Open, tmp_path: Path) -> None:
    studio = open_studio(isolation="thread", make_pipeline=FakePipeline)
    job = studio.engine.submit(ask("endless"))
    studio.until_heard(job, Step)
    studio.engine.close()
    store = Store(tmp_path / "queue")
    (left,) = store.unfinished()
    assert left.number == job.id
    assert store.crashes(written(left.request)[1]) == 0
    store.close()


def test_what_ended_is_not_left_over(open_studio: Open) -> None:
    studio = open_studio()
    finished, failed, cancelled = (studio.engine.submit(ask(words)) for words in ("", "defect", "endless"))
    studio.engine.cancel(cancelled)
    studio.until_over(finished, failed, cancelled)
    studio.engine.close()
    assert open_studio().engine.left_over == ()


def test_a_job_is_on_disk_when_submit_returns(open_studio: Open, tmp_path: Path) -> None:
    studio = open_studio()
    studio.engine.submit(ask("endless"))
    with sqlite3.connect(f"{(tmp_path / 'queue' / 'queue.sqlite').as_uri()}?mode=ro", uri=True) as database:
        ((text,),) = database.execute("SELECT request FROM job").fetchall()
    database.close()
    assert '"endless"' in text


def test_numbers_are_never_used_twice(open_studio: Open) -> None:
    studio = open_studio()
    first = studio.engine.submit(ask())
    studio.until_over(first)
    studio.engine.close()
    assert open_studio().engine.submit(ask()).id > first.id


def test_the_order_can_be_changed_and_is_remembered(open_studio: Open) -> None:
    studio = open_studio()
    running, one, two, three = (studio.engine.submit(ask("endless", seed=seed)) for seed in range(4))
    studio.until_heard(running, Step)
    studio.engine.move(three, 0)
    assert studio.engine.jobs == (running, three, one, two)
    assert [job.last for job in (three, one, two)] == [Queued(0), Queued(1), Queued(2)]
    studio.engine.move(running, 2)
    assert studio.engine.jobs[0] is running
    studio.engine.move(three, 100)
    assert studio.engine.jobs == (running, one, two, three)
    studio.engine.move(two, 0)
    studio.engine.close()
    assert [job.request.seed for job in open_studio().engine.left_over] == [0, 2, 1, 3]


def test_retry_knows_its_parent_after_a_restart_too(open_studio: Open) -> None:
    studio = open_studio()
    failed = studio.engine.submit(ask("trouble"))
    studio.until_over(failed)
    again = studio.engine.retry(failed)
    repeated = studio.engine.repeat(failed)
    assert (again.parent, repeated.parent) == (failed.id, failed.id)
    assert again.request == failed.request
    studio.engine.close()
    assert {job.parent for job in open_studio().engine.left_over} <= {failed.id}


def test_crashes_are_remembered_for_what_is_left_over(tmp_path: Path) -> None:
    store = Store(tmp_path)
    mine, other = store.add(ask(seed=1)), store.add(ask(seed=2))
    for ticket in (mine, mine, other):
        store.crashed(ticket.digest)
    store.end(other.number, Cancelled())
    store.close()
    later = Store(tmp_path)
    assert (later.crashes(mine.digest), later.crashes(other.digest)) == (2, 0)
    later.close()


def test_pixels_of_ended_jobs_are_forgotten(tmp_path: Path) -> None:
    store = Store(tmp_path)
    request = ask(source=source(), size=Size(64, 96))
    one, two = store.add(request), store.add(request)
    assert len(list((tmp_path / "pixels").iterdir())) == 1
    store.end(one.number, Cancelled())
    store.tidy()
    assert len(list((tmp_path / "pixels").iterdir())) == 1
    store.end(two.number, Cancelled())
    store.tidy()
    assert not list((tmp_path / "pixels").iterdir())
    store.close()


@pytest.mark.logs
def test_a_job_whose_source_is_gone_is_named_and_the_others_stay(open_studio: Open, tmp_path: Path) -> None:
    studio = open_studio()
    studio.engine.submit(ask(source=source(), size=Size(64, 96)))
    good = studio.engine.submit(ask("endless"))
    studio.engine.close()
    for path in (tmp_path / "queue" / "pixels").iterdir():
        path.write_bytes(path.read_bytes()[:-100])
    again = open_studio()
    assert [job.request for job in again.engine.left_over] == [good.request]
    assert "could not be read again" in again.engine.problem
    assert "source picture" in again.engine.problem


@pytest.mark.logs
@pytest.mark.parametrize("share", [0.0, 0.02, 0.3, 0.5, 0.9])
def test_a_damaged_queue_is_set_aside_and_said(open_studio: Open, tmp_path: Path, share: float) -> None:
    studio = open_studio()
    running = studio.engine.submit(ask("endless"))
    for seed in range(20):
        studio.engine.submit(ask("a long prompt " * 20, seed=seed))
    studio.until_heard(running, Step)
    studio.engine.close()
    path = tmp_path / "queue" / "queue.sqlite"
    whole = path.read_bytes()
    damaged = whole[: int(len(whole) * share)] or b"not a database, but not empty either"
    path.write_bytes(damaged)

    again = open_studio()
    assert "damaged" in again.engine.problem
    (aside,) = (tmp_path / "queue").glob("queue.damaged-*.sqlite")
    assert aside.name in again.engine.problem
    assert aside.read_bytes() == damaged
    assert all(job.request.prompt.text for job in again.engine.left_over)
    job = again.engine.submit(ask())
    again.until_over(job)
    assert isinstance(job.last, Finished)


@pytest.mark.logs
def test_a_queue_folder_that_cannot_be_made_costs_no_picture(open_studio: Open, tmp_path: Path) -> None:
    (tmp_path / "queue").write_text("a file where the folder should be")
    studio = open_studio()
    assert "cannot be kept" in studio.engine.problem
    job = studio.engine.submit(ask())
    studio.until_over(job)
    assert isinstance(job.last, Finished)


@pytest.mark.logs
def test_a_folder_without_locks_costs_no_picture(open_studio: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_locks(handle: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("studio.engine.lock._lock", no_locks)
    studio = open_studio()
    assert "No locks available" in studio.engine.problem
    job = studio.engine.submit(ask())
    studio.until_over(job)
    assert isinstance(job.last, Finished)


@pytest.mark.logs
def test_a_disk_that_fills_up_costs_no_picture(studio: Studio) -> None:
    studio.engine._store._database.execute("PRAGMA max_page_count = 1")  # the same error as from a full disk
    jobs = [studio.engine.submit(ask("x" * 9000, seed=seed)) for seed in range(3)]
    assert "disk is full" in studio.engine.problem
    studio.until_over(*jobs)
    assert all(isinstance(job.last, Finished) for job in jobs)
    studio.engine._store._database.execute("PRAGMA max_page_count = 100000")
    studio.until_over(studio.engine.submit(ask()))
    assert studio.engine.problem == ""


@pytest.mark.parametrize(("made", "seed", "count"), [(0, LARGEST_SEED, 4), (1, 0, 3), (3, 2, 1), (4, LARGEST_SEED, 4)])
def test_what_is_left_of_a_set(made: int, seed: int, count: int) -> None:
    rest = remainder(ask(seed=LARGEST_SEED, count=4), made)
    assert (rest.seed, rest.count) == (seed, count)


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for processes where Linux shows them")
def test_closing_takes_a_moment_only_and_twice_is_no_harm(open_studio: Open) -> None:
    studio = open_studio()
    job = studio.engine.submit(ask("deaf"))
    studio.until_heard(job, Step)
    studio.engine.close()
    studio.engine.close()
    assert not [process for process in os.listdir("/proc") if process.isdecimal() and child_of_ours(int(process))]


def child_of_ours(process: int) -> bool:
    try:
        return f"PPid:\t{os.getpid()}\n" in Path(f"/proc/{process}/status").read_text()
    except OSError:
        return False
