"""How FLUX.1 is steered: a few blocks beside the network's own look at latents of the picture at every call.

What they find is added after the network's blocks, each of theirs to several of those (as InstantX and Shakker Labs
train them), or in turn (XLabs, which look at the picture itself). Or the network's own layers are changed a little
(Control-LoRA by Black Forest Labs).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from studio.pipelines.control.authors_names import as_diffusers_names
from studio.pipelines.control.controls import Likening
from studio.pipelines.control.files import built, read_weights, shared
from studio.pipelines.control.guides import Call, Extra, Guide, Shown, Sight, of_rows, summed
from studio.pipelines.control.laid_over import Changes, LaidOver, read_control_lora
from studio.pipelines.control.looks import Weights
from studio.pipelines.control.looks_beside_words import TransformerEyes
from studio.pipelines.control.tokens_to_words import REDUX, Redux
from studio.pipelines.tokens import packed
from studio.request.errors import BadInput

if TYPE_CHECKING:
    from studio.pipelines.conditioning import Conditioning

SHOWS: Mapping[str, int] = {"canny": 0, "lineart": 0, "scribble": 0, "tile": 1, "depth": 2, "blur": 3}
"""Preprocessor: which of a union's kinds of picture it makes, in InstantX' order."""


class TransformerSteering:
    """See `controls.Steering`."""

    def sees(self, network: nn.Module) -> Sight:
        changed = isinstance(network, Changes)
        return Sight.LATENTS if changed or not _config(network).conditioning_embedding_channels else Sight.PICTURE

    def readers(self) -> Mapping[str, Callable[..., Any]]:
        return {"controlnet": read_controlnet, "control-lora": read_control_lora}

    def likening(self, denoiser: Any, adapters: Sequence[Weights]) -> Likening:
        tokens = [REDUX in each["image_proj"] for each in adapters]
        if any(tokens) and not all(tokens):
            raise BadInput(
                "Redux and an IP-Adapter look at pictures in ways that do not go together.", "Take one of them out."
            )
        return Redux.of(denoiser, adapters) if all(tokens) else TransformerEyes.of(denoiser, adapters)

    def guide_of(self, shown: Shown) -> Guide:
        """Raises BadInput when the network cannot look at such a picture."""
        network: Any = shown.network
        if isinstance(network, Changes):
            return LaidOver(shown)
        kinds = network.config.num_mode
        shows = SHOWS.get(shown.control.preprocessor)
        if kinds is not None and (shows is None or shows >= kinds):
            raise BadInput(
                f"{shown.control.name} was taught several kinds of picture, and this is none of them.",
                f"Choose one of {', '.join(SHOWS)}.",
            )
        return _Beside(shown, shows if kinds is not None else None)


def read_controlnet(path: Path, name: str, transformer: Any, dtype: torch.dtype) -> nn.Module:
    """In diffusers' names or XLabs'.

    Raises Trouble for damaged files, BadInput when it does not fit the transformer.
    """
    from diffusers.models.controlnets.controlnet_flux import FluxControlNetModel

    weights = as_diffusers_names(read_weights(path, name))
    modes, hint = weights.get("controlnet_mode_embedder.weight"), weights.get("input_hint_block.conv_out.weight")
    config = {
        **shared(FluxControlNetModel, transformer.config),
        "in_channels": transformer.config.out_channels or transformer.config.in_channels,
        "num_layers": _count(weights, "transformer_blocks"),
        "num_single_layers": _count(weights, "single_transformer_blocks"),
        "guidance_embeds": any(each.startswith("time_text_embed.guidance_embedder") for each in weights),
        "num_mode": None if modes is None else modes.shape[0],
        "conditioning_embedding_channels": None if hint is None else hint.shape[0],
        "patch_size": 1 if hint is None else 2,
    }
    if (first := weights.get("x_embedder.weight")) is not None:
        config["in_channels"] = first.shape[1]
    return built(FluxControlNetModel, config, weights, name, dtype)


def _count(weights: Mapping[str, Tensor], blocks: str) -> int:
    found = (re.match(rf"{blocks}\.(\d+)\.", each) for each in weights)
    return 1 + max((int(each[1]) for each in found if each), default=-1)


@dataclass(frozen=True)
class _Beside:
    """shows: which kind of picture it is, for a network that was taught several."""

    shown: Shown
    shows: int | None

    def steer(self, extra: Extra, given: Tensor, timestep: Tensor, inputs: Conditioning, call: Call) -> None:
        """given: tokens of the latents. extra: all that the transformer gets besides them."""
        control, network = self.shown.control, self.shown.network
        if not control.weight or not control.holds(call.number, call.of):
            return
        rows, config = len(given), _config(network)
        picture = of_rows(self.shown.picture, rows)
        guided = config.guidance_embeds
        mode = None if self.shows is None else torch.full((rows, 1), self.shows, device=given.device)
        double, single = network(
            hidden_states=given,
            controlnet_cond=2 * picture - 1 if config.conditioning_embedding_channels else packed(picture),
            controlnet_mode=mode,
            conditioning_scale=control.weight,
            timestep=extra["timestep"],
            guidance=extra["guidance"] if guided else None,
            pooled_projections=extra["pooled_projections"],
            encoder_hidden_states=extra["encoder_hidden_states"],
            txt_ids=extra["txt_ids"],
            img_ids=extra["img_ids"][: given.shape[1]],
            return_dict=False,
        )
        for name, found in (("controlnet_block_samples", double), ("controlnet_single_block_samples", single)):
            if found is not None:
                extra[name] = summed(extra.get(name), found)
        extra["controlnet_blocks_repeat"] = config.conditioning_embedding_channels is not None


def _config(network: Any) -> Any:
    return network.config
