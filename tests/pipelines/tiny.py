"""Tiny pipelines with random weights, made in code: real layouts, a few hundred thousand numbers, no network."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from diffusers.models.autoencoders.autoencoder_tiny import AutoencoderTiny
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection
from transformers.models.clip.tokenization_clip import CLIPTokenizer

from studio.library.families import family
from studio.pipelines.devices import Device
from studio.pipelines.studio_pipeline import StudioPipeline
from studio.pipelines.vocabularies import byte_letters
from studio.request.course import Wish
from studio.request.errors import CancelledError
from studio.request.events import Event, Made, Step
from studio.request.family import Defaults, Model, ModelReference
from studio.request.geometry import Size
from studio.request.pixels import Pixels
from studio.request.request import GenerationRequest, Prompt
from studio.request.sampling import Sampler

BETAS = {
    "beta_start": 0.00085,
    "beta_end": 0.012,
    "beta_schedule": "scaled_linear",
    "num_train_timesteps": 1000,
    "steps_offset": 1,
    "clip_sample": False,
    "set_alpha_to_one": False,
    "timestep_spacing": "leading",
}


def tokenizer(pad: str = "<|endoftext|>") -> CLIPTokenizer:
    letters = byte_letters()
    words = [*letters, *(f"{letter}</w>" for letter in letters), "<|startoftext|>", "<|endoftext|>"]
    vocabulary = {word: number for number, word in enumerate(words)}
    return CLIPTokenizer(vocab=vocabulary, merges=[], pad_token=pad, model_max_length=77)


def text_config(**changes: Any) -> CLIPTextConfig:
    words = tokenizer()
    return CLIPTextConfig(
        **{
            "vocab_size": len(words),
            "hidden_size": 32,
            "intermediate_size": 37,
            "num_attention_heads": 4,
            "num_hidden_layers": 3,
            "max_position_embeddings": 77,
            "bos_token_id": words.bos_token_id,
            "eos_token_id": words.eos_token_id,
            "pad_token_id": 1,
            "projection_dim": 32,
            **changes,
        }
    )


def codec(channels: int = 4) -> AutoencoderKL:
    return AutoencoderKL(
        block_out_channels=(8, 8, 16, 16),
        latent_channels=channels,
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        norm_num_groups=4,
        sample_size=64,
    )


def unet(**changes: Any) -> UNet2DConditionModel:
    return UNet2DConditionModel(
        **{
            "sample_size": 8,
            "layers_per_block": 1,
            "block_out_channels": (16, 32),
            "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D"),
            "up_block_types": ("CrossAttnUpBlock2D", "UpBlock2D"),
            "cross_attention_dim": 32,
            "attention_head_dim": 4,
            "norm_num_groups": 8,
            **changes,
        }
    )


def save(folder: Path, kind: str, parts: dict[str, Any], schedule: dict[str, Any], **options: Any) -> Path:
    """Writes parts as a diffusers folder."""
    index: dict[str, Any] = {"_class_name": kind, **options, "scheduler": ["diffusers", "DDIMScheduler"]}
    for name, part in parts.items():
        part.save_pretrained(folder / name)
        library = type(part).__module__.split(".")[0]
        index[name] = [library, type(part).__name__]
    (folder / "scheduler").mkdir(parents=True)
    (folder / "scheduler" / "scheduler_config.json").write_text(
        json.dumps({"_class_name": "DDIMScheduler", **BETAS, **schedule})
    )
    (folder / "model_index.json").write_text(json.dumps(index))
    return folder


def save_sd15(folder: Path, seed: int = 0, channels: int = 4, **schedule: Any) -> Path:
    """channels: that the UNet takes; 9 is the layout of models that were taught to fill holes. Types of blocks, too."""
    blocks = {name: schedule.pop(name) for name in ("down_block_types", "up_block_types") if name in schedule}
    torch.manual_seed(seed)
    parts = {
        "tokenizer": tokenizer(),
        "text_encoder": CLIPTextModel(text_config()),
        "unet": unet(in_channels=channels, **blocks),
        "vae": codec(),
    }
    nothing = [None, None]
    return save(
        folder,
        "StableDiffusionPipeline",
        parts,
        schedule,
        safety_checker=nothing,
        feature_extractor=nothing,
        image_encoder=nothing,
        requires_safety_checker=False,
    )


def save_scenes(folder: Path, **schedule: Any) -> Path:
    """Eight latent channels and a tiny codec, as the embedded model has."""
    torch.manual_seed(0)
    parts = {
        "tokenizer": tokenizer(),
        "text_encoder": CLIPTextModel(text_config()),
        "unet": unet(in_channels=8, out_channels=8),
        "vae": AutoencoderTiny(
            latent_channels=8,
            encoder_block_out_channels=(8,) * 4,
            decoder_block_out_channels=(8,) * 4,
            num_encoder_blocks=(1, 1, 1, 1),
            num_decoder_blocks=(1, 1, 1, 1),
        ),
    }
    return save(folder, "StableDiffusionPipeline", parts, schedule)


def save_sdxl(folder: Path, **schedule: Any) -> Path:
    torch.manual_seed(0)
    parts = {
        "tokenizer": tokenizer(),
        "tokenizer_2": tokenizer(pad="!"),
        "text_encoder": CLIPTextModel(text_config(hidden_act="gelu")),
        "text_encoder_2": CLIPTextModelWithProjection(text_config(hidden_size=64, projection_dim=64)),
        "unet": unet(
            addition_embed_type="text_time",
            addition_time_embed_dim=8,
            projection_class_embeddings_input_dim=64 + 6 * 8,
            cross_attention_dim=96,
            transformer_layers_per_block=(1, 2),
            use_linear_projection=True,
        ),
        "vae": codec(),
    }
    return save(folder, "StableDiffusionXLPipeline", parts, schedule, force_zeros_for_empty_prompt=True)


def model(folder: Path, family_id: str) -> Model:
    kind = replace(family(family_id), smallest_side=64)
    return Model(
        reference=ModelReference(family=family_id, name=folder.name),
        title=folder.name,
        family=kind,
        defaults=Defaults(size=Size(64, 64), steps=4, guidance=5.0, sampler=kind.sampler),
        path=folder,
    )


class Shelf:
    """Finds models by name."""

    tiny_folder: Path | None = None
    encoder: Path | None = None

    def __init__(self, *models: Model) -> None:
        self._models = {each.reference.name: each for each in models}
        self.attachments: dict[str, Path] = {}

    def tiny_decoder(self, family: Any) -> Path | None:
        return self.tiny_folder

    def attached(self, attachment: Any, family: Any) -> Path:
        return self.attachments[attachment.name]

    def image_encoder(self, adapter: Path, name: str) -> Path:
        assert self.encoder is not None
        return self.encoder

    def find(self, reference: ModelReference) -> Model:
        return self._models[reference.name]


PROCESSOR = Device(torch.device("cpu"), "processor")


def pipeline_of(*models: Model, **options: Any) -> StudioPipeline:
    return StudioPipeline(Shelf(*models), PROCESSOR, **options)


@dataclass
class Notes:
    """A report that writes down what it is told, and can cancel: `stop` decides at every check.

    wanted: what is wished for after so many steps are done.
    """

    stop: Any = None
    wanted: dict[int, Wish] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    checks: int = 0
    draft: bool = False

    def __call__(self, event: Event) -> None:
        self.events.append(event)
        self.check()

    def check(self) -> None:
        self.checks += 1
        if self.stop is not None and self.stop(self):
            raise CancelledError

    def wishes(self) -> tuple[Wish, ...]:
        wish = self.wanted.pop(self.steps[-1].done, None) if self.steps else None
        return () if wish is None else (wish,)

    @property
    def steps(self) -> list[Step]:
        return [event for event in self.events if isinstance(event, Step)]

    @property
    def made(self) -> list[Made]:
        return [event for event in self.events if isinstance(event, Made)]


def request(model: Model, sampler: str = "Euler a", **changes: Any) -> GenerationRequest:
    prompt = changes.pop("prompt", "a lighthouse")
    negative = changes.pop("negative", "")
    return GenerationRequest(
        **{
            "model": model.reference,
            "prompt": Prompt.plain(prompt),
            "negative": Prompt.plain(negative),
            "size": Size(64, 64),
            "steps": 3,
            "guidance": 5.0,
            "sampler": Sampler.named(sampler),
            "seed": 7,
            **changes,
        }
    )


SQUARE = Size(64, 64)


def photo(size: Size = SQUARE, channels: int = 3, seed: int = 0) -> Pixels:
    """Smooth and not symmetric."""
    random = np.random.default_rng(seed)
    coarse = random.integers(0, 256, (size.height // 8 + 1, size.width // 8 + 1, channels), dtype=np.uint8)
    fine = coarse.repeat(8, 0).repeat(8, 1)[: size.height, : size.width]
    return Pixels.copy_of(np.ascontiguousarray(fine))


def lora_of(network: torch.nn.Module, prefix: str, seed: int = 0, rank: int = 2) -> dict[str, torch.Tensor]:
    """A LoRA in diffusers' names on all queries of a network."""
    random = torch.Generator().manual_seed(seed)
    weights: dict[str, torch.Tensor] = {}
    for name, module in network.named_modules():
        name, layer = name.removesuffix(".base_layer"), module
        if isinstance(layer, torch.nn.Linear) and name.endswith("to_q"):
            weights[f"{prefix}.{name}.lora_A.weight"] = torch.randn(rank, layer.in_features, generator=random)
            weights[f"{prefix}.{name}.lora_B.weight"] = torch.randn(layer.out_features, rank, generator=random)
    return weights
