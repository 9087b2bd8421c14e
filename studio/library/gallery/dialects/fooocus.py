"""Fooocus: JSON or infotext in PNG `parameters`, or in EXIF, where it uses the first directory."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from studio.library.gallery.dialects.a1111 import find_infotext, from_infotext
from studio.library.gallery.dialects.samplers import sampler_name
from studio.library.gallery.dialects.values import parse_object, real, stem, text, whole, words
from studio.library.gallery.formats.contents import Contents
from studio.library.gallery.formats.exif import MAKER_NOTE, SOFTWARE, USER_COMMENT
from studio.library.gallery.infotext import split_infotext
from studio.library.gallery.metadata import TEXT_TO_IMAGE, Lora, Metadata

_TOLD = ("prompt", "negative_prompt", "seed", "steps", "sampler", "scheduler", "guidance_scale", "base_model")


def read_fooocus(contents: Contents) -> Metadata | None:
    """Fooocus in its own JSON; its other scheme is read as infotext. None for another program's file."""
    keyword, source = find_infotext(contents)
    scheme = contents.texts.get("fooocus_scheme") or ""
    if contents.exif.text(SOFTWARE).lower().startswith("fooocus"):
        keyword, source = "UserComment", contents.exif.text(USER_COMMENT)
        scheme = contents.exif.text(MAKER_NOTE) or "fooocus"
    values = {_key(key): value for key, value in parse_object(source).items()}
    raw = {keyword: source}
    if scheme == "a1111" and source:
        prompt, negative, parameters = split_infotext(source)
        found = from_infotext(prompt, negative, parameters, raw)
        return replace(found, source="fooocus", loras=found.loras or _from_weights(parameters))
    if not (scheme or {"base_model", "performance"} <= values.keys()):
        return None
    return Metadata(
        source="fooocus",
        prompt=text(values.get("prompt")),
        negative=text(values.get("negative_prompt")),
        seed=whole(values.get("seed")),
        steps=whole(values.get("steps")),
        sampler=sampler_name(text(values.get("sampler")), text(values.get("scheduler"))),
        guidance=real(values.get("guidance_scale")),
        model=stem(values.get("base_model")),
        model_hash=text(values.get("base_model_hash")) or "",
        loras=_loras(values),
        kind=TEXT_TO_IMAGE,
        others={key: words(value) for key, value in values.items() if key not in _TOLD and "lora_" not in key},
        raw=raw,
    )


def _key(key: str) -> str:
    """Older versions wrote labels: "Guidance Scale"."""
    return key.strip().lower().replace(" ", "_")


def _loras(values: dict[str, Any]) -> tuple[Lora, ...]:
    """`lora_combined_1`: "file.safetensors : 0.5" """
    combined = (text(value) or "" for key, value in values.items() if key.startswith("lora_combined_"))
    return tuple(_lora(entry, " : ") for entry in combined if entry)


def _from_weights(parameters: dict[str, str]) -> tuple[Lora, ...]:
    """`Lora weights: "name: 0.5, other: 1.0"`, which only Fooocus writes."""
    return tuple(_lora(entry, ": ") for entry in parameters.get("Lora weights", "").split(", ") if entry)


def _lora(entry: str, separator: str) -> Lora:
    name, _, weight = entry.rpartition(separator)
    return Lora(stem(name) or entry, real(weight))
