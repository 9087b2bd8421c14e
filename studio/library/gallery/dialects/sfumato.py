"""Our own record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from studio.library.gallery.dialects.values import mapping, objects, real, text, whole
from studio.library.gallery.formats.contents import Contents
from studio.library.gallery.metadata import IMAGE_TO_IMAGE, INPAINT, TEXT_TO_IMAGE, UPSCALE, Lora, Metadata
from studio.library.gallery.record import read_own

LANCZOS = "Lanczos"


def read_sfumato(contents: Contents) -> Metadata | None:
    """A file of our own by its record, which is loss-free; None without one."""
    own = read_own(contents.own)
    if own is None:
        return None
    request = own.request
    model = mapping(request.get("model"))
    source = request.get("source")
    return Metadata(
        source="sfumato",
        prompt=text(mapping(request.get("prompt")).get("text")),
        negative=text(mapping(request.get("negative")).get("text")),
        seed=whole(request.get("seed")),
        steps=whole(request.get("steps")),
        sampler=_sampler(mapping(request.get("sampler"))),
        guidance=real(request.get("guidance")),
        strength=real(request.get("strength")) if source else None,
        model=text(model.get("name")),
        model_hash=(text(model.get("digest")) or "")[:10],
        loras=tuple(_lora(each) for each in objects(request.get("attachments")) if each.get("kind") == "lora"),
        kind=_kind(request),
        created=own.created,
        others=_others(request),
        raw={"sfumato": contents.own.decode("utf-8", "replace")}
        | ({"parameters": contents.texts["parameters"]} if "parameters" in contents.texts else {}),
        own=own,
    )


def _kind(request: Mapping[str, Any]) -> str:
    if request.get("upscale"):
        return UPSCALE
    return INPAINT if request.get("mask") else IMAGE_TO_IMAGE if request.get("source") else TEXT_TO_IMAGE


def _sampler(value: dict[str, Any]) -> str | None:
    algorithm, schedule = text(value.get("algorithm")), text(value.get("schedule"))
    return algorithm if schedule in (None, "Normal") else f"{algorithm} {schedule}"


def _lora(value: dict[str, Any]) -> Lora:
    return Lora(text(value.get("name")) or "", real(value.get("weight")), text(value.get("digest")) or "")


def _others(request: Any) -> dict[str, str]:
    prompt = mapping(request.get("prompt"))
    found = {"Style": text(prompt.get("style")) or "", "Version": text(request.get("version")) or ""}
    if upscale := mapping(request.get("upscale")):
        found["Enlarged by"] = text(upscale.get("network")) or LANCZOS
    if prompt.get("raw") != prompt.get("text"):
        found["Prompt as typed"] = text(prompt.get("raw")) or ""
    return {key: value for key, value in found.items() if value}
