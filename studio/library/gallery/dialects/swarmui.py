"""SwarmUI: JSON in PNG `parameters` or EXIF UserComment."""

from __future__ import annotations

from typing import Any, cast

from studio.library.gallery.dialects.a1111 import find_infotext
from studio.library.gallery.dialects.samplers import sampler_name
from studio.library.gallery.dialects.values import mapping, objects, parse_object, real, stem, text, whole, words
from studio.library.gallery.formats.contents import Contents
from studio.library.gallery.metadata import IMAGE_TO_IMAGE, INPAINT, TEXT_TO_IMAGE, Lora, Metadata

_TOLD = (
    "prompt",
    "negativeprompt",
    "seed",
    "steps",
    "sampler",
    "scheduler",
    "cfgscale",
    "model",
    "loras",
    "loraweights",
)


def read_swarmui(contents: Contents) -> Metadata | None:
    """SwarmUI; None for another program's file."""
    keyword, source = find_infotext(contents)
    whole_text = parse_object(source)
    values = mapping(whole_text.get("sui_image_params"))
    if not values:
        return None
    models = objects(whole_text.get("sui_models"))
    digest = next((text(each.get("hash")) or "" for each in models if each.get("param") == "model"), "")
    strength = real(values.get("initimagecreativity"))
    masked = "maskimage" in values or "maskblur" in values
    return Metadata(
        source="swarmui",
        prompt=text(values.get("prompt")),
        negative=text(values.get("negativeprompt")) or "",
        seed=whole(values.get("seed")),
        steps=whole(values.get("steps")),
        sampler=sampler_name(text(values.get("sampler")), text(values.get("scheduler"))),
        guidance=real(values.get("cfgscale")),
        strength=strength,
        model=stem(values.get("model")),
        model_hash=digest,
        loras=_loras(values),
        kind=INPAINT if masked else IMAGE_TO_IMAGE if strength is not None else TEXT_TO_IMAGE,
        others={key: words(value) for key, value in values.items() if key not in _TOLD},
        raw={keyword: source},
    )


def _loras(values: dict[str, Any]) -> tuple[Lora, ...]:
    """Names and weights are two lists, or two texts with commas."""
    names, weights = _parts(values.get("loras")), _parts(values.get("loraweights"))
    return tuple(
        Lora(stem(name) or str(name), real(weights[index]) if index < len(weights) else 1.0)
        for index, name in enumerate(names)
    )


def _parts(value: Any) -> list[Any]:
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    return cast("list[Any]", value) if isinstance(value, list) else []
