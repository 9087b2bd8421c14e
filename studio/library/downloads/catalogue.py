"""Well-known free weights, as data: resources/catalogue/*.json. Sizes and checksums come from the hub when asked."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from typing import Any, cast

from studio.library.resources import resource

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Offer:
    """Something to get. files: paths in the repository; none: its diffusers folder. size: bytes of all of them.

    memory: bytes of graphics memory with which it runs well, 0 when it hardly matters. sha256: of its one file.
    needs: ids of offers that it does not run without.
    """

    id: str
    title: str
    kind: str
    family: str
    about: str
    repository: str
    files: tuple[str, ...]
    size: int
    memory: int
    licence: str
    licence_page: str = ""
    sha256: str = ""
    gated: bool = False
    needs: tuple[str, ...] = ()

    @property
    def page(self) -> str:
        return f"https://huggingface.co/{self.repository}"


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


def _offer(entry: dict[str, Any]) -> Offer:
    values = dict(entry)
    for name in ("files", "needs"):
        values[name] = tuple(entry.get(name, ()))
    return Offer(**values)
