"""The window's end of the worker process."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO, BinaryIO, cast

from studio.engine.frames import FrameReader, pack, unpack
from studio.engine.line import Ticket
from studio.engine.messages import event_from_message, request_from_message, request_to_message, wish_to_message
from studio.engine.shared_block import SharedBlock, sweep
from studio.engine.status import WorkerStart
from studio.engine.wire import Message, read_message, write_message
from studio.engine.worker_link import Facts, Gone, Heard, Inbox, Ready, Told
from studio.request.course import Keep, Wish
from studio.request.events import Ending, Picture
from studio.request.record import pixels_of

log = logging.getLogger(__name__)

LARGEST_LOG = 1 << 20  # bytes; then a new one is begun and one old one kept
LAST_WORDS = 4000  # bytes of the log that go into a failure's details
AFTER_KILL = 1.0  # seconds; a process that has not ended by then never will
CONTROL = 64  # bytes; the first eight are the number of the unwanted job


class ProcessWorker:
    """Starts the process; a thread of its own listens to it until it is gone.

    Raises OSError when the process cannot be started.
    """

    replaceable = True

    def __init__(self, start: WorkerStart, inbox: Inbox) -> None:
        self._start = start
        self._inbox = inbox
        self._speaking = threading.Lock()
        self._cancelling = threading.Lock()
        self._closed = False
        self._ticket: Ticket | None = None
        self._sent: SharedBlock | None = None  # the pixels of the request in hand
        self._wished: list[SharedBlock] = []  # and of the wishes that came after it
        self._pictures: list[Picture] = []
        self._last_word: Message = {}
        self._frames = FrameReader()
        self._control = SharedBlock.make(CONTROL)
        self._unwanted = memoryview(self._control.memory).cast("Q")
        try:
            with _opened_log(start.log) as output:
                self._words_before = output.tell()
                self._process = _spawned(start, output)
        except OSError:
            self._unwanted.release()
            self._control.close()
            raise
        self._say({"do": "hello", "control": self._control.name, "size": self._control.size})
        self._listener = threading.Thread(target=self._listen, name="sfumato listener", daemon=True)
        self._listener.start()

    def run(self, ticket: Ticket) -> None:
        self._ticket, self._pictures = ticket, []
        while self._wished:
            self._wished.pop().close()
        pictures = pixels_of(ticket.request)
        parcel: Message | None = None
        if pictures:
            self._sent, parcel = pack(pictures)
        request = request_to_message(ticket.request)
        self._say({"do": "run", "job": ticket.number, "request": request, "pixels": parcel, "draft": ticket.draft})

    def cancel(self, number: int) -> None:
        with self._cancelling:
            if not self._closed:
                self._unwanted[0] = number

    def wish(self, number: int, wish: Wish) -> None:
        pixels = None if isinstance(wish, Keep) else wish.mask
        parcel: Message | None = None
        if pixels is not None:
            block, parcel = pack({pixels.digest: pixels})
            self._wished.append(block)
        self._say({"do": "wish", "job": number, "wish": wish_to_message(wish), "pixels": parcel})

    def close(self, grace: float) -> None:
        """The process ends by itself when its pipe closes; nothing it holds is worth more than `grace` seconds."""
        process = self._process
        try:
            with self._speaking:
                cast("BinaryIO", process.stdin).close()
        except OSError as error:
            log.debug("the pipe to the worker was broken: %s", error)
        if not _ended(process, grace):
            process.kill()
            if not _ended(process, AFTER_KILL):
                log.error("the worker process %s cannot be ended; perhaps a driver holds it", process.pid)
        self._listener.join(AFTER_KILL)
        if not self._listener.is_alive():
            cast("BinaryIO", process.stdout).close()
        with self._cancelling:
            self._closed = True
            self._unwanted.release()
        for block in (self._control, self._sent, *self._wished):
            if block:
                block.close()
        self._frames.close()
        sweep(dead=process.pid)

    def _say(self, message: Message) -> None:
        try:
            with self._speaking:
                write_message(cast("BinaryIO", self._process.stdin), message)
        except OSError as error:
            log.info("the worker does not listen any more: %s", error)  # the listener tells why

    def _listen(self) -> None:
        said = cast("BinaryIO", self._process.stdout)
        try:
            while message := read_message(said):
                self._hear(message)
        except (OSError, ValueError, KeyError, TypeError) as error:
            log.exception("the worker said something that cannot be understood")
            self._last_word = {
                "message": "The engine and the window do not understand each other.",
                "details": repr(error),
            }
            self._process.kill()
        self._inbox.put(Heard(self, self._gone(self._process.wait())))

    def _hear(self, message: Message) -> None:
        match message["is"]:
            case "ready":
                self._inbox.put(Heard(self, Ready(Facts(**message["facts"]))))
            case "facts":
                self._inbox.put(Heard(self, Facts(**message["facts"])))
            case "broken":
                self._last_word = message
            case _:
                self._hear_of_a_job(message)

    def _hear_of_a_job(self, message: Message) -> None:
        if self._ticket is None or message["job"] != self._ticket.number:
            raise ValueError(f"there is no job {message['job']}")
        told: tuple[Picture, ...] = ()
        if message["is"] == "made":
            self._pictures.append(self._picture(message, self._ticket))
            told = (self._pictures[-1],)
        elif message["is"] == "finished":
            places: list[int] = message["pictures"]
            told = tuple(self._pictures[place] for place in places)
        event = event_from_message(message, self._frames, told)
        if isinstance(event, Ending) and self._sent:
            self._sent.close()
            self._sent = None
        self._inbox.put(Heard(self, Told(message["job"], event)))

    def _picture(self, message: Message, ticket: Ticket) -> Picture:
        pixels = unpack(message["pixels"])
        self._say({"do": "taken", "block": message["pixels"]["block"]})
        if message["request"] is None:
            request = ticket.request.single(message["index"])
        else:
            request = request_from_message(message["request"], {**pixels, **pixels_of(ticket.request)})
        return Picture(pixels=pixels[""], request=request, seconds=message["seconds"], kernels=message["kernels"])

    def _gone(self, code: int) -> Gone:
        word = self._last_word
        said_why = bool(word)
        return Gone(
            code=None if said_why else code,
            message=word.get("message", ""),
            remedy=word.get("remedy", ""),
            details=word.get("details", "") or _end_of(self._start.log, self._words_before),
        )


def _ended(process: subprocess.Popen[bytes], patience: float) -> bool:
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        return False
    return True


def _spawned(start: WorkerStart, output: IO[bytes]) -> subprocess.Popen[bytes]:
    flags = subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP if sys.platform == "win32" else 0
    return subprocess.Popen(
        start.command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=output,
        env={**os.environ, **start.environment},
        creationflags=flags,
        start_new_session=True,  # Ctrl+C in a terminal is for the window, which then closes us
    )


def _opened_log(path: Path) -> IO[bytes]:
    """For appending. Where it cannot be written the words are lost, which must not cost a picture."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists() and path.stat().st_size > LARGEST_LOG:
            os.replace(path, path.with_suffix(".old.log"))
        return path.open("ab")
    except OSError as error:
        log.warning("the worker's log cannot be written: %s", error)
        return Path(os.devnull).open("ab")


def _end_of(path: Path, start: int) -> str:
    """What was logged since `start`, the end of it if it is long."""
    try:
        with path.open("rb") as file:
            file.seek(max(start, path.stat().st_size - LAST_WORDS))
            return file.read().decode(errors="replace").strip()
    except OSError:
        return ""
