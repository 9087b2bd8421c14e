"""FLUX.1, also Fill, Control and Kontext: two by two latents are a token; the network is told the guidance scale.

Fill gets the picture without what the mask makes anew, and the mask, as further channels; Control a picture to follow
place by place (lines, depth), too; Kontext gets a picture to look at as further tokens.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from studio.pipelines.adapters import Asked, Shapes, stock_pipeline
from studio.pipelines.conditioning import Conditioning
from studio.pipelines.control.controls import Steering
from studio.pipelines.control.guides import only_on_own
from studio.pipelines.control.transformers import TransformerSteering
from studio.pipelines.flow import Flow
from studio.pipelines.readers import StockReader, Vectors
from studio.pipelines.tokens import packed, places, unpacked
from studio.pipelines.transformers import Transformer, shape_of, two_streams, within
from studio.request.geometry import Size

LONGEST = 512  # tokens of a prompt
LONGEST_SCHNELL = 256
REFERENCE_AREA = 1024 * 1024  # the most pixels of a picture that is looked at; its sides are divisible by SIDES
SIDES = 16


class Flux(Transformer):
    """See `adapters.Adapter`."""

    words = (("tokenizer", "text_encoder"), ("tokenizer_2", "text_encoder_2"))
    classes = (("diffusers", "FluxTransformer2DModel", "diffusers.models.transformers.transformer_flux"),)
    stock = ("flux.pipeline_flux", "FluxPipeline")
    flow = Flow()
    steering: Steering | None = TransformerSteering()

    def layout(self, shapes: Shapes) -> dict[str, Any]:
        """Fill takes more channels than it gives; schnell was not taught the guidance scale."""
        found = two_streams(shapes)
        if taken := shape_of(shapes, "img_in.weight", "x_embedder.weight"):
            found["in_channels"] = taken[1]
        if given := shape_of(shapes, "final_layer.linear.weight", "proj_out.weight"):
            found["out_channels"] = given[0]
        taught = ("guidance_in.in_layer.weight", "time_text_embed.guidance_embedder.linear_1.weight")
        return {**found, "guidance_embeds": shape_of(shapes, *taught) is not None}

    def readers(self, parts: Mapping[str, Any]) -> tuple[StockReader, ...]:
        longest = LONGEST if parts[self.network].config.guidance_embeds else LONGEST_SCHNELL

        def encode(pipeline: Any, text: str, device: torch.device, picture: Any) -> Vectors:
            hidden, pooled, _ = pipeline.encode_prompt(text, device=device, max_sequence_length=longest)
            return {"hidden": hidden, "pooled": pooled}

        return (StockReader(stock_pipeline(self), parts, self.part_names, encode),)

    def fills_holes(self, denoiser: Any) -> bool:
        """Its input holds the picture and an eight by eight mask for each latent, besides the latents."""
        taken, given = int(denoiser.config.in_channels), denoiser.config.out_channels
        return given is not None and taken > 2 * int(given)

    def reference_size(self, canvas: Size) -> Size:
        return within(canvas, REFERENCE_AREA, SIDES)

    def condition(self, readers: tuple[StockReader, ...], asked: Asked) -> Conditioning:
        found = readers[0].encoded(asked.prompt)
        return Conditioning(hidden_states=found["hidden"], added={"pooled": found["pooled"]}, guided=False)

    def predict(
        self, denoiser: Any, inputs: Conditioning, latents: Tensor, timestep: Tensor, guidance: float
    ) -> Tensor:
        dtype = denoiser.dtype
        tokens, ids = packed(latents), places(latents)
        given, shown = tokens, inputs.shown
        if "filled" in shown:
            hole = functional.pixel_unshuffle(shown["hole"], shown["hole"].shape[-1] // latents.shape[-1])
            given = torch.cat((tokens, packed(shown["filled"]), packed(hole)), dim=2)
        if "followed" in shown:
            given = torch.cat((tokens, packed(shown["followed"])), dim=2)
        for reference, (down, right) in zip(inputs.references, side_by_side(inputs.references), strict=True):
            given = torch.cat((given, packed(reference)), dim=1)
            ids = torch.cat((ids, places(reference, 1) + ids.new_tensor([0, down, right])))
        scale = torch.full((len(latents),), guidance, device=latents.device, dtype=torch.float32)
        extra: dict[str, Any] = {
            "timestep": timestep.expand(len(latents)).to(latents.dtype) / 1000,
            "guidance": scale,
            "pooled_projections": inputs.added["pooled"],
            "encoder_hidden_states": inputs.hidden_states,
            "txt_ids": torch.zeros(inputs.hidden_states.shape[1], 3, device=latents.device, dtype=dtype),
            "img_ids": ids.to(dtype),
        }
        if inputs.guides is not None:
            extra = inputs.guides.added(extra, tokens.to(dtype), timestep, inputs)
            only_on_own(extra, given.shape[1])
        if not denoiser.config.guidance_embeds:
            extra["guidance"] = None
        output = denoiser(hidden_states=given.to(dtype), return_dict=False, **extra)[0]
        return unpacked(output[:, : tokens.shape[1]], latents)


def side_by_side(pictures: Sequence[Tensor]) -> list[tuple[int, int]]:
    """Where each stands, in tokens down and right, so that none lies on another: as one sheet, which grows as little as
    may be, to the right or below.
    """
    found: list[tuple[int, int]] = []
    high = wide = 0
    for picture in pictures:
        down, right = (each // 2 for each in picture.shape[-2:])
        at = (0, wide) if down + high > right + wide else (high, 0)
        found.append(at)
        high, wide = max(high, at[0] + down), max(wide, at[1] + right)
    return found


ADAPTER = Flux()
