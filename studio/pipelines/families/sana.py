"""Sana (arXiv 2410.10629): Gemma reads the prompt behind an instruction; latents 32 times smaller than the picture."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from studio.pipelines.adapters import Asked, led, stacked, stock_pipeline
from studio.pipelines.conditioning import Conditioning
from studio.pipelines.control.beside import Asking, BesideSteering, Found
from studio.pipelines.control.controls import Steering
from studio.pipelines.control.files import built, read_weights, shared
from studio.pipelines.flow import Flow
from studio.pipelines.readers import StockReader, Vectors
from studio.pipelines.transformers import Transformer, blocks


def read_controlnet(path: Path, name: str, transformer: Any, dtype: torch.dtype) -> nn.Module:
    """Raises Trouble for damaged files, BadInput when it does not fit the transformer."""
    from diffusers.models.controlnets.controlnet_sana import SanaControlNetModel

    weights = read_weights(path, name)
    count = blocks(dict.fromkeys(weights, ()), "transformer_blocks")
    config = {**shared(SanaControlNetModel, transformer.config), "num_layers": count}
    return built(SanaControlNetModel, config, weights, name, dtype)


def _ask(asking: Asking) -> Found:
    return asking.network(
        asking.given,
        controlnet_cond=asking.picture,
        conditioning_scale=asking.weight,
        return_dict=False,
        **{each: value for each, value in asking.extra.items() if each != "controlnet_block_samples"},
    )[0]


class Sana(Transformer):
    """See `adapters.Adapter`."""

    classes = (
        ("diffusers", "SanaTransformer2DModel", "diffusers.models.transformers.sana_transformer"),
        ("diffusers", "AutoencoderDC", "diffusers.models.autoencoders.autoencoder_dc"),
        ("transformers", "Gemma2Model", "transformers.models.gemma2.modeling_gemma2"),
        ("transformers", "Gemma2ForCausalLM", "transformers.models.gemma2.modeling_gemma2"),
        ("transformers", "GemmaTokenizer", "transformers.models.gemma.tokenization_gemma"),
        ("transformers", "GemmaTokenizerFast", "transformers.models.gemma.tokenization_gemma"),
    )
    stock = ("sana.pipeline_sana", "SanaPipeline")
    flow = Flow(patch=1)
    steering: Steering | None = BesideSteering(read=read_controlnet, ask=_ask)

    def readers(self, parts: Mapping[str, Any]) -> tuple[StockReader, ...]:
        """One for the prompt, behind the instruction that the model was taught with, one for the negative prompt."""
        kind = stock_pipeline(self)
        told = inspect.signature(kind.__call__).parameters["complex_human_instruction"].default

        def encode(instruction: list[str] | None) -> Any:
            def read(pipeline: Any, text: str, device: torch.device, picture: Any) -> Vectors:
                hidden, mask, *_ = pipeline.encode_prompt(
                    text,
                    do_classifier_free_guidance=False,
                    device=device,
                    complex_human_instruction=instruction,
                )
                return {"hidden": hidden, "mask": mask}

            return read

        return tuple(StockReader(kind, parts, self.part_names, encode(each)) for each in (told, None))

    def guided(self, denoiser: Any, guidance: float, options: Mapping[str, Any]) -> bool:
        return guidance > 1

    def condition(self, readers: tuple[StockReader, ...], asked: Asked) -> Conditioning:
        found = [readers[0].encoded(asked.prompt)]
        if asked.negative is not None:
            found.insert(0, readers[1].encoded(asked.negative))
        return Conditioning(
            hidden_states=torch.cat([each["hidden"] for each in found]),
            added={"mask": torch.cat([each["mask"] for each in found])},
            guided=asked.negative is not None,
        )

    def predict(
        self, denoiser: Any, inputs: Conditioning, latents: Tensor, timestep: Tensor, guidance: float
    ) -> Tensor:
        given = stacked(latents, inputs)
        extra: dict[str, Any] = {
            "encoder_hidden_states": inputs.hidden_states,
            "encoder_attention_mask": inputs.added["mask"],
            "timestep": timestep.expand(len(given)) * denoiser.config.timestep_scale,
        }
        if inputs.guides is not None:
            extra = inputs.guides.added(extra, given.to(denoiser.dtype), timestep, inputs)
        output: Tensor = denoiser(given.to(denoiser.dtype), return_dict=False, **extra)[0].float()
        if not inputs.guided:
            return output
        without, toward = output.chunk(2)
        return led(toward, without, guidance)


ADAPTER = Sana()
