"""Whether something can be used as a model here, and if not, why not, in one sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from studio.library.families import FAMILIES
from studio.library.recognition.recognised import KINDS, MODELS, Recognised
from studio.library.signs import BY_FAMILY
from studio.library.signs.sign import Part
from studio.request.family import Family
from studio.request.sentences import listed

PARTS = "parts"  # of `Family.formats`: the denoiser in one file and its other parts in files of their own
_UNREADABLE = (
    "iq1",
    "iq2",
    "iq3",
    "tq",
    "mxfp",
    "q8_k",
    "q8_1",
)  # ways to pack weights in GGUF files that diffusers cannot unpack


def judged(found: Recognised) -> Recognised:
    """The same with its reason, unless it has one."""
    return found if found.reason else replace(found, reason=_reason(found))


def _reason(found: Recognised) -> str:
    if found.kind not in MODELS:
        one = KINDS[found.kind][0]
        one = one if one[:2].isupper() or "-" in one else one[0].lower() + one[1:]
        return f"This is {'an' if one[0] in 'aeiou' else 'a'} {one}, not a model; it is used together with one."
    kind = FAMILIES.get(found.family)
    if kind is None:
        title = BY_FAMILY[found.family].title if found.family in BY_FAMILY else found.family
        return f"Models like {title} are not supported yet."
    return form_of(found, kind) or _missing(found, kind)


def form_of(found: Recognised, kind: Family) -> str:
    """Why its variant or the way it is stored cannot be used, or ""."""
    signs = BY_FAMILY.get(found.family)
    own = {each.name for each in signs.variants if each.own} if signs else set[str]()
    for trait in found.traits:
        if trait in own and trait not in kind.variants:
            return f"Its {trait} variant is not supported yet; the plain model can do the same work."
    if found.format == "gguf" and "gguf" not in kind.formats:
        return f"Models of {kind.title} cannot be read from GGUF files; use safetensors."
    if found.format == "gguf" and found.precision.startswith(_UNREADABLE):
        return f"It is packed as {found.precision}, which cannot be read here; use one packed as q4_k, q6_k or q8_0."
    if found.precision in ("nf4", "fp4", "int4") and found.precision not in kind.formats:
        return f"It is packed as {found.precision}, which cannot be read here for {kind.title}; use fp16, bf16 or fp8."
    return ""


def _missing(found: Recognised, kind: Family) -> str:
    if found.format == "diffusers":
        return ""
    parts = lacking_in(found)
    if not parts:
        return ""
    if PARTS not in kind.formats:
        names = f"It holds no {' and '.join(part.title for part in parts).replace('the ', '')}"
        if kind.whole_from:
            return f"{names}, and {kind.title} is not put together from files here. Get all of it: {kind.whole_from}."
        return f"{names}, so it cannot be used alone; use a complete file."
    return needs_text(parts)


def lacking_in(found: Recognised) -> tuple[Part, ...]:
    """The parts that its family needs and that are not in it."""
    signs = BY_FAMILY.get(found.family)
    if signs is None or found.format == "diffusers" or found.kind not in MODELS:
        return ()
    return tuple(part for part in signs.parts_of(found.traits) if part.role not in found.holds)


def needs_text(parts: Sequence[Part]) -> str:
    """What else is to be had, in a sentence."""
    return f"It is not complete: it also needs {listed([needed(part) for part in parts])}."


def needed(part: Part) -> str:
    """A part with its size and where it is to be had."""
    if not part.repository:
        return part.title
    return f"{part.title} ({size_text(part.size)}, {part.repository} on Hugging Face)"


def size_text(size: int) -> str:
    """Bytes as people say them.

    >>> size_text(42_823_300_000_000), size_text(4_893_934_904), size_text(246_144_152), size_text(900)
    ('42.8 TB', '4.9 GB', '246 MB', '1 kB')
    """
    if size >= 1_000_000_000_000:
        return f"{size / 1e12:.1f} TB"
    if size >= 1_000_000_000:
        return f"{size / 1e9:.1f} GB"
    if size >= 1_000_000:
        return f"{size / 1e6:.0f} MB"
    return f"{max(1, round(size / 1000))} kB"
