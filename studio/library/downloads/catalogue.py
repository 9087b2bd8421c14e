"""Well-known free weights, as data: resources/catalogue/*.json. Where a checksum is known, what comes is held against
that; else against the one that the hub gives when it is asked.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any, cast

from studio.library.downloads.fetch import Wish
from studio.library.downloads.hub import HUB, Hub, named_place, wish_of
from studio.library.resources import resource
from studio.request.errors import Trouble

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Offer:
    """Something to get. repository: on Hugging Face. files: paths in it; none: its diffusers folder. size: bytes of all
    of them. url: of its one file, if that is elsewhere.

    memory: bytes of graphics memory with which it runs well, 0 when it hardly matters. sha256: of its one file, "" when
    it was not known when the catalogue was made. needs: ids of offers that it does not run without.
    """

    id: str
    title: str
    kind: str
    family: str
    about: str
    repository: str = ""
    files: tuple[str, ...] = ()
    size: int = 0
    memory: int = 0
    licence: str = ""
    licence_page: str = ""
    sha256: str = ""
    url: str = ""
    gated: bool = False
    needs: tuple[str, ...] = ()

    @property
    def page(self) -> str:
        """Where it is described on the web."""
        return f"{HUB}/{self.repository}" if self.repository else self.url.partition("/releases/")[0]

    @property
    def checked(self) -> str:
        """By what it is known that the right bytes have come, a sentence's part."""
        return "checked by the catalogue's checksum" if self.sha256 else "checked by Hugging Face's own checksums"

    @property
    def places(self) -> frozenset[str]:
        """Names of what is here once it has come, as `Entry.name` has them."""
        if self.url:
            return frozenset((PurePosixPath(self.url).stem,))
        if not self.files:
            return frozenset((self.repository.replace("/", "--"),))
        return frozenset(named_place(self.repository, path)[1] for path in self.files)


def offers() -> tuple[Offer, ...]:
    """All offers, in the order of the files. An entry that cannot be read costs only itself."""
    found: list[Offer] = []
    for file in sorted(resource("catalogue").glob("*.json")):
        try:
            entries = cast("list[dict[str, Any]]", json.loads(file.read_text(encoding="utf-8"))["offers"])
            found += [_offer(entry) for entry in entries]
        except (OSError, ValueError, KeyError, TypeError) as error:
            log.warning("the catalogue %s is ignored: %r", file.name, error)
    return tuple(found)


def with_needs(offer: Offer, every: Sequence[Offer]) -> tuple[Offer, ...]:
    """An offer, and what it does not run without."""
    known = {each.id: each for each in every}
    return (offer, *(known[identifier] for identifier in offer.needs if identifier in known))


def wishes_for(offer: Offer, hub: Hub, folder: Path) -> list[Wish]:
    """What has to be brought into a folder; asks the hub for sizes and checksums.

    Raises Trouble when the hub cannot be asked, has no such file any more, or has another one than was looked at when
    the catalogue was made.
    """
    if offer.url:
        return [replace(wish_of(offer.url, folder), sha256=offer.sha256)]
    files = hub.files(offer.repository)
    if not offer.files:
        return hub.wishes_of_folder(offer.repository, files, folder)
    chosen = [file for file in files if file.path in offer.files]
    if len(chosen) < len(offer.files):
        raise Trouble(f"{offer.repository} does not have {offer.files[0]} any more.", "Look at its page.")
    if offer.sha256 and len(chosen) == 1 and chosen[0].sha256 not in ("", offer.sha256):
        raise Trouble(
            f"{offer.repository} has another {offer.files[0]} now than the one that the catalogue knows.",
            "Look at its page, and get it by its name if it is what you want.",
        )
    wishes = [hub.wish(file, folder) for file in chosen]
    return [replace(wishes[0], sha256=offer.sha256)] if offer.sha256 and len(wishes) == 1 else wishes


def _offer(entry: dict[str, Any]) -> Offer:
    values = dict(entry)
    for name in ("files", "needs"):
        values[name] = tuple(entry.get(name, ()))
    return Offer(**values)
