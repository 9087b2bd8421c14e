"""Z-Image: Qwen3 reads the prompt; each picture is a list entry of its own; what is predicted has the other sign."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from studio.pipelines.adapters import Asked, Shapes, stock_pipeline
from studio.pipelines.conditioning import Conditioning
from studio.pipelines.control.beside import Asking, BesideSteering, Found
from studio.pipelines.control.controls import Steering
from studio.pipelines.control.files import beside, built, read_weights, refuse_unless, shared
from studio.pipelines.flow import Flow
from studio.pipelines.readers import StockReader, Vectors
from studio.pipelines.transformers import Transformer, against_negative, blocks

_SHARED = (  # with the transformer: the control network begins as that does
    "t_scale",
    "t_embedder",
    "all_x_embedder",
    "cap_embedder",
    "rope_embedder",
    "noise_refiner",
    "context_refiner",
    "x_pad_token",
    "cap_pad_token",
)


def read_controlnet(path: Path, name: str, transformer: Any, dtype: torch.dtype) -> nn.Module:
    """Its three published makes: with refining blocks of their own, without, and with control blocks that refine.

    Raises Trouble for damaged files, BadInput when it does not fit the transformer.
    """
    from diffusers.models.controlnets.controlnet_z_image import ZImageControlNetModel

    weights = read_weights(path, name)
    count = blocks(dict.fromkeys(weights, ()), "control_layers")
    first = weights.get("control_all_x_embedder.2-1.weight")
    refuse_unless(first is not None and 0 < count <= transformer.config.n_layers, name)
    assert first is not None
    taken = first.shape[1] // 4
    refines = weights.get("control_noise_refiner.0.before_proj.weight")
    own = refines is not None and bool(refines.any())
    by = "control_noise_refiner" if own else "control_layers" if taken > transformer.config.in_channels else None
    config = {
        **shared(ZImageControlNetModel, transformer.config),
        "control_layers_places": list(range(0, transformer.config.n_layers, transformer.config.n_layers // count)),
        "control_refiner_layers_places": list(range(transformer.config.n_refiner_layers)),
        "control_in_dim": taken,
        "add_control_noise_refiner": by,
    }
    config |= beside(path, ZImageControlNetModel)
    if config["add_control_noise_refiner"] == "control_layers":
        weights = {each: value for each, value in weights.items() if not each.startswith("control_noise_refiner.")}
    found: Any = built(ZImageControlNetModel, config, weights, name, dtype)
    for each in _SHARED:  # past torch, which would take them for parts of this one and carry them along
        found.__dict__[each] = getattr(transformer, each)
    return found


def _ask(asking: Asking) -> Found:
    picture, taken = asking.picture.unsqueeze(2), asking.network.config.control_in_dim
    nothing = picture.new_zeros(len(picture), taken - picture.shape[1], *picture.shape[2:])  # nor hole nor its picture
    return asking.network(
        list(asking.given),
        asking.extra["t"],
        asking.extra["cap_feats"],
        list(torch.cat([picture, nothing], dim=1)),
        conditioning_scale=asking.weight,
    )


class ZImage(Transformer):
    """See `adapters.Adapter`."""

    classes = (
        ("diffusers", "ZImageTransformer2DModel", "diffusers.models.transformers.transformer_z_image"),
        ("transformers", "Qwen3Model", "transformers.models.qwen3.modeling_qwen3"),
        ("transformers", "Qwen3ForCausalLM", "transformers.models.qwen3.modeling_qwen3"),
    )
    stock = ("z_image.pipeline_z_image", "ZImagePipeline")
    flow = Flow()
    steering: Steering | None = BesideSteering(read=read_controlnet, ask=_ask)

    def layout(self, shapes: Shapes) -> dict[str, Any]:
        """Some are published with layers taken out."""
        return {"n_layers": blocks(shapes, "layers")}

    def readers(self, parts: Mapping[str, Any]) -> tuple[StockReader, ...]:
        return (StockReader(stock_pipeline(self), parts, self.part_names, _encode),)

    def guided(self, denoiser: Any, guidance: float, options: Mapping[str, Any]) -> bool:
        return guidance > 1

    def condition(self, readers: tuple[StockReader, ...], asked: Asked) -> Conditioning:
        def condition(text: str) -> Conditioning:
            return Conditioning(hidden_states=readers[0].encoded(text)["hidden"], guided=False)

        return against_negative(asked, condition)

    def predict(
        self, denoiser: Any, inputs: Conditioning, latents: Tensor, timestep: Tensor, guidance: float
    ) -> Tensor:
        words = [*inputs.hidden_states, *(inputs.against.hidden_states if inputs.against is not None else ())]
        rounds = len(words) // len(latents)
        given = latents.to(denoiser.dtype).repeat(rounds, 1, 1, 1).unsqueeze(2)
        extra: dict[str, Any] = {
            "t": ((1000 - timestep.expand(len(latents))) / 1000).repeat(rounds),
            "cap_feats": words,
        }
        if inputs.guides is not None:
            extra = inputs.guides.added(extra, given, timestep, inputs)
        found = [each.float() for each in denoiser(list(given), return_dict=False, **extra)[0]]
        toward = torch.stack(found[: len(latents)])
        if inputs.against is not None:
            toward = toward + guidance * (toward - torch.stack(found[len(latents) :]))
        return -toward.squeeze(2)


def _encode(pipeline: Any, text: str, device: torch.device, picture: Any) -> Vectors:
    positive, _ = pipeline.encode_prompt(text, device=device, do_classifier_free_guidance=False)
    return {"hidden": positive[0][None]}


ADAPTER = ZImage()
