"""Teaches the text encoder: captions in, the attributes that they say out.

The encoder is an ordinary `CLIPTextModel`, so the finished model's folder is read by stock classes; its states carry
the attributes to `AttributeHead`, the first layer of the closed-form denoiser. A few minutes on one CPU core.
"""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# torch and transformers leave parts of their signatures untyped; what they give back is typed where it enters here

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file, save_file
from torch import Tensor
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

from studio.pipelines.closed_form_words import AttributeHead
from studio.training.scenes.draw import draw_scene
from studio.training.words.captions import describe
from studio.training.words.slots import SLOTS, numbers
from studio.training.words.tokens import END, LENGTH, START, load_tokenizer, make_tokenizer, token_id

Report = Callable[[int, int, float], None]  # step, steps, loss


@dataclass(frozen=True)
class Lesson:
    """How the words are taught."""

    width: int = 192
    layers: int = 2
    heads: int = 4
    captions: int = 60_000
    steps: int = 2_400
    batch: int = 64
    rate: float = 1.5e-3
    checkpoint_every: int = 250


class Pupil(torch.nn.Module):
    """Text encoder and head in one: token ids (B, L) -> log-probabilities (B, T)."""

    def __init__(self, lesson: Lesson, tokenizer: CLIPTokenizer) -> None:
        super().__init__()
        config = CLIPTextConfig(
            vocab_size=len(tokenizer),
            hidden_size=lesson.width,
            intermediate_size=lesson.width * 3,
            num_hidden_layers=lesson.layers,
            num_attention_heads=lesson.heads,
            max_position_embeddings=LENGTH,
            projection_dim=lesson.width,
            hidden_act="gelu",
            bos_token_id=token_id(tokenizer, START),
            eos_token_id=token_id(tokenizer, END),
            pad_token_id=token_id(tokenizer, END),
        )
        self.encoder = CLIPTextModel(config)
        self.head = AttributeHead(lesson.width, SLOTS)

    def forward(self, ids: Tensor) -> Tensor:
        return self.head(self.encoder(input_ids=ids).last_hidden_state)


def write_captions(count: int, seed: int) -> tuple[list[str], NDArray[np.int8]]:
    """Captions of random scenes and what each says, (count, A) int8. The same for the same seed."""
    rng = np.random.default_rng([seed, 77])
    texts: list[str] = []
    said = np.zeros((count, len(SLOTS)), np.int8)
    for i in range(count):
        description = describe(draw_scene(rng), rng)
        texts.append(description.text)
        said[i] = numbers(description.says)
    return texts, said


def tokenize(tokenizer: CLIPTokenizer, texts: list[str], length: int | None = LENGTH) -> Tensor:
    """(B, L) ids, padded to `length`, or to the longest text if None."""
    padding = "longest" if length is None else "max_length"
    made: Any = tokenizer(texts, padding=padding, max_length=LENGTH, truncation=True, return_tensors="pt")
    ids: Tensor = made["input_ids"]
    return ids


def loss_of(log_probs: Tensor, said: Tensor) -> Tensor:
    """Mean negative log-likelihood: what was said and what was not each count for half."""
    starts = np.cumsum([0, *(slot.classes for slot in SLOTS)])[:-1]
    columns = torch.as_tensor(starts, device=said.device) + said
    picked = -log_probs.gather(1, columns)
    spoken = said > 0
    return (picked * spoken).sum() / spoken.sum().clamp_min(1) + 6.0 * (picked * ~spoken).sum() / (~spoken).sum()


def train_words(
    folder: Path, seed: int = 0, lesson: Lesson | None = None, resume: bool = True, report: Report | None = None
) -> None:
    """Make tokenizer, text encoder and attribute head in `folder` (see the package's docstring).

    Can be ended at any moment and called again: it goes on from its last checkpoint, and the result is the same.
    Raises OSError if the folder cannot be written.
    """
    lesson = lesson or Lesson()
    folder.mkdir(parents=True, exist_ok=True)
    texts, said = _captions(folder, lesson, seed, resume)
    tokenizer = _tokenizer(folder, texts, resume)
    torch.manual_seed(seed)
    pupil = Pupil(lesson, tokenizer)
    optimizer = torch.optim.AdamW(pupil.parameters(), lr=lesson.rate, weight_decay=0.01, betas=(0.9, 0.98))
    first = _restore(folder, pupil, optimizer) if resume else 0
    labels = torch.from_numpy(said).long()
    pupil.train()
    for step in range(first, lesson.steps):
        loss = _step(pupil, optimizer, tokenizer, texts, labels, lesson, seed, step)
        if report is not None:
            report(step + 1, lesson.steps, loss)
        if (step + 1) % lesson.checkpoint_every == 0:
            _keep(folder, pupil, optimizer, step + 1)
    pupil.eval()
    pupil.encoder.save_pretrained(str(folder / "text_encoder"))
    save_file(pupil.head.state_dict(), str(folder / "attribute_head.safetensors"))


