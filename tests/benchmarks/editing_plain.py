"""Inpainting as diffusers does it with a network that was not made for it: the known part put back after each step.

The loop is diffusers' own StableDiffusionPipeline; what StableDiffusionInpaintPipeline (0.42, lines 1294-1307) does
beyond it for such networks is done in its callback, since that pipeline takes four or nine channels only.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from diffusers import StableDiffusionPipeline
from PIL import Image
from transformers import CLIPTokenizer

from studio.pipelines.devices import best_device
from studio.pipelines.loaded import Loaded, load
from studio.pipelines.samplers import scheduler_settings
from studio.request.family import Model
from tests.benchmarks.quality_edits import Edit


class _Quiet:
    def __call__(self, event: object) -> None:
        """Nobody listens."""

    def check(self) -> None:
        """Nobody cancels."""

    def wishes(self) -> tuple[()]:
        return ()


class Plain:
    """The embedded model in diffusers' hands."""

    def __init__(self, model: Model) -> None:
        loaded: Loaded = load(model, best_device(), _Quiet())
        kind, settings = scheduler_settings(model.defaults.sampler)
        schedule = json.loads((Path(model.path) / "scheduler" / "scheduler_config.json").read_text(encoding="utf-8"))
        self._model = model
        self._pipeline = StableDiffusionPipeline(
            vae=loaded.codec,
            text_encoder=loaded.encoders[0],
            tokenizer=CLIPTokenizer.from_pretrained(Path(model.path) / "tokenizer", local_files_only=True),
            unet=loaded.denoiser,
            scheduler=kind.from_config(schedule, **settings),
            safety_checker=None,
            feature_extractor=None,
            requires_safety_checker=False,
        )
        self._pipeline.set_progress_bar_config(disable=True)

    def made(self, edit: Edit) -> np.ndarray:
        """The decoded picture, all of it, uint8."""
        pipeline, defaults = self._pipeline, self._model.defaults
        height, width = edit.mask.shape
        generator = torch.Generator().manual_seed(edit.seed)
        with torch.inference_mode():
            picture = pipeline.image_processor.preprocess(Image.fromarray(edit.picture), height=height, width=width)
            known = pipeline.vae.encode(picture).latents * pipeline.vae.config.scaling_factor
            hole = torch.tensor((edit.mask > 127).astype(np.float32))[None, None]
            hole = torch.nn.functional.interpolate(hole, known.shape[-2:])
            noise = torch.randn(known.shape, generator=generator)

            def put_back(pipe: Any, step: int, _timestep: Any, given: dict[str, Any]) -> dict[str, Any]:
                kept, following = known, pipe.scheduler.timesteps[step + 1 : step + 2]
                if len(following):
                    kept = pipe.scheduler.add_noise(known, noise, following)
                return {"latents": (1 - hole) * kept + hole * given["latents"]}

            shares = pipeline(
                prompt=edit.prompt,
                height=height,
                width=width,
                num_inference_steps=defaults.steps,
                guidance_scale=defaults.guidance,
                generator=generator,
                latents=noise,
                callback_on_step_end=put_back,
                output_type="np",
            ).images[0]
        return (shares * 255).round().astype(np.uint8)
