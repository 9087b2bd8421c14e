"""Stage one: words to conditions."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace

import torch
from torch import Tensor

from studio.pipelines.adapters import Asked
from studio.pipelines.conditioning import Conditioning
from studio.pipelines.framing import Frame, opaque
from studio.pipelines.loaded import Loaded
from studio.pipelines.looking import further
from studio.pipelines.prepare import change_map, latent_shape
from studio.pipelines.regions import Areas, shared
from studio.prompts.reading import composed, plain, variants, weighing_in, wildcards_in
from studio.request.errors import BadInput
from studio.request.events import Loading
from studio.request.family import Ability, Family
from studio.request.pipeline import Report
from studio.request.request import GenerationRequest, Region
from studio.request.sentences import listed


def encode(loaded: Loaded, request: GenerationRequest, frame: Frame, report: Report) -> Conditioning:
    """What the denoiser gets of the prompts, and of the source picture where the model looks at it.

    Raises BadInput when prompts are to be composed that have regions.
    """
    guided = loaded.adapter.guided(loaded.denoiser, request.guidance, loaded.options)
    followed = [request.source] if request.source is not None and loaded.family.can(Ability.INSTRUCT) else []
    pictures = [*(frame.padded(opaque(each)) for each in followed), *(opaque(each) for each in further(request))]
    asked = Asked(
        prompt="",
        negative="" if guided else None,
        canvas=frame.canvas,
        options=loaded.options,
        pictures=tuple(pictures),
    )
    moments = _moments(request, asked, loaded.family)
    regions = [_of_region(region, moments[0][1][0][0], loaded.family) for region in request.regions]
    every = [*(each for _, now in moments for each, _ in now), *regions]
    texts = {text for each in every for text in (each.prompt, each.negative or "")}
    with ExitStack() as stack:
        known = all(reader.knows(text) for reader in loaded.readers for text in texts)
        if pictures or loaded.dress.regional or not known:
            report(Loading("Reading the prompt"))
            for encoder in loaded.encoders:
                stack.enter_context(loaded.visit(encoder))
        found = [(begun, _conditioned(loaded, now)) for begun, now in moments]
        parts = [_dressed(loaded, each, index) for index, each in enumerate(regions)]
    if parts:
        shape = latent_shape(loaded, frame)
        masks = torch.cat([change_map(region.mask, frame, shape)[0] for region in request.regions])
        masks = masks.to(loaded.device.torch_device)
        apart = (
            not loaded.family.couples
            or loaded.dress.regional
            or (guided and any(each.negative for each in request.regions))
        )
        in_areas = _mixed if apart else _coupled
        found = [(begun, in_areas(each, parts, masks)) for begun, each in found]
    return replace(found[0][1], later=tuple(found[1:]))


def notes_on_words(request: GenerationRequest, family: Family) -> list[str]:
    """What of the prompts has no effect, a sentence each."""
    texts = [each.text for each in (request.prompt, request.negative, *(region.prompt for region in request.regions))]
    notes: list[str] = []
    if not family.emphasis and (lost := list(dict.fromkeys(each for text in texts for each in weighing_in(text)))):
        notes.append(f"{family.title} reads plain sentences: {listed(lost)} had no effect.")
    if lost := list(dict.fromkeys(name for text in texts for name in wildcards_in(text))):
        files = ", ".join(f"{name}.txt" for name in lost)
        notes.append(f"There is no {files} in the folder of wildcards, so that was left out of the prompt.")
    return notes


_Composed = tuple[tuple[Asked, float], ...]


def _moments(request: GenerationRequest, asked: Asked, family: Family) -> list[tuple[int, _Composed]]:
    """(step from which on, prompts with their shares), for prompts that change on the way."""
    prompts = dict(variants(request.prompt.text, request.steps))
    negatives = dict(variants(request.negative.text, request.steps)) if asked.negative is not None else {1: None}
    found: list[tuple[int, _Composed]] = []
    prompt, negative = "", None
    for step in sorted({*prompts, *negatives}):
        prompt, negative = prompts.get(step, prompt), negatives.get(step, negative)
        heard = None if negative is None else _heard(negative, family)
        texts = composed(prompt) if family.emphasis else ((plain(prompt), 1.0),)
        now = tuple((replace(asked, prompt=text, negative=heard), share) for text, share in texts)
        if len(now) > 1 and request.regions:
            raise BadInput("AND in the prompt cannot be used together with regions.", "Take one of them out.")
        found.append((step, now))
    return found


def _heard(text: str, family: Family) -> str:
    """With weights and chunks for encoders that can use them; plain words for others."""
    return text if family.emphasis else plain(text)


def _conditioned(loaded: Loaded, now: _Composed) -> Conditioning:
    found = [_placed(loaded, asked) for asked, _ in now]
    if len(found) == 1:
        return found[0]
    shares = [share for _, share in now]
    if not found[0].guided:
        return replace(found[0], composed=tuple(zip((share / sum(shares) for share in shares), found, strict=True)))
    against = replace(found[0], mute=True)
    return replace(found[0], composed=(*zip(shares, found, strict=True), (1 - sum(shares), against)))


def _placed(loaded: Loaded, asked: Asked) -> Conditioning:
    return loaded.adapter.condition(loaded.readers, asked).to(loaded.device.torch_device)


def _of_region(region: Region, whole: Asked, family: Family) -> Asked:
    """whole: what is asked of the picture it is a part of."""
    negative = whole.negative
    if negative is not None and region.negative is not None:
        negative = _heard(region.negative.text, family)
    return replace(whole, prompt=_heard(region.prompt.text, family), negative=negative)


def _dressed(loaded: Loaded, asked: Asked, region: int) -> Conditioning:
    """Read with the LoRA that are on in a region, which change text encoders, too."""
    if not loaded.dress.regional:
        return _placed(loaded, asked)
    worn = loaded.dress.regions[region]
    loaded.overlays.put_on(worn)
    loaded.overlays.forget_words()
    try:
        return replace(_placed(loaded, asked), worn=worn)
    finally:
        loaded.overlays.put_on(loaded.dress.whole)
        loaded.overlays.forget_words()


def _coupled(whole: Conditioning, parts: list[Conditioning], masks: Tensor) -> Conditioning:
    """The network's attention keeps the words of each part where it is. masks: (parts, h, w)."""
    words = [each.hidden_states[-1:] for each in parts]
    return replace(whole, areas=Areas.of(whole.hidden_states[-1:], words, masks))


def _mixed(whole: Conditioning, parts: list[Conditioning], masks: Tensor) -> Conditioning:
    """What the network says to each is mixed as the masks (parts, h, w) say."""
    shares, used = shared(masks)
    each = (whole, *parts)
    return replace(whole, composed=tuple((shares[index][None, None], each[index]) for index in used))
