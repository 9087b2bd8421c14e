"""A model of the Stable Diffusion 1.5 layout with random weights: its own text encoder and codec at full size, and a
denoiser of 37 million parameters (320 channels, two levels, one block each), the "mini" of our comparisons with other
programs. What it makes is noise; how long it takes is what a real model of that size takes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from studio.library.models import Models
from studio.request.family import Model
from studio.request.geometry import Size
from studio.request.request import GenerationRequest, Prompt
from studio.request.sampling import Algorithm, Sampler

SIZE = Size(256, 256)  # the smallest the studio asks of such a model
STEPS = 4
GUIDANCE = 7.5
SCHEDULE = {
    "_class_name": "EulerDiscreteScheduler",
    "beta_start": 0.00085,
    "beta_end": 0.012,
    "beta_schedule": "scaled_linear",
    "num_train_timesteps": 1000,
    "steps_offset": 1,
    "timestep_spacing": "leading",
}


def make_mini(folder: Path, *, small: bool = False, seed: int = 0) -> Path:
    """Writes it as a diffusers folder: 1 GB, or 3 MB when `small`."""
    import torch
    import transformers
    from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
    from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
    from transformers import CLIPTextModel

    transformers.logging.disable_progress_bar()
    torch.manual_seed(seed)
    words = _tokenizer()
    width = 32 if small else 768
    blocks = ["CrossAttnDownBlock2D", "DownBlock2D"]  # small: attention only where it has little to do
    parts: dict[str, Any] = {
        "tokenizer": words,
        "text_encoder": CLIPTextModel(_text_config(words, width, layers=2 if small else 12)),
        "unet": UNet2DConditionModel(
            sample_size=64,
            layers_per_block=1,
            block_out_channels=(32, 32) if small else (320, 640),
            down_block_types=blocks[::-1] if small else blocks,
            up_block_types=[kind.replace("Down", "Up") for kind in (blocks if small else blocks[::-1])],
            cross_attention_dim=width,
            attention_head_dim=2 if small else 8,
        ),
        "vae": AutoencoderKL(
            block_out_channels=(32, 32, 32, 32) if small else (128, 256, 512, 512),
            layers_per_block=1 if small else 2,
            down_block_types=("DownEncoderBlock2D",) * 4,
            up_block_types=("UpDecoderBlock2D",) * 4,
            sample_size=512,
        ),
    }
    index: dict[str, Any] = {
        "_class_name": "StableDiffusionPipeline",
        "scheduler": ["diffusers", SCHEDULE["_class_name"]],
    }
    for name, part in parts.items():
        part.save_pretrained(folder / name)
        index[name] = [type(part).__module__.partition(".")[0], type(part).__name__]
    index.update({name: [None, None] for name in ("safety_checker", "feature_extractor", "image_encoder")})
    (folder / "scheduler").mkdir()
    (folder / "scheduler" / "scheduler_config.json").write_text(json.dumps(SCHEDULE))
    (folder / "model_index.json").write_text(json.dumps({**index, "requires_safety_checker": False}))
    (folder / "sfumato.json").write_text(json.dumps({"title": folder.name, "family": "sd15"}))
    return folder


def model_in(folder: Path) -> Model:
    """The model that was made in this folder."""
    return next(model for model in Models([folder.parent]).all() if model.path == folder)


def ask_for(
    model: Model, words: str, *, negative: str = "blurry", seed: int = 0, size: Size = SIZE, steps: int = STEPS
) -> GenerationRequest:
    return GenerationRequest(
        model=model.reference,
        prompt=Prompt.plain(words),
        negative=Prompt.plain(negative),
        size=size,
        steps=steps,
        guidance=GUIDANCE,
        sampler=Sampler(Algorithm.EULER),
        seed=seed,
    )


def _tokenizer() -> Any:
    """CLIP's alphabet of bytes without its words: every prompt becomes tokens, only more of them."""
    from transformers.models.clip.tokenization_clip import CLIPTokenizer

    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in printable]
    letters = [chr(byte) for byte in printable] + [chr(256 + place) for place in range(len(others))]
    words = [*letters, *(f"{letter}</w>" for letter in letters), "<|startoftext|>", "<|endoftext|>"]
    vocabulary = {word: number for number, word in enumerate(words)}
    return CLIPTokenizer(vocab=vocabulary, merges=[], pad_token="<|endoftext|>", model_max_length=77)


def _text_config(words: Any, width: int, layers: int) -> Any:
    from transformers import CLIPTextConfig

    return CLIPTextConfig(
        vocab_size=49408,
        hidden_size=width,
        intermediate_size=width * 4,
        num_attention_heads=max(4, width // 64),
        num_hidden_layers=layers,
        max_position_embeddings=77,
        bos_token_id=words.bos_token_id,
        eos_token_id=words.eos_token_id,
        pad_token_id=1,
    )
