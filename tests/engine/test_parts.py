"""The parts of the engine, each by itself."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.engine.frames import SLOTS, FrameReader, FrameWriter, LostParcelError, pack, unpack
from studio.engine.line import Line, Ticket
from studio.engine.lock import FolderLock
from studio.engine.mailbox import Mailbox, WorkerState
from studio.engine.messages import event_from_message, event_to_message
from studio.engine.pace import Pace
from studio.engine.session import Session
from studio.engine.shared_block import PREFIX, SharedBlock, sweep
from studio.engine.status import Phase
from studio.engine.wire import read_message, write_message
from studio.engine.words import crashed_too_often, why_it_stopped
from studio.engine.worker_link import Gone
from studio.request.events import Cancelled, Event, Failed, Finished, Loading, Made, Picture, Queued, Step, Timings
from studio.request.pixels import Pixels
from tests.engine.requests import ask


def pixels(seed: int, width: int = 64, height: int = 48, channels: int = 3) -> Pixels:
    return Pixels(np.random.default_rng(seed).integers(0, 255, (height, width, channels), np.uint8))


class TestMailbox:
    def test_the_window_is_woken_once(self) -> None:
        woken: list[bool] = []
        box = Mailbox(lambda: woken.append(True))
        for done in range(1, 9):
            box.put(1, Step(done, 8))
        assert woken == [True]
        assert box.take()[0] == [(1, Step(8, 8))]
        box.put(1, Cancelled())
        assert woken == [True, True]

    def test_all_but_steps_are_kept_in_order(self) -> None:
        box = Mailbox(lambda: None)
        made = Made(0, Picture(pixels=pixels(1), request=ask()))
        for event in (Queued(0), Loading("a"), Loading("b"), Step(1, 2), Step(2, 2), made, Step(1, 2), Step(2, 2)):
            box.put(1, event)
        box.put(1, Finished(()))
        assert [event for _, event in box.take()[0]] == [Queued(0), Loading("b"), made, Step(2, 2), Finished(())]
        assert box.take() == ([], None)

    def test_the_newest_state_of_the_worker(self) -> None:
        box = Mailbox(lambda: None)
        box.put_state(WorkerState(phase=Phase.STARTING))
        box.put_state(WorkerState(phase=Phase.READY))
        assert box.take() == ([], WorkerState(phase=Phase.READY))


class TestFrames:
    @given(st.lists(st.tuples(st.integers(1, 300), st.integers(1, 300), st.sampled_from([1, 3, 4])), max_size=8))
    def test_what_is_written_is_read(self, shapes: list[tuple[int, int, int]]) -> None:
        writer, reader = FrameWriter(), FrameReader()
        for seed, (width, height, channels) in enumerate(shapes):
            picture = pixels(seed, width, height, channels)
            assert reader.read(writer.write(picture)) == picture
        reader.close()
        writer.close()

    def test_a_late_reader_misses_frames_and_never_sees_a_wrong_one(self) -> None:
        writer, reader = FrameWriter(), FrameReader()
        told = [writer.write(pixels(seed)) for seed in range(SLOTS + 2)]
        seen = [reader.read(message) for message in told]
        assert seen[:2] == [None, None]
        assert seen[2:] == [pixels(seed) for seed in range(2, SLOTS + 2)]
        reader.close()
        writer.close()

    def test_a_parcel_arrives_once(self) -> None:
        contents = {"one": pixels(1), "two": pixels(2, 7, 9, 1)}
        block, message = pack(contents)
        assert unpack(message) == contents
        assert not Path(block.name).exists()
        block.close()
        with pytest.raises(OSError, match="No such file"):
            unpack(message)

    def test_a_parcel_of_somebody_else_is_refused(self) -> None:
        block, message = pack({"one": pixels(1)})
        with pytest.raises(LostParcelError):
            unpack({**message, "token": message["token"] + 1})
        block.close()

    @pytest.mark.logs
    def test_without_room_there_is_no_preview_and_no_harm(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def full(size: int) -> SharedBlock:
            raise OSError(28, "No space left on device")

        writer = FrameWriter()
        monkeypatch.setattr(SharedBlock, "make", full)
        assert writer.write(pixels(1)) is None


class TestSharedBlock:
    def test_where_shared_memory_is_too_small_a_file_does(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setattr("studio.engine.shared_block.MEMORY", Path("/proc"))  # nothing can be made there
        monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
        block, message = pack({"one": pixels(1)})
        assert Path(block.name).parent == tmp_path
        assert unpack(message) == {"one": pixels(1)}
        block.close()
        assert not list(tmp_path.iterdir())

    def test_what_a_dead_process_left_is_swept_up(self) -> None:
        code = "import os; from studio.engine.shared_block import SharedBlock; SharedBlock.make(100); os._exit(0)"
        dead = subprocess.Popen([sys.executable, "-c", code], cwd=Path(__file__).parent.parent.parent)
        dead.wait()
        mine = SharedBlock.make(100)
        assert list(Path("/dev/shm").glob(f"{PREFIX}{dead.pid}-*"))
        sweep()
        assert not list(Path("/dev/shm").glob(f"{PREFIX}{dead.pid}-*"))
        assert list(Path("/dev/shm").glob(f"{PREFIX}{os.getpid()}-*"))
        mine.close()


class TestMessages:
    @pytest.mark.parametrize(
        "event",
        [
            Queued(3),
            Loading("the text encoder", 0.25),
            Loading("something"),
            Step(3, 20, seconds_left=4.5, picture=1, pictures=2),
            Step(3, 20, pixels(5)),
            Failed("No.", "a\nb", "Try."),
            Cancelled(),
            Finished((), Timings(load=1, decode=0.5), ("a note", "another")),
        ],
    )
    def test_an_event_arrives_as_it_was(self, event: Event) -> None:
        writer, reader, pipe = FrameWriter(), FrameReader(), io.BytesIO()
        write_message(pipe, event_to_message(event, writer))
        pipe.seek(0)
        message = read_message(pipe)
        assert message
        assert event_from_message(message, reader, ()) == event
        reader.close()
        writer.close()

    def test_half_a_message_is_none(self) -> None:
        whole = io.BytesIO()
        write_message(whole, {"is": "loading", "what": "\ud800 a lone surrogate", "fraction": None})
        for length in range(len(whole.getvalue())):
            assert read_message(io.BytesIO(whole.getvalue()[:length])) is None

    def test_an_unknown_message_is_refused(self) -> None:
        with pytest.raises(ValueError, match="unknown"):
            event_from_message({"is": "singing"}, FrameReader(), ())


class TestPace:
    def test_seconds_left(self) -> None:
        now = [0.0]
        pace = Pace(lambda: now[0])
        pace.begin(ask(steps=4, count=2))

        def step(done: int, picture: int, after: float) -> float | None:
            now[0] += after
            return pace.left(Step(done, 4, picture=picture, pictures=2))

        assert step(1, 0, 9.0) is None  # the first one may have loaded the model
        assert step(2, 0, 2.0) == 6 * 2.0
        assert step(3, 0, 2.0) == 5 * 2.0
        assert step(4, 0, 50.0) == 4 * 2.0  # one that was held up changes nothing
        now[0] += 3.0
        pace.made()
        assert step(1, 1, 2.0) == pytest.approx(3 * 2.0 + 3.0)  # and it takes three seconds to decode
        pace.begin(ask(steps=4))
        assert step(1, 1, 1.0) is None
        assert step(2, 1, 1.0) == pytest.approx(2 * 1.0 + 3.0)


class TestLine:
    def tickets(self) -> Line:
        line = Line()
        for number in (1, 2, 3):
            line.add(Ticket(number, ask(), ""))
        return line

    @pytest.mark.parametrize(
        ("number", "position", "order"),
        [(3, 0, (3, 1, 2)), (1, 1, (2, 1, 3)), (1, 9, (2, 3, 1)), (2, -5, (2, 1, 3)), (2, 1, (1, 2, 3))],
    )
    def test_moving(self, number: int, position: int, order: tuple[int, ...]) -> None:
        line = self.tickets()
        assert line.move(number, position)
        assert line.numbers() == order

    def test_what_was_taken_can_be_neither_moved_nor_removed(self) -> None:
        line = self.tickets()
        ticket = line.take_next()
        assert ticket
        assert (ticket.number, line.first()) == (1, 2)
        assert not line.move(1, 0)
        assert not line.remove(1)
        assert line.remove(2)
        assert line.numbers() == (3,)


@pytest.mark.parametrize(
    ("code", "words"),
    [(-9, "memory ran out"), (-11, "SIGSEGV"), (-6, "SIGABRT"), (3, "exit code 3"), (-1073741819, "crashed"), (0, "0")],
)
def test_every_way_to_die_has_a_sentence_and_a_remedy(code: int, words: str) -> None:
    failed = why_it_stopped(Gone(code, details="the log"))
    assert words in failed.message
    assert failed.remedy
    assert failed.details == "the log"
    assert crashed_too_often().remedy


def test_a_folder_has_one_owner(tmp_path: Path) -> None:
    lock = FolderLock.take(tmp_path)
    assert lock
    assert FolderLock.take(tmp_path) is None
    lock.release()
    again = FolderLock.take(tmp_path)
    assert again
    again.release()


class TestRest:
    def test_a_pipeline_may_use_a_pause_until_a_job_comes(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("studio.engine.session.TIDYING", ())
        session = Session(io.BytesIO(), io.BytesIO(), None)

        class Pausing:
            def run(self, request: object, report: object) -> Finished:
                return Finished(())

            def rest(self, wanted: Callable[[], bool]) -> None:
                asked.append(wanted())
                session._jobs.put({"job": 1})
                asked.append(wanted())

        asked: list[bool] = []
        assert session._next(Pausing()) == {"job": 1}
        assert asked == [False, True]
