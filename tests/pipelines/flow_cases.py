"""The families trained by flow matching that tests go through: a tiny model of each, and its call by hand."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import diffusers
import numpy as np

from studio.request.family import Model
from studio.request.geometry import Size
from tests.pipelines import tiny, tiny_flow
from tests.pipelines.stock import by_diffusers

SIZE = Size(96, 64)


def guided(request):
    return {"guidance_scale": request.guidance, "negative_prompt": request.negative.text}


@dataclass(frozen=True)
class Case:
    """save: makes the tiny model. text, image: diffusers' pipelines. given: what they take beyond the common."""

    family: str
    save: Any
    text: str
    image: str = ""
    variant: str = ""
    given: Any = field(default=lambda request: {"guidance_scale": request.guidance})

    @property
    def id(self) -> str:
        return f"{self.family} {self.variant}".strip()


CASES = (
    Case("flux", tiny_flow.save_flux, "FluxPipeline", "FluxImg2ImgPipeline"),
    Case(
        "flux",
        lambda folder: tiny_flow.save_flux(folder, guidance_embeds=False),
        "FluxPipeline",
        "FluxImg2ImgPipeline",
        variant="schnell",
        given=lambda request: {"guidance_scale": request.guidance, "max_sequence_length": 256},
    ),
    Case("sd35", tiny_flow.save_sd35, "StableDiffusion3Pipeline", "StableDiffusion3Img2ImgPipeline", given=guided),
    Case(
        "sd35",
        lambda folder: tiny_flow.save_sd35(folder, None),
        "StableDiffusion3Pipeline",
        "StableDiffusion3Img2ImgPipeline",
        variant="3-medium",
        given=guided,
    ),
    Case("chroma", tiny_flow.save_chroma, "ChromaPipeline", "ChromaImg2ImgPipeline", given=guided),
    Case("zimage", tiny_flow.save_zimage, "ZImagePipeline", "ZImageImg2ImgPipeline", given=guided),
    Case(
        "qwen",
        tiny_flow.save_qwen,
        "QwenImagePipeline",
        "QwenImageImg2ImgPipeline",
        given=lambda request: {"true_cfg_scale": request.guidance, "negative_prompt": request.negative.text},
    ),
    Case("flux2", tiny_flow.save_flux2, "Flux2KleinPipeline"),
    Case(
        "sana",
        tiny_flow.save_sana,
        "SanaPipeline",
        given=lambda request: {**guided(request), "use_resolution_binning": False},
    ),
)
VARIANTS = (
    Case(
        "flux",
        lambda folder: tiny_flow.save_flux(folder, "FluxFillPipeline", in_channels=384, out_channels=64),
        "FluxFillPipeline",
        variant="fill",
    ),
    Case(
        "flux",
        lambda folder: tiny_flow.save_flux(folder, "FluxKontextPipeline"),
        "FluxKontextPipeline",
        variant="kontext",
    ),
    Case(
        "qwen",
        lambda folder: tiny_flow.save_qwen(folder, edits=True),
        "QwenImageEditPipeline",
        variant="edit",
        given=lambda request: {"true_cfg_scale": request.guidance, "negative_prompt": request.negative.text},
    ),
    Case(
        "qwen",
        lambda folder: tiny_flow.save_qwen(folder, edits=True),
        "QwenImageEditPlusPipeline",
        variant="edit-plus",
        given=lambda request: {"true_cfg_scale": request.guidance, "negative_prompt": request.negative.text},
    ),
)


def case_of(name: str) -> Case:
    return next(each for each in (*CASES, *VARIANTS) if each.id == name)


class Shelf(dict[str, Model]):
    """Makes each model when it is first asked for, and finds it for the pipeline."""

    def __init__(self, root):
        self.root = root

    def __missing__(self, name: str) -> Model:
        case = case_of(name)
        folder = self.root / name.replace(" ", "-")
        model = tiny.model(case.save(folder), case.family)
        self[name] = replace(
            model,
            traits=(case.variant,),
            family=replace(model.family.shaped((case.variant,)), smallest_side=64),
        )
        return self[name]

    def find(self, reference):
        return next(model for model in self.values() if model.reference == reference)

    def tiny_decoder(self, family):
        return None

    def attached(self, attachment, family):
        return self.root / attachment.name


def asked(model: Model, **changes: Any):
    return tiny.request(model, model.family.sampler.name, **{"size": SIZE, "guidance": 3.0, "steps": 3, **changes})


def made(pipeline, request):
    return pipeline.run(request, tiny.Notes()).pictures[0].pixels.array


def half():
    mask = np.zeros((SIZE.height, SIZE.width, 1), np.uint8)
    mask[:, SIZE.width // 2 :] = 255
    return tiny.Pixels.copy_of(mask)


def by_hand(case: Case, name: str, folder, request, **given: Any):
    plain = getattr(diffusers, case.text).from_pretrained(folder, local_files_only=True)
    return called(plain if name == case.text else getattr(diffusers, name)(**plain.components), case, request, **given)


def called(pipeline, case: Case, request, **given: Any):
    return by_diffusers(
        pipeline,
        request,
        height=request.size.height,
        width=request.size.width,
        **case.given(request),
        **given,
    )
