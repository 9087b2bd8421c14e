"""InvokeAI: `invokeai_metadata`, and what its versions before 3 wrote (`sd-metadata`, `Dream`)."""

from __future__ import annotations

import re
import shlex
from typing import Any

from studio.library.gallery.dialects.samplers import sampler_name
from studio.library.gallery.dialects.values import mapping, objects, parse_object, real, stem, text, whole, words
from studio.library.gallery.formats.contents import Contents
from studio.library.gallery.metadata import IMAGE_TO_IMAGE, INPAINT, OUTPAINT, TEXT_TO_IMAGE, UPSCALE, Lora, Metadata

_KEYWORDS = ("invokeai_metadata", "invokeai_workflow", "invokeai_graph", "sd-metadata", "Dream")
_KINDS = (("outpaint", OUTPAINT), ("inpaint", INPAINT), ("upscale", UPSCALE), ("img2img", IMAGE_TO_IMAGE))
_TOLD = ("positive_prompt", "negative_prompt", "seed", "steps", "scheduler", "cfg_scale", "model", "loras", "strength")


def read_invokeai(contents: Contents) -> Metadata | None:
    """InvokeAI of any age; None for another program's file."""
    raw = {key: contents.texts[key] for key in _KEYWORDS if key in contents.texts}
    if values := parse_object(raw.get("invokeai_metadata")):
        return _modern(values, raw)
    if values := parse_object(raw.get("sd-metadata")):
        return _legacy(values, raw)
    if "Dream" in raw:
        return _dream(raw["Dream"], raw)
    return Metadata(source="invokeai", raw=raw) if raw else None


def _modern(values: dict[str, Any], raw: dict[str, str]) -> Metadata:
    model = mapping(values.get("model"))
    mode = text(values.get("generation_mode")) or ""
    return Metadata(
        source="invokeai",
        prompt=text(values.get("positive_prompt")),
        negative=text(values.get("negative_prompt")),
        seed=whole(values.get("seed")),
        steps=whole(values.get("steps")),
        sampler=sampler_name(text(values.get("scheduler"))),
        guidance=real(values.get("cfg_scale", values.get("guidance"))),
        strength=real(values.get("strength")),
        model=text(model.get("name")) or stem(model.get("model_name")),
        model_hash=text(model.get("hash")) or "",
        loras=tuple(_lora(each) for each in objects(values.get("loras"))),
        kind=next((kind for sign, kind in _KINDS if sign in mode), TEXT_TO_IMAGE if "txt2img" in mode else ""),
        others={key: words(value) for key, value in values.items() if key not in _TOLD and value is not None},
        raw=raw,
    )


def _lora(value: dict[str, Any]) -> Lora:
    model = mapping(value.get("model") or value.get("lora"))
    name = text(model.get("name")) or stem(model.get("model_name")) or ""
    return Lora(name, real(value.get("weight")), text(model.get("hash")) or "")


def _legacy(values: dict[str, Any], raw: dict[str, str]) -> Metadata:
    image = mapping(values.get("image"))
    prompt = image.get("prompt")
    if isinstance(prompt, list):
        prompt = ", ".join(text(part.get("prompt")) or "" for part in objects(prompt))
    return Metadata(
        source="invokeai",
        prompt=text(prompt),
        seed=whole(image.get("seed")),
        steps=whole(image.get("steps")),
        sampler=sampler_name(text(image.get("sampler"))),
        guidance=real(image.get("cfg_scale")),
        strength=real(image.get("strength")),
        model=text(values.get("model_weights")),
        model_hash=text(values.get("model_hash")) or "",
        kind=IMAGE_TO_IMAGE if image.get("type") == "img2img" else TEXT_TO_IMAGE,
        raw=raw,
    )


def _dream(command: str, raw: dict[str, str]) -> Metadata:
    """`"a prompt" -s 50 -S 42 -W 512 -H 512 -C 7.5 -A k_lms`"""
    try:
        parts = shlex.split(command)
    except ValueError:
        parts = command.split()
    options: dict[str, str] = {}
    prompt: list[str] = []
    position = 0
    while position < len(parts):
        flag = re.fullmatch(r"-([sSWHCAf])(.*)", parts[position])
        if flag is None:
            prompt.append(parts[position])
        elif flag[2]:
            options[flag[1]] = flag[2]
        else:
            position += 1
            options[flag[1]] = parts[position] if position < len(parts) else ""
        position += 1
    return Metadata(
        source="invokeai",
        prompt=" ".join(prompt),
        seed=whole(options.get("S")),
        steps=whole(options.get("s")),
        sampler=sampler_name(options.get("A")),
        guidance=real(options.get("C")),
        strength=real(options.get("f")),
        raw=raw,
    )
