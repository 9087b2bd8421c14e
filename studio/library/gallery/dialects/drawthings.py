"""Draw Things: an XMP packet with the words in dc:description and JSON in exif:UserComment."""

from __future__ import annotations

import re
from html import unescape

from studio.library.gallery.dialects.samplers import sampler_name
from studio.library.gallery.dialects.values import objects, parse_object, real, stem, text, whole, words
from studio.library.gallery.formats.contents import Contents
from studio.library.gallery.metadata import IMAGE_TO_IMAGE, TEXT_TO_IMAGE, Lora, Metadata

_TOLD = ("c", "uc", "seed", "steps", "sampler", "scale", "strength", "model", "lora", "size")


def read_drawthings(contents: Contents) -> Metadata | None:
    """Draw Things, whose settings are JSON in XMP; None for another program's file."""
    if "Draw Things" not in contents.xmp:
        return None
    values = parse_object(element(contents.xmp, "exif:UserComment"))
    strength = real(values.get("strength"))
    return Metadata(
        source="drawthings",
        prompt=text(values.get("c")),
        negative=text(values.get("uc")),
        seed=whole(values.get("seed")),
        steps=whole(values.get("steps")),
        sampler=_sampler(text(values.get("sampler")) or ""),
        guidance=real(values.get("scale")),
        strength=strength,
        model=stem(values.get("model")),
        loras=tuple(
            Lora(stem(each.get("model")) or "", real(each.get("weight"))) for each in objects(values.get("lora"))
        ),
        kind=TEXT_TO_IMAGE if strength in (None, 1.0) else IMAGE_TO_IMAGE,
        others={key: words(value) for key, value in values.items() if key not in _TOLD},
        raw={"XMP": contents.xmp},
    )


def _sampler(name: str) -> str | None:
    """Its names end in a schedule: "Euler A Trailing", "DPM++ 2M Karras"."""
    for ending in ("Trailing", "AYS", "Substep"):
        if name.endswith(f" {ending}"):
            return sampler_name(name.removesuffix(f" {ending}"), ending)
    return sampler_name(name)


def element(xmp: str, name: str) -> str:
    """The text of an XMP property: an element, with or without an rdf:Alt around it, or an attribute.

    Not an XML parser on purpose: entities of a stranger's file are never expanded beyond the five plain ones.
    """
    start = xmp.find(f"<{name}")
    if start >= 0:
        end = xmp.find(f"</{name}>", start)
        inner = xmp[xmp.find(">", start) + 1 : end if end >= 0 else len(xmp)]
        item = re.search(r"<rdf:li[^>]*>([^<]*)", inner)
        return unescape(item[1] if item else inner).strip()
    attribute = re.search(rf'\b{re.escape(name)}="([^"]*)"', xmp)
    return unescape(attribute[1]) if attribute else ""
