"""How a picture was made, whoever made it, in one shape."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from studio.library.gallery.record import Own

TEXT_TO_IMAGE, IMAGE_TO_IMAGE, INPAINT, OUTPAINT, UPSCALE = "txt2img", "img2img", "inpaint", "outpaint", "upscale"
GRID = "grid"  # a sheet of several


def _nothing() -> Mapping[str, str]:
    return MappingProxyType({})


@dataclass(frozen=True)
class Lora:
    """weight, digest: None and "" when not told."""

    name: str
    weight: float | None = None
    digest: str = ""


@dataclass(frozen=True, kw_only=True)
class Metadata:
    """None, or "", is what the file does not tell.

    source: id of the dialect, "plain" when the file says nothing.
    width, height: of the picture itself, in pixels.
    sampler: with its schedule, under the names artists know where they are known here.
    kind: one of the names above, or "".
    others: what else was told, under the words of its program.
    raw: all texts as found, by keyword.
    own: our own record.
    """

    source: str
    width: int = 0
    height: int = 0
    prompt: str | None = None
    negative: str | None = None
    seed: int | None = None
    steps: int | None = None
    sampler: str | None = None
    guidance: float | None = None
    strength: float | None = None
    model: str | None = None
    model_hash: str = ""
    loras: tuple[Lora, ...] = ()
    kind: str = ""
    created: float | None = None
    others: Mapping[str, str] = field(default_factory=_nothing)
    raw: Mapping[str, str] = field(default_factory=_nothing)
    own: Own | None = None

    def facts(self) -> dict[str, Any]:
        """What `gallery metadata FILE --json` prints."""
        return {
            "prompt": self.prompt,
            "negative": self.negative,
            "seed": self.seed,
            "steps": self.steps,
            "sampler": self.sampler,
            "guidance": self.guidance,
            "width": self.width or None,
            "height": self.height or None,
            "model": self.model,
            "source": self.source,
            "raw": self.raw_text or None,
        }

    @property
    def raw_text(self) -> str:
        """What the file says, word for word: its one text, or several as a JSON object."""
        texts = dict(self.raw)
        return next(iter(texts.values()), "") if len(texts) < 2 else json.dumps(texts, ensure_ascii=False)
