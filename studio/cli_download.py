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
    """Brings what was named, and prints where it is."""
    hub = _hub()
    for wish in _wishes(hub, options.what.strip(), home.models):
        path = Fetcher(threading.Event().wait, _Told(wish, options.json), hub.token_for(wish.url)).fetch(wish)
        print(json.dumps({"event": "finished", "path": str(path)}) if options.json else path)
    return 0


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
