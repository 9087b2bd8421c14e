"""Qwen-Image and Qwen-Image-Edit: Qwen2.5-VL reads the prompt, and for editing sees the picture as well.

Guidance keeps the length of each token's prediction as it is without, so that colours do not burn.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from studio.pipelines.adapters import Asked, Shapes, led, stock_pipeline
from studio.pipelines.codecs import FilmCodec
from studio.pipelines.conditioning import Conditioning
from studio.pipelines.control.beside import Asking, BesideSteering, Found
from studio.pipelines.control.controls import Steering
from studio.pipelines.control.files import built, read_weights, shared
from studio.pipelines.control.guides import only_on_own
from studio.pipelines.flow import Flow
from studio.pipelines.framing import resized
from studio.pipelines.readers import StockReader, Vectors
from studio.pipelines.tokens import packed, unpacked
from studio.pipelines.transformers import Transformer, against_negative, blocks
from studio.request.geometry import Size

PLACE = "<|image_pad|>"  # where a picture stands among words
REFERENCE_AREA = 1024 * 1024  # pixels of a picture that is followed
SEEN_AREA = 384 * 384  # of the same as Edit Plus reads it


def read_controlnet(path: Path, name: str, transformer: Any, dtype: torch.dtype) -> nn.Module:
    """Raises Trouble for damaged files, BadInput when it does not fit the transformer."""
    from diffusers.models.controlnets.controlnet_qwenimage import QwenImageControlNetModel

    weights = read_weights(path, name)
    config = {
        **shared(QwenImageControlNetModel, transformer.config),
        "num_layers": blocks(dict.fromkeys(weights, ()), "transformer_blocks"),
    }
    if (hint := weights.get("controlnet_x_embedder.weight")) is not None:
        config["extra_condition_channels"] = hint.shape[1] - transformer.config.in_channels
    found: Any = built(QwenImageControlNetModel, config, weights, name, dtype)
    found.pos_embed = deepcopy(transformer.pos_embed)  # numbers that are in no file
    return found


def _ask(asking: Asking) -> Found:
    words = ("encoder_hidden_states", "encoder_hidden_states_mask")
    return asking.network(
        hidden_states=asking.given,
        controlnet_cond=packed(asking.picture),
        conditioning_scale=asking.weight,
        timestep=asking.extra["timestep"],
        img_shapes=[shapes[:1] for shapes in asking.extra["img_shapes"]],
        return_dict=False,
        **{each: asking.extra[each] for each in words},
    )


class Qwen(Transformer):
    """processor: the folder of Edit's models that says how pictures are cut for the language model."""

    classes = (
        ("diffusers", "QwenImageTransformer2DModel", "diffusers.models.transformers.transformer_qwenimage"),
        ("diffusers", "AutoencoderKLQwenImage", "diffusers.models.autoencoders.autoencoder_kl_qwenimage"),
        (
            "transformers",
            "Qwen2_5_VLForConditionalGeneration",
            "transformers.models.qwen2_5_vl.modeling_qwen2_5_vl",
        ),
        ("transformers", "Qwen2VLProcessor", "transformers.models.qwen2_vl.image_processing_pil_qwen2_vl"),
    )
    stock = ("qwenimage.pipeline_qwenimage", "QwenImagePipeline")
    edit = ("qwenimage.pipeline_qwenimage_edit", "QwenImageEditPipeline")
    edit_plus = ("qwenimage.pipeline_qwenimage_edit_plus", "QwenImageEditPlusPipeline")
    optional = ("processor",)
    codec = FilmCodec()
    flow = Flow()
    steering: Steering | None = BesideSteering(read=read_controlnet, ask=_ask)

    def layout(self, shapes: Shapes) -> dict[str, Any]:
        """Some are published with layers taken out."""
        return {"num_layers": blocks(shapes, "transformer_blocks")}

    def readers(self, parts: Mapping[str, Any]) -> tuple[StockReader, ...]:
        plain = StockReader(stock_pipeline(self), parts, self.part_names, _encode)
        if "processor" not in parts:
            return (plain,)
        seeing = {**parts, "processor": Sight(parts["processor"], parts["tokenizer"])}
        names = (*self.part_names, "processor")
        return (
            plain,
            StockReader(stock_pipeline(self, self.edit), seeing, names, _encode),
            StockReader(stock_pipeline(self, self.edit_plus), seeing, names, _encode_several),
        )

    def guided(self, denoiser: Any, guidance: float, options: Mapping[str, Any]) -> bool:
        return guidance > 1

    def reference_size(self, canvas: Size) -> Size:
        """About a megapixel of the same shape, sides divisible by 32."""
        return _shaped(REFERENCE_AREA, canvas)

    def condition(self, readers: tuple[StockReader, ...], asked: Asked) -> Conditioning:
        plus = "edit-plus" in asked.options.get("traits", ())
        area = SEEN_AREA if plus else REFERENCE_AREA
        pictures = [resized(each, _shaped(area, Size(each.shape[1], each.shape[0]))) for each in asked.pictures]
        seeing = readers[-1 if plus else min(1, len(readers) - 1)]

        def condition(text: str) -> Conditioning:
            found = seeing.encoded(text, pictures) if pictures else readers[0].encoded(text)
            mask = {"mask": found["mask"]} if "mask" in found else {}
            return Conditioning(hidden_states=found["hidden"], added=mask, guided=False)

        return against_negative(asked, condition)

    def predict(
        self, denoiser: Any, inputs: Conditioning, latents: Tensor, timestep: Tensor, guidance: float
    ) -> Tensor:
        tokens, shapes = packed(latents), [_shape(latents)]
        given = tokens
        for reference in inputs.references:
            given = torch.cat((given, packed(reference)), dim=1)
            shapes.append(_shape(reference))
        scale = torch.full((len(latents),), guidance, device=latents.device, dtype=torch.float32)

        extra: dict[str, Any] = {
            "timestep": timestep.expand(len(latents)).to(latents.dtype) / 1000,
            "guidance": scale if denoiser.config.guidance_embeds else None,
            "img_shapes": [shapes] * len(latents),
            **_words(inputs),
        }
        if inputs.guides is not None:
            extra = inputs.guides.added(extra, tokens.to(denoiser.dtype), timestep, inputs)
            only_on_own(extra, given.shape[1])

        def called(conditioning: Conditioning) -> Tensor:
            words = {**extra, **_words(conditioning)}
            output = denoiser(hidden_states=given.to(denoiser.dtype), return_dict=False, **words)[0]
            return output[:, : tokens.shape[1]]

        toward = called(inputs)
        if inputs.against is not None:
            both = led(toward, called(inputs.against), guidance)
            toward = both * (_length(toward) / _length(both))
        return unpacked(toward, latents)


