"""The worker's end of the pipe: takes jobs one after the other, tells what happens."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable
from functools import partial
from queue import Empty, SimpleQueue
from typing import BinaryIO

from studio.engine.frames import FrameWriter, pack, unpack
from studio.engine.housekeeping import calm_the_collector, collect, give_back
from studio.engine.job_loop import Reporter, Wishes, failure, run_job
from studio.engine.line import Ticket
from studio.engine.messages import event_to_message, request_from_message, request_to_message, wish_from_message
from studio.engine.shared_block import SharedBlock
from studio.engine.status import DeviceFacts
from studio.engine.wire import Message, read_message, write_message
from studio.request.errors import BadInput
from studio.request.events import Event, Failed, Finished, Made
from studio.request.pipeline import Pipeline, Resting
from studio.request.pixels import Pixels
from studio.request.record import pixels_of

log = logging.getLogger(__name__)

TIDYING = ((0.5, collect), (5.0, give_back))  # what is done after so many seconds of idleness, one after the other
BETWEEN_FACTS = 1.0  # seconds, at least


class Session:
    """commands, events: the two pipes. Ends the process when `commands` closes, whatever it is doing."""

    def __init__(self, commands: BinaryIO, events: BinaryIO, describe: Callable[[], DeviceFacts] | None) -> None:
        self._commands = commands
        self._events = events
        self._describe = describe
        self._speaking = threading.Lock()
        self._jobs: SimpleQueue[Message] = SimpleQueue()
        self._wished: Wishes = SimpleQueue()
        self._frames = FrameWriter()
        self._parcels: dict[str, SharedBlock] = {}  # until the window has unpacked them
        self._facts_at = 0.0

    def serve(self, make_pipeline: Callable[[], Pipeline]) -> int:
        """Returns the exit code when the pipeline cannot be made; otherwise runs until the pipe closes."""
        hello = read_message(self._commands)
        if hello is None:
            return 0
        control = SharedBlock.attach(hello["control"], hello["size"])
        unwanted = memoryview(control.memory).cast("Q")
        threading.Thread(target=self._listen, name="sfumato commands", daemon=True).start()
        try:
            pipeline = make_pipeline()
        except Exception as error:  # noqa: BLE001  the engine's job loop: whatever it is, the window has to know
            self._say({"is": "broken", **vars(failure(error))})
            return 1
        calm_the_collector()
        self._say({"is": "ready", "facts": self._facts()})
        while True:
            self._run(pipeline, self._next(pipeline), unwanted)

    def _next(self, pipeline: Pipeline) -> Message:
        for pause, tidy in TIDYING:
            try:
                return self._jobs.get(timeout=pause)
            except Empty:
                tidy()
        if isinstance(pipeline, Resting):
            self._rest(pipeline)
        self._say({"is": "facts", "facts": self._facts()})
        return self._jobs.get()

    def _rest(self, pipeline: Resting) -> None:
        try:
            pipeline.rest(lambda: not self._jobs.empty())
        except Exception:
            log.exception("what was done while nobody waited")

    def _run(self, pipeline: Pipeline, message: Message, unwanted: memoryview[int]) -> None:
        number = message["job"]
        try:
            pixels = unpack(message["pixels"]) if message["pixels"] else {}
            request = request_from_message(message["request"], pixels)
            ticket = Ticket(number, request, "", message["draft"])
        except (OSError, BadInput) as error:
            self._tell(number, Failed("The request did not reach the engine whole.", repr(error), "Try again."))
            return
        reporter = Reporter(ticket, unwanted, self._wished, partial(self._tell_of, ticket))
        ending = run_job(pipeline, ticket, reporter)
        if isinstance(ending, Finished):
            places = {id(picture): place for place, picture in enumerate(reporter.made)}
            self._tell(number, ending, pictures=[places[id(picture)] for picture in ending.pictures])
        else:
            self._tell(number, ending)
        self._say({"is": "facts", "facts": self._facts()})

    def _tell_of(self, ticket: Ticket, event: Event) -> None:
        if isinstance(event, Made):
            self._tell_made(ticket, event)
        else:
            self._tell(ticket.number, event)
        if time.monotonic() - self._facts_at > BETWEEN_FACTS:
            self._say({"is": "facts", "facts": self._facts()})

    def _tell_made(self, ticket: Ticket, made: Made) -> None:
        """The pixels go in a parcel; the request only when it is not simply the one of this picture of the set."""
        request = made.picture.request
        expected = request == ticket.request.single(made.index)
        contents: dict[str, Pixels] = {} if expected else pixels_of(request)
        block, parcel = pack({"": made.picture.pixels, **contents})
        self._parcels[block.name] = block
        record = None if expected else request_to_message(request)
        self._tell(ticket.number, made, request=record, pixels=parcel)

    def _tell(self, number: int, event: Event, **more: object) -> None:
        self._say({**event_to_message(event, self._frames), "job": number, **more})

    def _facts(self) -> Message:
        self._facts_at = time.monotonic()
        if self._describe is None:
            return {"title": "", "memory_used": 0, "memory_total": 0}
        facts = self._describe()
        return {"title": facts.title, "memory_used": facts.memory_used, "memory_total": facts.memory_total}

    def _say(self, message: Message) -> None:
        try:
            with self._speaking:
                write_message(self._events, message)
        except OSError:
            self._leave()

    def _listen(self) -> None:
        while message := read_message(self._commands):
            if message["do"] == "run":
                self._jobs.put(message)
            elif message["do"] == "taken":
                self._parcels.pop(message["block"]).close()
            elif message["do"] == "wish":
                self._take_wish(message)
        self._leave()

    def _take_wish(self, message: Message) -> None:
        try:
            pixels = unpack(message["pixels"]) if message["pixels"] else {}
            self._wished.put((message["job"], wish_from_message(message["wish"], pixels)))
        except (OSError, BadInput) as error:
            log.warning("a wish did not arrive whole: %s", error)

    def _leave(self) -> None:
        """The window is gone, or wants us gone: nothing here is worth waiting for."""
        try:
            self._frames.close()
            for block in list(self._parcels.values()):
                block.close()
        finally:  # memory that a job is just writing to cannot be closed; then the next sweep takes its name away
            os._exit(0)
