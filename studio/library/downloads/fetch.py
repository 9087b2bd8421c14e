"""One file brought from the web, whole or not at all. What is there of it survives a kill, a full disk and a network
that cuts, stalls, lies about lengths or serves something else.

Beside the target grows `<name>.part`, with `<name>.part.json` that says where it comes from; a later call goes on
where it ended, if the server still has the same file (RFC 9110: Range, If-Range, ETag).
"""

from __future__ import annotations

import errno
import hashlib
import http.client
import json
import logging
import os
import re
import shutil
import urllib.error
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

from studio.library.downloads.web import STALL, Answer, connect, host_of, refused, unreachable
from studio.library.files import sync_folder, write_atomically
from studio.library.recognition.header import DamagedHeader, read_safetensors
from studio.library.recognition.verdict import size_text
from studio.request.errors import CancelledError, Trouble

log = logging.getLogger(__name__)

PART = ".part"
_PIECE = 1 << 18  # bytes
_ATTEMPTS = 6  # in a row without a byte of progress
_PAUSES = (1.0, 2.0, 5.0, 10.0, 20.0, 30.0)  # seconds before each of them
_ANEW = 3  # times that a file may turn out to be another one
_SPARE = 200_000_000  # bytes that are left free on the disk
_PASSING = (408, 425, 429, 500, 502, 503, 504)


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What to bring. target: where it is when it is whole. size, sha256: as its source says; 0 and "" when unknown."""

    url: str
    target: Path
    size: int = 0
    sha256: str = ""

    @property
    def part(self) -> Path:
        """Where what has come of it is kept."""
        return self.target.with_name(self.target.name + PART)

    @property
    def facts(self) -> Path:
        """Where it is written down whence that came."""
        return self.target.with_name(f"{self.target.name}{PART}.json")


Progress = Callable[[int, int], object]  # bytes that are here, bytes in all (0: unknown)


@dataclass
class _State:
    """Of one file on its way. etag: what the server calls this edition of it."""

    have: int
    total: int
    etag: str = ""
    again: bool = False  # it was begun anew because its checksum was wrong
    anew: int = 0  # how often it was begun anew because the server has something else now

    def begin_anew(self, wish: Wish) -> None:
        """Raises Trouble when that has happened too often to be chance."""
        self.anew += 1
        if self.anew > _ANEW:
            raise Trouble(f"{host_of(wish.url)} never sends all of {wish.target.name}.", "Try another source.")
        wish.part.unlink(missing_ok=True)
        self.have, self.total, self.etag = 0, 0, ""


class Fetcher:
    """pause: waits so many seconds and says whether to stop. stall: seconds without a byte before a new attempt."""

    def __init__(
        self, pause: Callable[[float], bool], progress: Progress, token: str = "", stall: float = STALL
    ) -> None:
        self._pause = pause
        self._progress = progress
        self._token = token
        self._stall = stall

    def fetch(self, wish: Wish) -> Path:
        """Brings the file; returns its target at once when that is there already.

        Raises CancelledError when it is to stop and Trouble when it cannot go on; both leave what is there, so that
        another call continues.
        """
        host_of(wish.url)
        if wish.target.exists():
            return wish.target
        try:
            wish.target.parent.mkdir(parents=True, exist_ok=True)
            state = _taken_up(wish)
            while not self._once(wish, state):
                pass
            _finish(wish)
        except OSError as error:
            raise _disk_trouble(wish, error) from error
        return wish.target

    def _once(self, wish: Wish, state: _State) -> bool:
        """Brings what is missing and checks all of it; False when it has to be begun anew."""
        self._bring(wish, state)
        problem = self._problem(wish)
        if not problem:
            return True
        wish.part.unlink(missing_ok=True)
        if state.again:
            raise Trouble(f"{wish.target.name} arrives damaged: {problem}.", "Try again later, or another source.")
        log.info("%s arrived damaged and is brought again: %s", wish.url, problem)
        state.again, state.have, state.etag = True, 0, ""
        return False

    def _bring(self, wish: Wish, state: _State) -> None:
        attempts = 0
        while not (state.total and state.have >= state.total):
            before = state.have
            error = self._attempt(wish, state)
            if error is None:
                return
            attempts = 0 if state.have > before else attempts + 1
            if attempts >= _ATTEMPTS:
                raise unreachable(wish.url, error) from error
            log.info("%s broke off after %d bytes: %r", wish.url, state.have, error)
            if self._pause(_PAUSES[min(attempts, len(_PAUSES) - 1)]):
                raise CancelledError

    def _attempt(self, wish: Wish, state: _State) -> Exception | None:
        """Reads until the end, or until something passing happens, which is returned."""
        headers = {"Range": f"bytes={state.have}-", "Accept-Encoding": "identity"} if state.have else {}
        if state.have and state.etag:
            headers["If-Range"] = state.etag
        try:
            answer = connect(wish.url, headers, self._token, self._stall)
        except urllib.error.HTTPError as error:
            if error.code == 416 and state.have:  # nothing follows what is here: it was cut at the end, or is another
                error.close()
                state.begin_anew(wish)
                return error
            if error.code in _PASSING:
                error.close()
                return error
            raise refused(error, wish.url) from error
        except (OSError, http.client.HTTPException) as error:
            return error
        try:
            return _begin(wish, state, answer) or self._read(wish, state, answer)
        finally:
            answer.close()

    def _read(self, wish: Wish, state: _State, answer: Answer) -> Exception | None:
        with wish.part.open("r+b" if wish.part.exists() else "w+b") as file:
            file.seek(state.have)
            file.truncate()
            while True:
                try:
                    piece = answer.read1(_PIECE)  # what is there, without waiting for a whole piece
                except (OSError, http.client.HTTPException) as error:
                    return error
                if not piece:
                    break
                file.write(piece)
                state.have += len(piece)
                self._progress(state.have, state.total)
                if self._pause(0):
                    raise CancelledError
            file.flush()
            os.fsync(file.fileno())
        if state.total and state.have < state.total:
            return ConnectionError(f"only {state.have} of {state.total} bytes came")
        state.total = state.have
        return None

    def _problem(self, wish: Wish) -> str:
        """What is wrong with the file that came, or ""."""
        size = wish.part.stat().st_size
        if wish.size and size != wish.size:
            return f"it has {size_text(size)} instead of {size_text(wish.size)}"
        if wish.sha256:
            digest = hashlib.sha256()
            with wish.part.open("rb") as file:
                while piece := file.read(1 << 22):
                    digest.update(piece)
                    if self._pause(0):
                        raise CancelledError
            return "" if digest.hexdigest() == wish.sha256.lower() else "its checksum differs"
        if wish.target.suffix.lower() in (".safetensors", ".sft"):
            try:
                read_safetensors(wish.part)
            except DamagedHeader as error:
                text = str(error)
                return text[0].lower() + text[1:].rstrip(".")
        return ""


def _taken_up(wish: Wish) -> _State:
    """What an earlier call has left of the same file."""
    facts: dict[str, Any] = {}
    with suppress(OSError, ValueError):
        value = json.loads(wish.facts.read_bytes())
        facts = cast("dict[str, Any]", value) if isinstance(value, dict) else {}
    same = facts.get("url") == wish.url and facts.get("sha256", "") == wish.sha256
    have = wish.part.stat().st_size if same and wish.part.exists() else 0
    etag, total = str(facts.get("etag", "")), facts.get("total", 0)
    return _State(have, total if isinstance(total, int) and have else 0, etag if have else "")


def _begin(wish: Wish, state: _State, answer: Answer) -> Exception | None:
    """Reads the answer's head: where its bytes belong, and how many there will be.

    Returns why the file has to be begun anew, if it has. Raises Trouble when another file is offered than was wished
    for, or the disk is too small.
    """
    start, total = _span(answer)
    etag = answer.getheader("ETag", "")
    etag = "" if etag.startswith("W/") else etag  # a weak one says only that it is much the same
    other = (state.total and total and total != state.total) or (state.etag and etag and etag != state.etag)
    if answer.status == 206 and (start != state.have or other):
        state.begin_anew(wish)
        return ConnectionError("the file was replaced meanwhile")
    state.have = start
    if wish.size and total and total != wish.size:
        raise Trouble(
            f"{host_of(wish.url)} offers {wish.target.name} with {size_text(total)} instead of {size_text(wish.size)}.",
            "It may have been replaced; look at its page.",
        )
    state.total, state.etag = total or wish.size, etag
    _check_room(wish, state.total - state.have)
    facts = {**asdict(wish), "target": str(wish.target), "etag": state.etag, "total": state.total}
    write_atomically(wish.facts, json.dumps(facts).encode())
    return None


def _span(answer: Answer) -> tuple[int, int]:
    """Where in the file an answer begins (-1: it does not say), and the length of the file (0: unknown)."""
    if answer.status != 206:
        length = answer.getheader("Content-Length", "")
        return 0, int(length) if length.isdecimal() else 0
    found = re.fullmatch(r"bytes (\d+)-\d+/(\d+|\*)", answer.getheader("Content-Range", "").strip())
    return (int(found[1]), int(found[2]) if found[2] != "*" else 0) if found else (-1, 0)


def _check_room(wish: Wish, needed: int) -> None:
    free = shutil.disk_usage(wish.target.parent).free
    if needed > 0 and needed + _SPARE > free:
        raise Trouble(
            f"There is not enough room for {wish.target.name}: it needs {size_text(needed)} more, {size_text(free)}"
            " are free.",
            "Make room on the disk, or choose another folder.",
        )


def _finish(wish: Wish) -> None:
    os.replace(wish.part, wish.target)
    wish.facts.unlink(missing_ok=True)
    sync_folder(wish.target.parent)


def _disk_trouble(wish: Wish, error: OSError) -> Trouble:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return Trouble(
            f"The disk is full: {wish.target.name} could not be written to its end.",
            "Make room and go on; what has come is kept.",
            repr(error),
        )
    return Trouble(f"{wish.target.name} could not be written: {error.strerror or error}.", details=repr(error))


def discard(wish: Wish) -> None:
    """Removes what has come of a file that is not wanted any more."""
    for path in (wish.part, wish.facts):
        path.unlink(missing_ok=True)


def unfinished(folder: Path) -> list[Wish]:
    """Files in a folder, and below it, that are on their way: begun in this run or an earlier one."""
    found: list[Wish] = []
    for facts in sorted(folder.rglob(f"*{PART}.json")):
        with suppress(OSError, ValueError, KeyError, TypeError):
            value = cast("dict[str, Any]", json.loads(facts.read_bytes()))
            target = facts.with_name(facts.name.removesuffix(f"{PART}.json"))
            found.append(
                Wish(url=str(value["url"]), target=target, size=int(value["size"]), sha256=str(value["sha256"]))
            )
    return found
