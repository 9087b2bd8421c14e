"""The parts of the model put together: shards to the library's tensors, everything to a folder that diffusers loads."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportPrivateImportUsage=false
# torch, diffusers and safetensors are only partly typed; what they give back is typed where it enters here

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from diffusers import AutoencoderTiny, EulerAncestralDiscreteScheduler
from torch import Tensor
from transformers import CLIPTextModel, CLIPTokenizer

from studio.pipelines.closed_form import ClosedFormUNet
from studio.pipelines.closed_form_words import slots_to_config
from studio.pipelines.samplers import numpy_at_peace
from studio.training.codec import Basis
from studio.training.library import THING_KINDS, Shards
from studio.training.parts import GLITTER, ORBS
from studio.training.scenes.draw import draw_scene
from studio.training.scenes.world import PLACES, TIMES
from studio.training.words.slots import SLOTS

_ROUNDED_OFF = 0.9995  # share of the latents that eight bits hold; the others are clipped
_WHOLE = 0.85  # of what is usually seen of an orb of that look
_SAMPLED = 20_000  # scenes drawn to learn what is met where
PIECE = "15MB"  # of weights in one file, at most
STEPS, GUIDANCE, SAMPLER = 12, 2.0, "Euler a"
_INDEX = {
    "_class_name": "StableDiffusionPipeline",
    "feature_extractor": [None, None],
    "image_encoder": [None, None],
    "requires_safety_checker": False,
    "safety_checker": [None, None],
    "scheduler": ["diffusers", "EulerAncestralDiscreteScheduler"],
    "text_encoder": ["transformers", "CLIPTextModel"],
    "tokenizer": ["transformers", "CLIPTokenizer"],
    "unet": ["studio.pipelines.closed_form", "ClosedFormUNet"],
    "vae": ["diffusers", "AutoencoderTiny"],
}
ABOUT = (
    "A small model that this project made itself, so that there is something to paint with on any machine. Its world "
    "is illustrated scenes: thirteen places from mountains to village, at dawn, noon, sunset and night, in fair and "
    "foul weather, in eight styles, with houses, boats, trees, balloons and some twenty other things in many colours. "
    "Nothing in it was trained to paint: at every step it forms the exact average of a library of rendered grounds "
    "and things, weighted by how well they explain the noise and fit your words. It is quick, mostly does as it is "
    "told, fills holes and widens pictures with what it sees beside them, and knows nothing outside its world: no "
    "people, no animals but birds and sheep, no photographs."
)
EXAMPLES = (
    "a red house on green hills, sheep, white clouds",
    "the sea at sunset, a sailboat with white sails, paper-cut art",
    "a lighthouse by the sea at night, full moon, stars",
    "three hot air balloons over a desert at dawn",
    "a snowy landscape at night, northern lights, pine trees",
    "a castle on a hill, watercolour",
    "an orange tent in a forest at night",
    "a city by the river in the evening, oil painting",
)


def assemble_denoiser(shards: Shards, basis: Basis, width: int) -> ClosedFormUNet:
    """The denoiser with the shards' library in it, its head still untaught. width: of the text encoder's states."""
    land = _joined((*shards.read("grounds"), *shards.read("gaps")))
    things = _without_halves(_joined(shards.read("things")))
    grounds = land["grounds"].float()
    # neighbours in the library are neighbours in the world; where the words leave a choice, it should be among all
    order = torch.from_numpy(np.random.default_rng(0).permutation(len(grounds)))
    gain = _gain(grounds)
    tints = [part["tints"] for part in shards.read("tints")]
    denoiser = ClosedFormUNet(
        ground_count=len(grounds),
        thing_count=len(things["boxes"]),
        cell_count=len(things["cells"]),
        kinds=list(THING_KINDS),
        slots=slots_to_config(SLOTS),
        cross_attention_dim=width,
        tinted=bool(tints),
    )
    tensors = {
        "gain": gain,
        "encode": torch.from_numpy(basis.encode),
        "decode": torch.from_numpy(basis.decode),
        "ground_attributes": land["ground_attributes"][order],
        "cover": (things["cover"].float() * 255).round().to(torch.uint8),
        "behind": _rounded(things["behind"].float(), gain[:3]),
        "boxes": things["boxes"],
        "kind_of": things["kinds"],
        "thing_attributes": things["thing_attributes"],
        "habits": habits(),
    }
    if tints:
        tensors["tints"] = torch.stack(tints)
    for name, tensor in tensors.items():
        denoiser.get_buffer(name).copy_(tensor)
    denoiser.fill("library", _rounded(grounds, gain[:, None, None])[order])
    denoiser.fill("cells", _rounded(things["cells"].float(), gain))
    return denoiser


def habits() -> Tensor:
    """(kinds, places, times): how often a scene of that place and time has the kind, from scenes drawn at random."""
    random = np.random.default_rng(0)
    met = torch.zeros(len(THING_KINDS), len(PLACES), len(TIMES))
    drawn = torch.zeros(len(PLACES), len(TIMES))
    index = {kind: number for number, kind in enumerate(THING_KINDS) if not kind.endswith(GLITTER)}
    for _ in range(_SAMPLED):
        scene = draw_scene(random)
        place, time = PLACES.index(scene.place), TIMES.index(scene.time)
        drawn[place, time] += 1
        for thing in scene.things:
            if thing.kind in index:
                met[index[thing.kind], place, time] += 1
    return met / drawn.clamp_min(1)


def _joined(parts: Iterable[dict[str, Tensor]]) -> dict[str, Tensor]:
    """Shards as one."""
    read = list(parts)
    return {name: torch.cat([part[name] for part in read]) for name in read[0]}


def _without_halves(things: dict[str, Tensor]) -> dict[str, Tensor]:
    """Things without the orbs that something hid in part: elsewhere nothing would stand in front of them."""
    sizes = things["boxes"][:, 2].long() * things["boxes"][:, 3].long()
    owner = torch.repeat_interleave(torch.arange(len(sizes)), sizes)
    seen = torch.zeros(len(sizes)).index_add_(0, owner, things["cover"][:, 0].float())
    whole = torch.ones(len(sizes), dtype=torch.bool)
    for orb in ORBS:
        told = ("time", "style", f"{orb}.distance", f"{orb}.shape")
        looks = things["thing_attributes"][:, [column for column, slot in enumerate(SLOTS) if slot.name in told]]
        of_kind = (things["kinds"] == THING_KINDS.index(orb)).nonzero()[:, 0]
        for look in looks[of_kind].unique(dim=0):
            alike = of_kind[(looks[of_kind] == look).all(1)]
            whole[alike] = seen[alike] > _WHOLE * seen[alike].median()
    return {name: tensor[whole[owner] if len(tensor) == len(owner) else whole] for name, tensor in things.items()}


def _gain(latents: Tensor) -> Tensor:
    """(C,): what one step of eight bits is worth in each channel."""
    channels = latents.transpose(0, 1).flatten(1)[:, ::7].abs()
    count = max(1, round(channels.shape[1] * _ROUNDED_OFF))
    return channels.kthvalue(min(count, channels.shape[1]), dim=1).values / 127


def _rounded(latents: Tensor, gain: Tensor) -> Tensor:
    return (latents / gain).round().clamp(-127, 127).to(torch.int8)


def write_folder(
    folder: Path, denoiser: ClosedFormUNet, codec: AutoencoderTiny, encoder: CLIPTextModel, tokenizer: CLIPTokenizer
) -> None:
    """A folder in the layout of StableDiffusionPipeline, in half precision; replaces what is there."""
    part = folder.with_name(folder.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    config = denoiser.config
    with numpy_at_peace():
        scheduler = EulerAncestralDiscreteScheduler(
            num_train_timesteps=config["num_train_timesteps"],
            beta_start=config["beta_start"],
            beta_end=config["beta_end"],
            beta_schedule="linear",
            prediction_type=config["prediction_type"],
            timestep_spacing="trailing",
            steps_offset=1,
        )
    denoiser.half().save_pretrained(part / "unet", max_shard_size=PIECE)
    codec.half().save_pretrained(part / "vae")
    encoder.half().save_pretrained(part / "text_encoder")
    tokenizer.save_pretrained(part / "tokenizer")
    scheduler.save_pretrained(part / "scheduler")
    _forget_unknown(part / "vae" / "config.json")
    _write_json(part / "model_index.json", _INDEX)
    defaults = {"size": [256, 256], "steps": STEPS, "guidance": GUIDANCE, "sampler": SAMPLER}
    about = {"title": "Scenes", "family": "scenes", "about": ABOUT, "examples": EXAMPLES, "defaults": defaults}
    _write_json(part / "sfumato.json", about)
    for path in part.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    shutil.rmtree(folder, ignore_errors=True)
    part.rename(folder)


def _forget_unknown(path: Path) -> None:
    """AutoencoderTiny writes a setting into its config that it warns of when reading it."""
    config = json.loads(path.read_text(encoding="utf-8"))
    config.pop("block_out_channels", None)
    _write_json(path, config)


def _write_json(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
