"""`models search` and `models download`: weights from the web, only when asked."""

from __future__ import annotations

import argparse
import json
import os
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from studio.library.downloads.catalogue import offers, wishes_for, with_needs
from studio.library.downloads.fetch import Fetcher, Wish
from studio.library.downloads.hub import HUB, Hub, RemoteFile, diffusers_files, wish_of
from studio.library.downloads.tokens import token
from studio.library.pickled import convert
from studio.library.recognition.recognise import PICKLED
from studio.library.recognition.verdict import size_text
from studio.request.errors import BadInput
from studio.settings.paths import Home

_EVERY = 0.01  # of a file, between two lines that tell how far it is


def search(options: argparse.Namespace, home: Home) -> int:
    """Prints repositories, most used first."""
    for each in _hub().search(options.words):
        if options.json:
            print(
                json.dumps({"id": each.id, "licence": each.licence, "gated": each.gated, "downloads": each.downloads})
            )
        else:
            print(f"{each.id}  {each.licence or 'no licence named'}{', asks for its licence first' * each.gated}")
    return 0


def download(options: argparse.Namespace, home: Home) -> int:
    """Brings what was named, as safetensors, and prints where it is."""
    hub = _hub()
    wishes = _wishes(hub, options.what.strip(), home.models)
    pickled = [wish.target for wish in wishes if is_pickled(wish.target)]
    if pickled and not (options.convert or _agreed(pickled[0], as_json=options.json)):
        raise refusal(pickled[0])
    for wish in wishes:
        path = _brought(wish, hub, _Told(wish, options.json))
        print(json.dumps({"event": "finished", "path": str(path)}) if options.json else path)
    return 0


def _brought(wish: Wish, hub: Hub, told: _Told) -> Path:
    """Of a pickled file only what was converted is left."""
    safe = wish.target.with_suffix(".safetensors")
    if not is_pickled(wish.target):
        return _fetched(wish, hub, told)
    if not safe.exists():
        came = _fetched(wish, hub, told)
        convert(came, safe)
        came.unlink()
    return safe


def _fetched(wish: Wish, hub: Hub, told: _Told) -> Path:
    return Fetcher(threading.Event().wait, told, hub.token_for(wish.url)).fetch(wish)


def is_pickled(path: Path) -> bool:
    """Whether it has to be converted before it can be used."""
    return path.suffix.lower() in PICKLED


def refusal(path: Path) -> BadInput:
    """Why a pickled file is not taken as it is."""
    return BadInput(
        f"{path.name!r} is of a kind that can run code when it is opened.",
        "With --convert its numbers are read without that, and written as safetensors.",
    )


def _agreed(path: Path, *, as_json: bool) -> bool:
    """Asks, where somebody can answer."""
    if as_json or not (sys.stdin.isatty() and sys.stderr.isatty()):
        return False
    print(
        f"{path.name} is of a kind that can run code when it is opened. Shall its numbers be read without that, "
        "and written as safetensors? [y/N] ",
        end="",
        file=sys.stderr,
        flush=True,
    )
    return sys.stdin.readline().strip().lower() in ("y", "yes")


class _Told:
    """Says how far a file is: as JSON on request, else on stderr where somebody watches."""

    def __init__(self, wish: Wish, as_json: bool) -> None:
        self._wish, self._as_json, self._last = wish, as_json, -1.0

    def __call__(self, done: int, total: int) -> None:
        share = done / total if total else 0.0
        if share - self._last < _EVERY and share < 1:
            return
        self._last = share
        name = self._wish.target.name
        if self._as_json:
            print(json.dumps({"event": "progress", "file": name, "done": done, "total": total}), flush=True)
        elif sys.stderr.isatty():
            print(f"\r{name}  {size_text(done)} of {size_text(total)} ", end="", file=sys.stderr, flush=True)


def _hub() -> Hub:
    """SFUMATO_HUB points elsewhere, for mirrors."""
    return Hub(token(), os.environ.get("SFUMATO_HUB", HUB))


def _wishes(hub: Hub, what: str, folder: Path) -> Sequence[Wish]:
    if "://" in what:
        return [wish_of(what, folder)]
    for offer in offers():
        if offer.id == what:
            return [wish for each in with_needs(offer, offers()) for wish in wishes_for(each, hub, folder)]
    repository, path = "/".join(what.split("/")[:2]), "/".join(what.split("/")[2:])
    files = hub.files(repository)
    if not path:
        return _whole(hub, repository, files, folder)
    chosen = [file for file in files if file.path == path]
    if not chosen:
        raise BadInput(f"{repository} has no file {path!r}.", _offered(files))
    return [hub.wish(chosen[0], folder)]


def _whole(hub: Hub, repository: str, files: Sequence[RemoteFile], folder: Path) -> Sequence[Wish]:
    if not diffusers_files(files):
        raise BadInput(f"{repository} is no diffusers folder: name one of its files.", _offered(files))
    return hub.wishes_of_folder(repository, files, folder)


def _offered(files: Sequence[RemoteFile]) -> str:
    names = [f"{file.path} ({size_text(file.size)})" for file in files if file.is_weights][:10]
    return f"It has {', '.join(names)}." if names else "It has no weights as safetensors or GGUF."
