"""Says what a file or folder of weights is: the one door to this package."""

from __future__ import annotations

import re
import stat
from dataclasses import replace
from pathlib import Path

from studio.library.recognition.folder import recognise_folder
from studio.library.recognition.gguf import read_gguf
from studio.library.recognition.header import DamagedHeader, Header, read_safetensors
from studio.library.recognition.kinds import Kind, embedding_widths, kind_of, without
from studio.library.recognition.lora import Modules, family_of, modules_of
from studio.library.recognition.metadata import Claims, beside, claims_of
from studio.library.recognition.precision import precision_of
from studio.library.recognition.recognised import KINDS, Recognised
from studio.library.recognition.verdict import judged
from studio.library.signs import SIGNS
from studio.library.signs.others import OTHERS
from studio.library.signs.sign import Look, Signs

PICKLED = (".ckpt", ".pt", ".pth", ".bin")
WEIGHTS = (".safetensors", ".sft", ".gguf")
UNSAFE = "This kind of file can run code when it is opened. Convert it to safetensors."
_PREFIXES = ("model.diffusion_model.", "control_model.", "diffusion_model.", "transformer.", "unet.", "net.", "model.")
_SHOWN = 3  # names of tensors in a sentence

__all__ = ["PICKLED", "WEIGHTS", "DamagedHeader", "Recognised", "recognise", "recognise_header"]


def recognise(path: Path) -> Recognised:
    """What the file or diffusers folder is. Never raises for bad content: the reason says what is wrong."""
    try:
        if path.is_dir():
            return judged(recognise_folder(path))
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):  # to open a pipe would be to wait for whoever writes to it
            return Recognised(path=path, kind="unknown", reason="It is no file that could hold weights.")
        size = status.st_size
        if path.suffix.lower() in PICKLED:
            return Recognised(path=path, kind="unknown", format="pickle", size=size, reason=UNSAFE)
        if path.suffix.lower() in WEIGHTS:
            header = read_gguf(path) if path.suffix.lower() == ".gguf" else read_safetensors(path)
            found = recognise_header(path, header)
            notes = beside(path)
            return replace(
                found,
                size=size,
                triggers=notes.triggers or found.triggers,
                about=found.about or notes.about,
                base=found.base or notes.base,
            )
    except DamagedHeader as error:
        return Recognised(path=path, kind="unknown", reason=str(error))
    except OSError as error:
        return Recognised(path=path, kind="unknown", reason=f"It cannot be read: {error.strerror or error}.")
    return Recognised(path=path, kind="unknown", reason="It is no file of weights that is known here.")


def recognise_header(path: Path, header: Header) -> Recognised:
    """What a file with this header is; the path is only asked for its name."""
    claims = claims_of(header.metadata)
    named = f"{path.stem} {claims.title}".strip().lower()
    views = _views(header, named)
    found = Recognised(
        path=path,
        kind="unknown",
        precision=precision_of(header),
        format=header.format,
        base=claims.base,
        base_hash=claims.base_hash,
        title=claims.title,
        author=claims.author,
        licence=claims.licence,
        about=claims.about,
        triggers=claims.triggers,
    )
    if not header.tensors:
        return replace(found, reason="There are no weights in it.")
    return judged(_sorted_out(found, header, views, claims))


def _sorted_out(found: Recognised, header: Header, views: tuple[Look, ...], claims: Claims) -> Recognised:
    kind = kind_of(header, views)
    steering = kind is not None and kind.kind in ("controlnet", "control-lora", "t2i-adapter", "ip-adapter")
    if kind is not None and steering:
        return _steering(found, kind, claims)
    modules = modules_of(header.tensors)
    if modules is not None:
        return _lora(found, modules, views[-1], claims)
    for view in views:
        for signs in SIGNS:
            if any(sign.holds(view) for sign in signs.networks):
                return _model(found, signs, view, views[-1], claims)
    for view in views:
        for title, sign in OTHERS:
            if sign.holds(view):
                return replace(found, kind="diffusion", reason=f"Models like {title} are not supported.")
    return _other(found, kind, header, views[-1]) if kind is not None else _unknown(found, header)


def _views(header: Header, named: str) -> tuple[Look, ...]:
    """The tensors as the denoiser's own file would name them, under each prefix that there is; as they are, last."""
    plain = Look(header.tensors, named)
    inner = (without(plain, prefix) for prefix in _PREFIXES)
    return (*(look for look in inner if look is not None), plain)


