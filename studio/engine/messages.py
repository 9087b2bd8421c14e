"""Events and requests as messages and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import assert_never

from studio.engine.frames import FrameReader, FrameWriter
from studio.engine.wire import Message
from studio.request.course import Keep, Wish
from studio.request.events import (
    Cancelled,
    Event,
    Failed,
    Finished,
    Loading,
    Made,
    Picture,
    Queued,
    Step,
    Timings,
)
from studio.request.pixels import Pixels
from studio.request.record import from_record, to_record, turn_from_record, turn_to_record
from studio.request.request import GenerationRequest


def request_to_message(request: GenerationRequest) -> Message:
    """Without the pixels, which it names by digest."""
    return to_record(request)


def request_from_message(message: Message, pixels: Mapping[str, Pixels]) -> GenerationRequest:
    return from_record(message, pixels.get)


def wish_to_message(wish: Wish) -> Message:
    """Without pixels, as requests are."""
    return {"is": "keep"} if isinstance(wish, Keep) else {"is": "turn", **turn_to_record(wish)}


def wish_from_message(message: Message, pixels: Mapping[str, Pixels]) -> Wish:
    """Raises BadInput when it is malformed."""
    return Keep() if message["is"] == "keep" else turn_from_record(message, pixels.get)


def event_to_message(event: Event, frames: FrameWriter) -> Message:
    """Made and Finished are without their pictures: those are in a parcel, or were told of before."""
    match event:
        case Loading(what, fraction):
            return {"is": "loading", "what": what, "fraction": fraction}
        case Step():
            frame = frames.write(event.preview) if event.preview else None
            plain = {"done": event.done, "total": event.total, "seconds_left": event.seconds_left}
            return {"is": "step", **plain, "picture": event.picture, "pictures": event.pictures, "frame": frame}
        case Made(index, picture):
            return {"is": "made", "index": index, "seconds": picture.seconds, "kernels": picture.kernels}
        case Finished(_, timings, notes):
            return {"is": "finished", "timings": asdict(timings), "notes": notes}
        case Failed():
            return {"is": "failed", **vars(event)}
        case Cancelled():
            return {"is": "cancelled"}
        case Queued(position):
            return {"is": "queued", "position": position}
        case _:
            assert_never(event)


def event_from_message(message: Message, frames: FrameReader, pictures: tuple[Picture, ...]) -> Event:
    """pictures: for Made the one it tells of, for Finished all that it names.

    Raises ValueError for what no worker of this version says.
    """
    match message["is"]:
        case "loading":
            return Loading(message["what"], message["fraction"])
        case "step":
            frame = message["frame"]
            preview = frames.read(frame) if frame else None
            plain = [message[key] for key in ("seconds_left", "picture", "pictures")]
            return Step(message["done"], message["total"], preview, *plain)
        case "made":
            return Made(message["index"], pictures[0])
        case "finished":
            return Finished(pictures, Timings(**message["timings"]), tuple(message["notes"]))
        case "failed":
            return Failed(message["message"], message["details"], message["remedy"])
        case "cancelled":
            return Cancelled()
        case "queued":
            return Queued(message["position"])
        case other:
            raise ValueError(f"unknown message {other!r}")
