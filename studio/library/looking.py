"""One file or folder of weights looked at, unless it is as it was when it was looked at last."""

from __future__ import annotations

import logging
import stat
from pathlib import Path

from studio.library.gallery.index.entry import fingerprint
from studio.library.index import Row, stamp_of
from studio.library.recognition.folder import INDEX, main_weights
from studio.library.recognition.recognise import recognise

log = logging.getLogger(__name__)


def look_at(path: Path, known: Row | None) -> Row | None:
    """What is at a path now: `known` itself if that still holds; None when nothing is there that could be read.

    A folder that lacked something is looked at again: what it lacked comes without changing what was there.
    """
    try:
        stamp = _stamp(path)
        if known is not None and known.stamp == stamp and not (known.found.reason and path.is_dir()):
            return known
        row = Row(recognise(path), stamp, _print(path))
    except OSError as error:
        log.info("%s is passed over: %r", path, error)
        return None
    return known if row == known else row


def _stamp(path: Path) -> str:
    """Another text whenever the file, or the folder's description or weights, have changed."""
    if not path.is_dir():
        if not stat.S_ISREG(path.stat().st_mode):
            raise OSError(f"{path} is no file")
        return stamp_of(path)
    weights = main_weights(path)
    return f"{stamp_of(weights) if weights else ''}/{stamp_of(path / INDEX)}"


def _print(path: Path) -> str:
    file = main_weights(path) if path.is_dir() else path
    if file is None:
        return ""
    with file.open("rb") as stream:
        return fingerprint(stream, file.stat().st_size).hex()
