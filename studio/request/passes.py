"""Edits that take several passes of a model: which of them a request is, and how all of them are made again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from studio.request.course import Turn
    from studio.request.pixels import Pixels
    from studio.request.request import GenerationRequest


@dataclass(frozen=True, kw_only=True)
class Part:
    """One of several passes of an edit. It changes nothing of what is made: its steps are kept beside the others'.

    number: 0 is the first, of `count`. first: `record.key_of` the request that made the first; of that itself "".
    """

    number: int
    count: int
    first: str = ""


@dataclass(frozen=True, kw_only=True)
class Way:
    """How a pass after the first one went. steering, stop_at: as of a request."""

    steering: tuple[Turn, ...] = ()
    stop_at: int = 0


@dataclass(frozen=True, kw_only=True)
class Edit:
    """An edit of several passes, whose first one the request with this in it makes.

    wish: its words and numbers, without anything from the canvas. canvas: what was seen, and where each pass worked, as
    JSON; pixels: what that speaks of, in its order. Both are written and read by `document.editing.kept`.
    ways: of the passes after the first.
    """

    wish: GenerationRequest
    canvas: str
    pixels: tuple[Pixels, ...]
    ways: tuple[Way, ...] = ()