def _step(
    pupil: Pupil,
    optimizer: torch.optim.Optimizer,
    tokenizer: CLIPTokenizer,
    texts: list[str],
    labels: Tensor,
    lesson: Lesson,
    seed: int,
    step: int,
) -> float:
    """One batch, which depends on the seed and the step alone."""
    rng = np.random.default_rng([seed, 78, step])
    chosen = rng.integers(0, len(texts), lesson.batch)
    length = LENGTH if step % 4 == 0 else None  # padded as in use now and then; otherwise short and fast
    ids = tokenize(tokenizer, [texts[i] for i in chosen], length)
    share = step / lesson.steps
    rate = lesson.rate * min(1.0, (step + 1) / 100) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * share)))
    for group in optimizer.param_groups:
        group["lr"] = rate
    loss = loss_of(pupil(ids), labels[torch.from_numpy(chosen)])
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(pupil.parameters(), 1.0)
    optimizer.step()
    return float(loss.detach())


def _captions(folder: Path, lesson: Lesson, seed: int, resume: bool) -> tuple[list[str], NDArray[np.int8]]:
    place = folder / "captions.json"
    if resume and place.exists():
        kept = json.loads(place.read_text(encoding="utf-8"))
        if kept["seed"] == seed and len(kept["texts"]) == lesson.captions and len(kept["said"][0]) == len(SLOTS):
            return kept["texts"], np.array(kept["said"], np.int8)
    texts, said = write_captions(lesson.captions, seed)
    part = place.with_suffix(".part")
    part.write_text(json.dumps({"seed": seed, "texts": texts, "said": said.tolist()}), encoding="utf-8")
    os.replace(part, place)
    return texts, said


def _tokenizer(folder: Path, texts: list[str], resume: bool) -> CLIPTokenizer:
    place = folder / "tokenizer"
    if resume and (place / "tokenizer_config.json").exists():
        return load_tokenizer(place)
    return make_tokenizer(place, texts[:20_000])


def _keep(folder: Path, pupil: Pupil, optimizer: torch.optim.Optimizer, step: int) -> None:
    part = folder / "checkpoint.part"
    torch.save({"pupil": pupil.state_dict(), "optimizer": optimizer.state_dict(), "step": step}, part)
    os.replace(part, folder / "checkpoint.pt")


def _restore(folder: Path, pupil: Pupil, optimizer: torch.optim.Optimizer) -> int:
    place = folder / "checkpoint.pt"
    if not place.exists():
        return 0
    kept: dict[str, Any] = torch.load(place, weights_only=True)
    pupil.load_state_dict(kept["pupil"])
    optimizer.load_state_dict(kept["optimizer"])
    return int(kept["step"])


def load_words(folder: Path) -> tuple[CLIPTokenizer, CLIPTextModel, AttributeHead]:
    """What `train_words` made. Raises OSError if it is not there."""
    encoder = CLIPTextModel.from_pretrained(str(folder / "text_encoder"), local_files_only=True)
    head = AttributeHead(int(encoder.config.hidden_size), SLOTS)
    head.load_state_dict(load_file(str(folder / "attribute_head.safetensors")))
    return load_tokenizer(folder / "tokenizer"), encoder.eval(), head.eval()


def accuracy(
    tokenizer: CLIPTokenizer, encoder: CLIPTextModel, head: AttributeHead, texts: list[str], said: NDArray[np.int8]
) -> dict[str, tuple[float, float]]:
    """For each slot: the share of captions read rightly among those that say it, and among those that do not."""
    guesses: list[Tensor] = []
    with torch.inference_mode():
        for start in range(0, len(texts), 200):
            ids = tokenize(tokenizer, texts[start : start + 200])
            guesses.append(head(encoder(input_ids=ids).last_hidden_state))
    log_probs = torch.cat(guesses)
    result: dict[str, tuple[float, float]] = {}
    start = 0
    for i, slot in enumerate(SLOTS):
        guess = log_probs[:, start : start + slot.classes].argmax(1).numpy()
        right, spoken = guess == said[:, i], said[:, i] > 0
        result[slot.name] = (
            float(right[spoken].mean()) if spoken.any() else float("nan"),
            float(right[~spoken].mean()) if (~spoken).any() else float("nan"),
        )
        start += slot.classes
    return result
