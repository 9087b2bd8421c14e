"""How the two processes talk: JSON records with their length in front, over pipes that only they have.

Nothing listens on a port and nothing is unpickled. Pixels do not travel here but in shared memory.
"""

from __future__ import annotations

import json
from typing import Any, BinaryIO

Message = dict[str, Any]

HEADER = 4  # bytes of length, little-endian


def write_message(pipe: BinaryIO, message: Message) -> None:
    """Raises OSError when nobody reads any more."""
    body = json.dumps(message, separators=(",", ":")).encode()
    pipe.write(len(body).to_bytes(HEADER, "little") + body)
    pipe.flush()


def read_message(pipe: BinaryIO) -> Message | None:
    """Waits for the next one. None when the other side has closed the pipe or died in the middle of a sentence."""
    header = pipe.read(HEADER)
    if len(header) < HEADER:
        return None
    length = int.from_bytes(header, "little")
    body = pipe.read(length)
    return json.loads(body) if len(body) == length else None
