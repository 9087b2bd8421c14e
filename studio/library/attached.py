"""Weights that are laid over a model, found again by what a request says of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from studio.library.entry import Entry
from studio.library.signs import BY_FAMILY
from studio.request.control import BUILT_IN, SEEN, WITH_WEIGHTS, Control
from studio.request.errors import BadInput, Trouble
from studio.request.family import Family
from studio.request.request import Attachment

KINDS = {  # kind of attachment: kinds of files
    "lora": ("lora",),
    "embedding": ("embedding",),
    "vae": ("vae",),
    **{kind: (kind,) for kind in WITH_WEIGHTS},
    "upscaler": ("upscaler",),
}
TITLES = {
    "lora": "LoRA",
    "embedding": "embedding",
    "vae": "picture codec (VAE)",
    "controlnet": "ControlNet",
    "t2i-adapter": "T2I-Adapter",
    "control-lora": "Control-LoRA",
    "ip-adapter": "image prompt adapter",
    SEEN: "a further picture to look at",
    BUILT_IN: "a picture to follow",
    "upscaler": "upscaler",
}


def find_attached(attachment: Attachment | Control, family: Family | None, entries: Iterable[Entry]) -> Path:
    """The file of an attachment: by its digest if that is known, else by its name in any case.

    family: of the model that it is laid over; None for what works without one.

    Raises Trouble when it is not here, BadInput when it is of another family.
    """
    kind = TITLES.get(attachment.kind, attachment.kind)
    fitting = [each for each in entries if each.kind in KINDS.get(attachment.kind, ())]
    same = [each for each in fitting if attachment.digest and attachment.digest == digest_of(each)]
    named = [each for each in fitting if each.name.lower() == attachment.name.lower()]
    wanted = family.id if family is not None else ""
    found = same or sorted(named, key=lambda each: each.found.family != wanted)
    if not found:
        raise Trouble(
            f"The {kind} {attachment.name!r} is not on this machine.", "Take it out, or add it to your models."
        )
    other = found[0].found.family
    if family is not None and other not in ("", family.id):
        title = BY_FAMILY[other].title if other in BY_FAMILY else other
        raise BadInput(
            f"The {kind} {attachment.name!r} is for {title}; it does not fit models of {family.title}.",
            "Take it out, or choose another model.",
        )
    return found[0].path


def replaced(worn: Iterable[Attachment | Control], entries: Sequence[Entry]) -> tuple[str, ...]:
    """What is another file now than it was, a clause each: "the LoRA ink is not the same file"."""
    found: dict[str, None] = {}
    for each in worn:
        fitting = [entry for entry in entries if entry.kind in KINDS.get(each.kind, ())]
        known = {digest_of(entry) for entry in fitting if entry.name.lower() == each.name.lower()} - {""}
        if each.digest and known and each.digest not in {digest_of(entry) for entry in fitting}:
            found[f"the {TITLES.get(each.kind, each.kind)} {each.name} is not the same file"] = None
    return tuple(found)


def fits(entry: Entry, family: Family) -> bool:
    """Whether weights can be laid over models of a family, as far as their header tells."""
    if entry.missing or entry.found.family not in ("", family.id):
        return False
    if entry.kind != "vae":
        return True
    signs = BY_FAMILY.get(family.id)
    return signs is not None and any(entry.found.variant == part.variant for part in signs.parts if part.kind == "vae")


def digest_of(entry: Entry) -> str:
    """SHA-256 of its file, or "" while that is not known."""
    return entry.hashes.sha256 if entry.hashes is not None else ""
