"""A picture made larger: how, and how large it may get."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from studio.request.errors import BadInput
from studio.request.geometry import Size

LARGEST_UPSCALED = 16_384  # pixels of a side
MOST_PIXELS = 89_000_000  # 8192 × 8192 and a third more: what the gallery and other programs open without a question
MOST = 16.0  # times


class Method(StrEnum):
    """What fills the pixels between those that are there."""

    LANCZOS = "lanczos"  # arithmetic: smooth, and nothing new
    NETWORK = "network"  # an upscaler: weights that were taught what sharp pictures look like
    DIFFUSION = "diffusion"  # a model paints over the enlarged picture in overlapping tiles


@dataclass(frozen=True, kw_only=True)
class Upscale:
    """network, digest: name and SHA-256 of an upscaler's weights; the diffusion paints over what it made, if any."""

    method: Method
    network: str = ""
    digest: str = ""


def upscaled(size: Size, factor: float) -> Size:
    """The size of a picture made larger. Raises BadInput, saying what is possible."""
    if not math.isfinite(factor) or not 1 < factor <= MOST:
        raise BadInput(f"A picture cannot be made {factor:g} times as large.", _remedy(size))
    found = size.scaled(factor)
    if not _can_be(found):
        raise BadInput(f"{factor:g} times {size} would be {found} pixels, which is too large.", _remedy(size))
    return found


def largest_factor(size: Size) -> float:
    """How many times as large a picture can be made; 1: it cannot."""
    most = min(MOST, LARGEST_UPSCALED / max(size), math.sqrt(MOST_PIXELS / size.area))
    return max(1.0, math.floor(most * 100) / 100)


def _can_be(size: Size) -> bool:
    return max(size) <= LARGEST_UPSCALED and size.area <= MOST_PIXELS


def _remedy(size: Size) -> str:
    most = largest_factor(size)
    return f"Choose a factor above 1, up to {most:g}." if most > 1 else "It is as large as can be already."


def check_upscale(upscale: Upscale, source: Size | None, size: Size) -> None:
    """Raises BadInput when a picture of that size cannot come of that source."""
    if source is None:
        raise BadInput("There is no picture to make larger.", "Choose one.")
    if size.width < source.width or size.height < source.height or not _can_be(size):
        raise BadInput(f"A picture of {source} cannot be made larger to {size}.", _remedy(source))
    if upscale.method is Method.NETWORK and not upscale.network:
        raise BadInput("There is no upscaler chosen.", "Choose one, or the method without one.")