def _model(found: Recognised, signs: Signs, view: Look, whole: Look, claims: Claims) -> Recognised:
    variants = [each for each in signs.variants if each.sign.holds(view)]
    holds = tuple(part.role for part in signs.parts if any(name.startswith(part.inside) for name in whole.tensors))
    rest = len(view.tensors) < len(whole.tensors) and bool(holds)
    v_prediction = "v_pred" in whole.tensors or claims.prediction == "v" or "vpred" in whole.named
    zero_snr = "ztsnr" in whole.tensors or claims.zero_snr
    prediction = next((each.prediction for each in variants if each.prediction), signs.prediction)
    if v_prediction and signs.prediction == "epsilon":
        prediction = "v"
    names = [each.name for each in variants]
    if prediction == "v":
        names.append("v-prediction")
    traits = tuple(dict.fromkeys(names))
    return replace(
        found,
        kind="checkpoint" if rest else "diffusion",
        family=signs.family,
        variant=traits[0] if traits else "",
        traits=traits,
        prediction=prediction,
        zero_snr=zero_snr,
        flavour=_flavour(signs, whole.named),
        holds=holds,
    )


def _flavour(signs: Signs, named: str) -> str:
    return next((title for pattern, title in signs.flavours.items() if re.search(pattern, named)), "")


def _lora(found: Recognised, modules: Modules, look: Look, claims: Claims) -> Recognised:
    signs = family_of(modules, SIGNS)
    claimed = _claimed(claims.architecture)
    if signs is None or (claimed is not None and signs.family not in (claimed.family,) and _alike(signs, claimed)):
        signs = claimed
    if signs is None:
        return replace(
            found,
            kind="lora",
            variant=modules.kind,
            reason="It is a LoRA for a model that is not known here.",
            looked_for=_modules_looked_for(modules),
        )
    named = f"{look.named} {found.base}".lower()
    few = [each.name for each in signs.variants if each.sign.named and not each.sign.has and each.sign.holds(look)]
    return replace(
        found,
        kind="lora",
        family=signs.family,
        variant=modules.kind,
        traits=tuple(dict.fromkeys(few)),
        prediction=claims.prediction,
        flavour=_flavour(signs, named),
    )


def _modules_looked_for(modules: Modules) -> tuple[str, ...]:
    """By family, what of a LoRA proves it; and what is there instead."""
    looked = (
        f"{each.title}: {' or '.join(rule.module for rule in each.adapted[:2])}" for each in SIGNS if each.adapted
    )
    module, width = next(iter(modules.widths.items()))
    return (*looked, f"there is {module[:80]!r}{f' with {width} inputs' if width else ''} instead")


def _alike(one: Signs, other: Signs) -> bool:
    """Whether the modules of two families may have the same names and widths, so that a claim decides."""
    return {one.family, other.family} <= _ALIKE


_ALIKE = {each.family for each in SIGNS if any(rule.widths == (3072,) for rule in (*each.adapted, *each.likely))} | {
    each.family for each in SIGNS if any("distilled" in rule.module for rule in each.adapted)
}


def _claimed(text: str) -> Signs | None:
    return next((each for each in SIGNS if each.bases and text and re.search(each.bases, text)), None)


def _steering(found: Recognised, kind: Kind, claims: Claims) -> Recognised:
    proofs = ((each, (*each.controls, *each.networks)) for each in SIGNS)
    signs = next((each for each, signs in proofs if any(sign.holds(kind.look) for sign in signs)), None)
    signs = signs or _claimed(claims.architecture) or _called(kind.look.named)
    return replace(found, kind=kind.kind, family=signs.family if signs else "", variant=kind.variant)


def _other(found: Recognised, kind: Kind, header: Header, look: Look) -> Recognised:
    """Parts, embeddings and upscalers; the family only where one alone has such."""
    named = _called(look.named)
    if kind.kind == "embedding":
        widths = embedding_widths(header.tensors)
        families = [each for each in SIGNS if widths in each.embeddings]
    elif kind.kind == "vae":
        families = [each for each in SIGNS if any(part.variant == kind.variant for part in each.parts)]
    else:
        return replace(found, kind=kind.kind, variant=kind.variant)
    chosen = families[0] if len(families) == 1 else named if named in families else None
    return replace(found, kind=kind.kind, variant=kind.variant, family=chosen.family if chosen else "")


def _called(named: str) -> Signs | None:
    """The family that a file's name speaks of: asked only where nothing in it tells."""
    return next((each for each in SIGNS if each.called and re.search(each.called, named)), None)


def _unknown(found: Recognised, header: Header) -> Recognised:
    names = ", ".join(repr(name[:60]) for name in list(header.tensors)[:_SHOWN])
    looked = tuple(f"{each.title}: {', '.join(list(each.networks[0].has)[:2])}" for each in SIGNS)
    kinds = ", ".join(one for one, _ in list(KINDS.values())[2:-1])
    return replace(
        found,
        looked_for=(*looked, f"{kinds}: the names that each of them has"),
        reason=f"Its kind of model is not known here: it holds {len(header.tensors)} tensors, such as {names}.",
    )
