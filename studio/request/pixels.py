"""Pictures that can be shared between threads because nobody can change them."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
import numpy.typing as npt

from studio.request.geometry import Size

Array = npt.NDArray[np.uint8]


class Pixels:
    """A read-only picture: uint8, height × width × channels.

    One channel is a mask (0 keep, 255 make anew), three are sRGB, four are sRGB with straight
    (not premultiplied) alpha. Equal when the bytes are equal; the digest that tells is computed once,
    and a snapshot compared with itself costs nothing.

    Warning: QPainter writes through a read-only numpy buffer. Never open one on a `Pixels`.
    """

    __slots__ = ("_digest", "array")

    array: Array

    def __init__(self, array: Array) -> None:
        """Takes the array over (no copy): the caller must not write to it again.

        Raises ValueError when it is not uint8 with 1, 3 or 4 channels and at least one pixel.
        """
        if array.dtype != np.uint8 or array.ndim != 3 or array.shape[2] not in (1, 3, 4) or not array.size:
            raise ValueError(f"not a picture: {array.dtype} {array.shape}")
        view = np.ascontiguousarray(array)
        view.flags.writeable = False
        self.array = view
        self._digest: str | None = None

    @classmethod
    def copy_of(cls, array: Array) -> Pixels:
        return cls(array.copy())

    @property
    def size(self) -> Size:
        return Size(self.array.shape[1], self.array.shape[0])

    @property
    def channels(self) -> int:
        return self.array.shape[2]

    @property
    def digest(self) -> str:
        """SHA-256 of shape and bytes, in hex: the name of these pixels on disk and in JSON."""
        if self._digest is None:
            hasher = hashlib.sha256(repr(self.array.shape).encode())
            hasher.update(self.array.data)
            self._digest = hasher.hexdigest()
        return self._digest

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Pixels):
            return NotImplemented
        return self is other or (self.array.shape == other.array.shape and self.digest == other.digest)

    def __hash__(self) -> int:
        return hash(self.digest)

    def __reduce__(self) -> tuple[Any, ...]:
        return Pixels, (self.array,)

    def __repr__(self) -> str:
        return f"Pixels({self.size}, {self.channels} channels)"