def _words(conditioning: Conditioning) -> dict[str, Any]:
    return {
        "encoder_hidden_states": conditioning.hidden_states,
        "encoder_hidden_states_mask": conditioning.added.get("mask"),
    }


def _shaped(area: int, canvas: Size) -> Size:
    width = math.sqrt(area * canvas.ratio)
    return Size(round(width / 32) * 32, round(width / canvas.ratio / 32) * 32)


def _length(tokens: Tensor) -> Tensor:
    return tokens.square().sum(-1, keepdim=True).sqrt()


def _shape(latents: Tensor) -> tuple[int, int, int]:
    return 1, latents.shape[-2] // 2, latents.shape[-1] // 2


def _encode(pipeline: Any, text: str, device: torch.device, pictures: Any) -> Vectors:
    return _read(pipeline, text, device, pictures[0] if pictures else None)


def _encode_several(pipeline: Any, text: str, device: torch.device, pictures: Any) -> Vectors:
    return _read(pipeline, text, device, pictures or None)


def _read(pipeline: Any, text: str, device: torch.device, shown: Any) -> Vectors:
    shown = {} if shown is None else {"image": shown}
    hidden, mask = pipeline.encode_prompt(text, device=device, **shown)
    return {"hidden": hidden} if mask is None else {"hidden": hidden, "mask": mask}


def _spread(text: str, counts: Sequence[int]) -> str:
    """With so many places for each picture."""
    first, *others = text.split(PLACE)
    return first + "".join(PLACE * count + other for count, other in zip(counts, others, strict=True))


class Sight:
    """What transformers' Qwen2VLProcessor does with words and pictures. Its films would need torchvision."""

    def __init__(self, pictures: Any, tokenizer: Any) -> None:
        self.pictures, self.tokenizer = pictures, tokenizer

    def __call__(self, text: list[str], images: Any = None, padding: bool = True, return_tensors: str = "pt") -> Any:
        """Token numbers, with as many places for each picture as it has patches, and their patches."""
        from transformers.feature_extraction_utils import BatchFeature

        seen: dict[str, Any] = {}
        if images is not None:
            seen = dict(self.pictures(images=images, return_tensors=return_tensors))
            counts = [int(each.prod()) // self.pictures.merge_size**2 for each in seen["image_grid_thw"]]
            text = [_spread(each, counts) for each in text]
        read = self.tokenizer(text, padding=padding, return_tensors=return_tensors)
        return BatchFeature({**read, **seen})


ADAPTER = Qwen()
