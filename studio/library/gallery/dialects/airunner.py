"""AI Runner: one PNG text a setting."""

from __future__ import annotations

from studio.library.gallery.dialects.samplers import sampler_name
from studio.library.gallery.dialects.values import real, stem, whole
from studio.library.gallery.formats.contents import Contents
from studio.library.gallery.metadata import IMAGE_TO_IMAGE, INPAINT, OUTPAINT, TEXT_TO_IMAGE, Metadata

_SIGNS = frozenset(("seed", "steps", "scale", "scheduler", "model"))
_KINDS = {"txt2img": TEXT_TO_IMAGE, "img2img": IMAGE_TO_IMAGE, "inpaint": INPAINT, "outpaint": OUTPAINT}
_TOLD = ("prompt", "negative_prompt", "seed", "steps", "scale", "model", "scheduler", "strength")


def read_airunner(contents: Contents) -> Metadata | None:
    """AI Runner, a text for each setting; None for another program's file."""
    texts = contents.texts
    if "prompt" not in texts or len(_SIGNS & texts.keys()) < 3 or texts["prompt"].lstrip().startswith("{"):
        return None
    return Metadata(
        source="airunner",
        prompt=texts["prompt"],
        negative=texts.get("negative_prompt"),
        seed=whole(texts.get("seed")),
        steps=whole(texts.get("steps")),
        sampler=sampler_name(texts.get("scheduler")),
        guidance=real(texts.get("scale")),
        strength=real(texts.get("strength")),
        model=stem(texts.get("model")),
        kind=_KINDS.get(texts.get("action", texts.get("section", "")), ""),
        others={key: value for key, value in texts.items() if key not in _TOLD},
        raw=dict(texts),
    )
