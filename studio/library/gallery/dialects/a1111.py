"""A1111, Forge and everyone who writes infotext: PNG `parameters`, EXIF UserComment, comments of GIF and JPEG."""

from __future__ import annotations

import re
from collections.abc import Mapping

from studio.library.gallery.dialects.samplers import sampler_name
from studio.library.gallery.dialects.values import real, whole
from studio.library.gallery.formats.contents import Contents
from studio.library.gallery.formats.exif import USER_COMMENT
from studio.library.gallery.infotext import split_infotext
from studio.library.gallery.metadata import IMAGE_TO_IMAGE, INPAINT, TEXT_TO_IMAGE, Lora, Metadata

_LORA = re.compile(r"<lora:([^:>]+)(?::([^:>]+))?[^>]*>")
_TOLD = ("Steps", "Sampler", "Schedule type", "CFG scale", "Seed", "Size-1", "Size-2", "Model", "Model hash")


def find_infotext(contents: Contents) -> tuple[str, str]:
    """The keyword and text that may be infotext; ("", "") when there is none."""
    for keyword in ("parameters", "Parameters", "comment", "Comment"):
        if contents.texts.get(keyword):
            return keyword, contents.texts[keyword]
    comment = contents.exif.text(USER_COMMENT)
    return ("UserComment", comment) if comment else ("", "")


def read_a1111(contents: Contents) -> Metadata | None:
    """A1111, Forge and all that write like them; None without infotext."""
    keyword, text = find_infotext(contents)
    prompt, negative, values = split_infotext(text)
    if not text or not (values or keyword == "parameters"):
        return None
    return from_infotext(prompt, negative, values, {keyword: text})


def from_infotext(prompt: str, negative: str, values: Mapping[str, str], raw: Mapping[str, str]) -> Metadata:
    """Metadata out of the parts of an infotext."""
    version = values.get("Version", "")
    strength = real(values.get("Denoising strength"))
    upscaled = "Hires upscale" in values or "Hires resize-1" in values  # there it is the second pass's strength
    return Metadata(
        source="forge" if re.match(r"f\d|.*\bforge\b", version, re.IGNORECASE) else "a1111",
        prompt=prompt,
        negative=negative,
        seed=whole(values.get("Seed")),
        steps=whole(values.get("Steps")),
        sampler=sampler_name(values.get("Sampler"), values.get("Schedule type")),
        guidance=real(values.get("CFG scale")),
        strength=None if upscaled else strength,
        model=values.get("Model"),
        model_hash=values.get("Model hash", ""),
        loras=loras_of(prompt, values.get("Lora hashes", "")),
        kind=_kind(values, strength, upscaled),
        others={key: value for key, value in values.items() if key not in _TOLD},
        raw=raw,
    )


def loras_of(prompt: str, hashes: str = "") -> tuple[Lora, ...]:
    """LoRAs named in a prompt as <lora:name:weight>, with their hashes from "name: hash, name: hash"."""
    digests = dict(part.rsplit(": ", 1) for part in hashes.split(", ") if ": " in part)
    found: dict[str, Lora] = {}
    for name, weight in _LORA.findall(prompt):
        bare = name.replace(":", "").replace(",", "")
        found[name] = Lora(name, real(weight) if weight else 1.0, digests.get(bare, ""))
    return tuple(found.values())


def _kind(values: Mapping[str, str], strength: float | None, upscaled: bool) -> str:
    if any(key in values for key in ("Mask blur", "Mask mode", "Inpaint area", "Masked content")):
        return INPAINT
    if strength is not None and not upscaled:
        return IMAGE_TO_IMAGE
    return TEXT_TO_IMAGE if values else ""
