"""Contact sheets: what a finished model makes of fixed prompts with fixed seeds, nothing picked, nothing left out."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportPrivateImportUsage=false
# diffusers is only partly typed; what it gives back is typed where it enters here

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import torch
from diffusers import AutoencoderTiny, EulerAncestralDiscreteScheduler, StableDiffusionPipeline, UNet2DConditionModel
from PIL import Image, ImageDraw
from transformers import CLIPTextModel, CLIPTokenizer

from studio.pipelines.closed_form import ClosedFormUNet
from studio.pipelines.samplers import numpy_at_peace

_LINE = 14  # pixels for a line of words under a picture
PROMPTS = (
    "a red house on green hills, sheep, white clouds",
    "the sea at sunset, a sailboat with white sails, paper-cut art",
    "a lighthouse by the sea at night, full moon, stars",
    "three hot air balloons over a desert at dawn",
    "a snowy landscape at night, northern lights, pine trees",
    "a castle on a hill, watercolour",
    "an orange tent in a forest at night",
    "a city by the river in the evening, oil painting",
    "mountains at dawn, pink sky",
    "a meadow with red flowers and a blue house",
    "tropical island at noon, palm trees",
    "a windmill on the right, yellow flowers, noon",
    "pixel art of a village at night, moon",
    "a misty lake at dawn, ink drawing, pine trees",
    "a red bridge over a river, woodblock print",
    "pyramids in the desert at sunset",
    "two white houses in the snow",
    "a storm at sea, a lighthouse",
    "autumn forest, pencil drawing",
    "a purple sky over the city at night",
    "a rainbow over green hills",
    "beach at sunset with two palm trees and a boat",
    "a crescent moon over the mountains, paper cut",
    "birch trees by the lake in the morning",
    "a green tent by the lake, stars",
    "oil painting of a meadow with trees and a fence",
    "a yellow house on the left, a path, flowers",
    "falling snow in the village, night",
    "cactus in the desert, big sun on the right",
    "an orange hot air balloon over the sea, dawn",
    "paper lanterns over the city at night",
    "a small red boat on the left, calm lake, noon",
    "birds over the ocean at sunrise, watercolor",
    "castle on an island at night, moon",
    "cherry trees with pink blossoms on a meadow",
    "mountain river with a bridge, fog",
    "woodblock print of the sea, a boat, red sun",
    "a blue lighthouse on the right, white clouds, noon",
    "three pine trees on a snowy hill, sunset",
    "flat illustration of a forest at noon with a path",
    "a teal sky at dawn, desert dunes",
    "village in the hills, pencil sketch",
    "a house by the river at night with lit windows",
    "sheep on a meadow, mountains in the background",
    "pixel art beach, palm trees, sun",
    "a windmill at sunset, ink",
    "yellow tents in the mountains, dawn",
    "city skyline at noon, clouds, flat poster",
    "a white sailboat at sea, night, stars, moon on the left",
    "red trees by a lake, oil painting",
    "thunderstorm over the hills",
    "a pink house on the beach, sunset",
    "northern lights over a mountain lake",
    "paper-cut forest with a moon",
    "a fence and a path in the snow, morning",
    "two balloons, one river, green hills, noon",
    "a castle in the forest, fog, watercolour",
    "rocks by the sea at dawn, birds",
    "purple flowers in the mountains at sunset",
    "an island with a lighthouse at dusk, woodblock",
    "night",
    "a house",
    "quiet water",
    "winter",
)


def load_pipeline(folder: Path) -> StableDiffusionPipeline:
    """The model in diffusers' own pipeline, in full precision on the processor."""
    single: Any = {"dtype": torch.float32, "local_files_only": True}
    index = json.loads((folder / "model_index.json").read_text(encoding="utf-8"))
    kind: Any = {each.__name__: each for each in (ClosedFormUNet, UNet2DConditionModel)}[index["unet"][1]]
    unet: Any = kind.from_pretrained(folder / "unet", **single)
    codec: Any = AutoencoderTiny.from_pretrained(folder / "vae", **single)
    tokenizer: Any = CLIPTokenizer.from_pretrained(str(folder / "tokenizer"), local_files_only=True)
    with numpy_at_peace():
        scheduler: Any = EulerAncestralDiscreteScheduler.from_pretrained(folder / "scheduler", local_files_only=True)
    pipeline = StableDiffusionPipeline(
        vae=codec,
        text_encoder=CLIPTextModel.from_pretrained(str(folder / "text_encoder"), **single),
        tokenizer=tokenizer,
        unet=unet,
        scheduler=scheduler,
        safety_checker=None,  # pyright: ignore[reportArgumentType]
        feature_extractor=None,  # pyright: ignore[reportArgumentType]
        requires_safety_checker=False,
    )
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


def sample_sheet(folder: Path, count: int, across: int = 8) -> tuple[Image.Image, float]:
    """The first prompts, each with its number as the seed; and the processor's seconds for a picture."""
    pipeline = load_pipeline(folder)
    started = time.process_time()
    pictures, prompts = made(pipeline, count)
    seconds = (time.process_time() - started) / len(pictures)
    return contact_sheet(pictures, prompts, min(across, len(pictures))), seconds


def made(pipeline: StableDiffusionPipeline, count: int) -> tuple[list[Image.Image], tuple[str, ...]]:
    """Pictures of the first prompts, and these."""
    prompts = PROMPTS[:count]
    with numpy_at_peace():
        return [make(pipeline, prompt, seed) for seed, prompt in enumerate(prompts)], prompts


def make(pipeline: StableDiffusionPipeline, prompt: str, seed: int, steps: int = 12, **more: Any) -> Image.Image:
    """One picture, as diffusers makes it."""
    generator = torch.Generator().manual_seed(seed)
    found: Any = pipeline(prompt, num_inference_steps=steps, guidance_scale=2.0, generator=generator, **more)
    picture: Image.Image = found.images[0]
    return picture


def contact_sheet(pictures: list[Image.Image], words: tuple[str, ...], across: int) -> Image.Image:
    """Pictures in rows, each above its words."""
    wide, high = (max(size) for size in zip(*(picture.size for picture in pictures), strict=True))
    rows = -(-len(pictures) // across)
    sheet = Image.new("RGB", (across * wide, rows * (high + _LINE)), "white")
    draw = ImageDraw.Draw(sheet)
    for number, (picture, text) in enumerate(zip(pictures, words, strict=True)):
        left, top = number % across * wide, number // across * (high + _LINE)
        sheet.paste(picture, (left, top))
        draw.text((left + 3, top + high + 1), text[: wide // 6], fill="black")
    return sheet
