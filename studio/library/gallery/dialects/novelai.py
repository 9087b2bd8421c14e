"""NovelAI: `Software`, `Description`, `Source` and a `Comment` of JSON."""

from __future__ import annotations

from typing import Any

from studio.library.gallery.dialects.samplers import sampler_name
from studio.library.gallery.dialects.values import mapping, parse_object, real, text, whole, words
from studio.library.gallery.formats.contents import Contents
from studio.library.gallery.metadata import IMAGE_TO_IMAGE, INPAINT, TEXT_TO_IMAGE, Metadata

_KEYWORDS = ("Software", "Title", "Description", "Source", "Comment")
_TOLD = ("prompt", "uc", "seed", "steps", "sampler", "noise_schedule", "scale", "strength")


def read_novelai(contents: Contents) -> Metadata | None:
    """NovelAI; None for another program's file."""
    raw = {key: contents.texts[key] for key in _KEYWORDS if key in contents.texts}
    values = parse_object(raw.get("Comment"))
    if raw.get("Software") != "NovelAI" and not ("uc" in values and "Description" in raw):
        return None
    kind = text(values.get("request_type")) or ""
    strength = real(values.get("strength"))
    return Metadata(
        source="novelai",
        prompt=raw.get("Description") or text(values.get("prompt")) or _caption(values.get("v4_prompt")),
        negative=text(values.get("uc")) or _caption(values.get("v4_negative_prompt")),
        seed=whole(values.get("seed")),
        steps=whole(values.get("steps")),
        sampler=sampler_name(text(values.get("sampler")), text(values.get("noise_schedule"))),
        guidance=real(values.get("scale")),
        strength=strength,
        model=raw.get("Source"),
        kind=INPAINT if "nfill" in kind else IMAGE_TO_IMAGE if "Img2Img" in kind else TEXT_TO_IMAGE,
        others={key: words(value) for key, value in values.items() if key not in _TOLD and value is not None},
        raw=raw,
    )


def _caption(value: Any) -> str | None:
    return text(mapping(mapping(value).get("caption")).get("base_caption"))
