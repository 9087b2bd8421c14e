"""Our own record in a picture's file: the request that makes it again, loss-free, and what came of it.

Pictures that the request holds (source, mask, what a control looks at) are kept beside the gallery, once each.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import numpy as np

from studio.library.files import write_atomically
from studio.library.gallery.formats.write import encode
from studio.library.pictures import read_picture
from studio.request.errors import BadInput
from studio.request.events import Picture
from studio.request.pixels import Pixels
from studio.request.record import from_record, named_pixels, pixels_of, to_record
from studio.request.request import GenerationRequest

log = logging.getLogger(__name__)

FORMAT = 1


@dataclass(frozen=True, kw_only=True)
class Own:
    """request: a record of `studio.request.record`, as found: not checked yet.

    created: seconds since 1970. digest: of the finished pixels, which tells whether it was made again exactly.
    machine: what made it, such as device and versions.
    """

    request: Mapping[str, Any]
    created: float
    digest: str = ""
    seconds: float = 0.0
    machine: Mapping[str, str] = field(default_factory=dict[str, str])


def write_own(picture: Picture, created: float, machine: Mapping[str, str]) -> bytes:
    """The record as ASCII JSON, so that nothing on its way can harm it."""
    values = {
        "app": "Sfumato",
        "format": FORMAT,
        "created": created,
        "digest": picture.pixels.digest,
        "seconds": round(picture.seconds, 3),
        "machine": machine_of(picture, machine),
        "request": to_record(picture.request),
    }
    return json.dumps(values, separators=(",", ":")).encode("ascii")


def machine_of(picture: Picture, machine: Mapping[str, str]) -> dict[str, str]:
    """What made a picture: the machine, and what computed on it."""
    return {**machine, **({"kernels": picture.kernels} if picture.kernels else {})}


def needs(own: Own) -> tuple[str, ...]:
    """Digests of the pictures that the request holds."""
    return named_pixels(own.request)


def read_own(data: bytes) -> Own | None:
    """The record, or None when there is none or it is damaged."""
    if not data:
        return None
    try:
        values = json.loads(data)
        request = values["request"]
        created = float(values["created"])
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        log.info("a record of our own is damaged: %r", error)
        return None
    if not isinstance(request, dict):
        return None
    machine = cast("dict[Any, Any]", values["machine"]) if isinstance(values.get("machine"), dict) else {}
    return Own(
        request=cast("dict[str, Any]", request),
        created=created,
        digest=str(values.get("digest", "")),
        seconds=float(values.get("seconds", 0)) if isinstance(values.get("seconds", 0), int | float) else 0.0,
        machine={str(key): str(value) for key, value in machine.items()},
    )


class Sources:
    """The pictures that requests hold, as PNG files named by their digest."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, request: GenerationRequest) -> None:
        """Keeps what is not there yet. Raises OSError."""
        for digest, pixels in pixels_of(request).items():
            path = self.path(digest)
            if not path.exists():
                write_atomically(path, encode(pixels))

    def path(self, digest: str) -> Path:
        """Where the picture of a digest is kept."""
        return self._folder / digest[:2] / f"{digest}.png"

    def drop(self, digest: str) -> None:
        """Removes a picture that no request holds any longer. Raises OSError."""
        if digest.isalnum():
            self.path(digest).unlink(missing_ok=True)

    def drop_others(self, needed: set[str], before: float) -> None:
        """Removes pictures that no request holds and that are older: what a crash left. Raises OSError."""
        for path in self._folder.glob("*/*.png") if self._folder.is_dir() else ():
            if path.stem not in needed and path.stat().st_mtime < before:
                path.unlink()

    def find(self, digest: str) -> Pixels | None:
        """The picture of that digest, or None when it is gone or no longer what it was."""
        if not digest.isalnum():  # a digest from a stranger's file must not lead out of the folder
            return None
        try:
            pixels = read_picture(self.path(digest))
        except BadInput:
            return None
        if pixels.digest != digest:  # a mask was stored as grey
            pixels = Pixels(np.ascontiguousarray(pixels.array[..., :1]))
        return pixels if pixels.digest == digest else None

    def request(self, own: Own) -> GenerationRequest:
        """The request of a record, with its pictures. Raises BadInput when one is gone or the record is damaged."""
        return from_record(own.request, self.find)
