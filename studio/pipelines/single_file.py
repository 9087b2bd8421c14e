"""A model that is no diffusers folder: a whole one in one file, or its denoiser in one and other parts beside it.

Names of tensors are those of the authors' code or of diffusers. Configurations and vocabularies are ours
(`resources/configs`), so nothing is asked of the network; what differs between the models of a family is read off the
shapes in their headers.
"""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# diffusers' converters have no types

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from studio.library.recognition.verdict import needed
from studio.library.resources import resource
from studio.library.signs import BY_FAMILY
from studio.library.signs.sign import Part
from studio.pipelines.adapters import Adapter
from studio.pipelines.eight_bits import in_eight_bits, read_small
from studio.pipelines.encoders import read_encoder
from studio.pipelines.parts import checked, class_named, read_index, read_part, read_schedule, told
from studio.pipelines.vocabularies import tokenizer_for
from studio.pipelines.weights import Weights, assembled, bare, under, unpack_small, unscaled, weights_in
from studio.request.errors import Trouble
from studio.request.family import Family, Model


class SingleFile:
    """The files of one model, open while its parts are taken out of them.

    Raises Trouble when the studio has no configuration for the family, or a file is damaged.
    """

    def __init__(self, model: Model, adapter: Adapter) -> None:
        self._name = model.path.stem
        self._adapter = adapter
        self._family = model.family.id
        self._layout = dict(model.family.layout)
        self._configs = configs_of(model.family)
        self.index = read_index(self._configs)
        self._files = dict(model.parts)
        signs = BY_FAMILY.get(self._family)
        self._wanted: dict[str, Part] = {part.role: part for part in signs.parts_of(model.traits)} if signs else {}
        self._gguf = model.path.suffix.lower() == ".gguf"
        with told(f"The model {self._name}"):
            self._weights = weights_in(model.path)

    def part(self, name: str, dtype: torch.dtype) -> Any:
        """The network or tokenizer that a diffusers folder would have under `name`."""
        if name.startswith("tokenizer"):
            return tokenizer_for(str(self.index[name][1]), name)
        kind = class_named(self.index, name, self._name, self._adapter.classes)
        if not issubclass(kind, torch.nn.Module):
            return read_part(kind, self._configs / name, dtype)
        what = f"The {name} in the model {self._name}"
        if name in self._files:
            what = f"The file {self._files[name].name}"
        with told(what):
            if name == self._adapter.network:
                return checked(self._denoiser(kind, dtype), what)
            if name == "vae":
                return checked(read_codec(self._adapter, kind, self._configs, self._of(name), dtype), what)
            network, missing = self._text_encoder(kind, name, dtype)
            return checked(network, what, missing)

    def schedule(self) -> dict[str, Any]:
        """The family's scheduler configuration, with what the file itself says about its training."""
        schedule = read_schedule(self._configs)
        if "v_pred" in self._weights:
            schedule["prediction_type"] = "v_prediction"
        if "ztsnr" in self._weights:  # trained down to zero signal, arXiv 2305.08891
            schedule |= {"rescale_betas_zero_snr": True, "timestep_spacing": "trailing"}
        return schedule

    def _denoiser(self, kind: Any, dtype: torch.dtype) -> Any:
        """Its configuration is the family's, but for what its tensors show."""
        weights = unscaled(bare(self._weights), dtype)
        shapes = {name: tuple(getattr(weight, "quant_shape", weight.shape)) for name, weight in weights.items()}
        layout = {**self._adapter.layout(shapes), **self._layout}
        if in_eight_bits(weights) and not torch.backends.mps.is_available():  # Apple's devices know no eight bits
            config = {**read_config(self._configs / self._adapter.network), **layout}
            return read_small(kind, config, self._adapter.as_published(weights), dtype)
        more: dict[str, Any] = {}
        if self._gguf:
            from diffusers.quantizers.quantization_config import GGUFQuantizationConfig

            more["quantization_config"] = GGUFQuantizationConfig(compute_dtype=dtype)
        network = kind.from_single_file(
            self._adapter.as_published(weights),
            config=str(self._configs),
            subfolder=self._adapter.network,
            local_files_only=True,
            dtype=dtype,
            **layout,
            **more,
        )
        if self._gguf:
            unpack_small(network, dtype)
        return network

    def _text_encoder(self, kind: Any, name: str, dtype: torch.dtype) -> tuple[Any, set[str]]:
        if name in self._files or any(each.startswith("text_encoders.") for each in self._weights):
            config = read_config(self._configs / name)
            return read_encoder(kind, config, self._of(name), dtype)
        from diffusers.loaders import single_file_utils

        self._of(name)  # it is there
        convert: Any = single_file_utils.create_diffusers_clip_model_from_ldm
        configs = str(self._configs)
        return (
            convert(kind, self._weights, subfolder=name, config=configs, torch_dtype=dtype, local_files_only=True),
            set(),
        )

    def _of(self, role: str) -> Weights:
        """The tensors of a part. Raises Trouble, saying where it is to be had, when no file holds it."""
        if role in self._files:
            return weights_in(self._files[role])
        wanted = self._wanted.get(role)
        found = under(self._weights, wanted.inside) if wanted is not None else {}
        if found or wanted is None:
            return found
        raise Trouble(
            f"The model {self._name} is not complete: {wanted.title} is missing.",
            f"Add {needed(wanted)} to your models.",
        )


def configs_of(family: Family) -> Path:
    """Our configurations of a family's parts. Raises Trouble when there are none."""
    folder = resource("configs", family.id)
    if not folder.is_dir():
        raise Trouble(
            f"Models of the family {family.title} cannot be used as single files.",
            "Use the model as a diffusers folder.",
            details=f"missing: {folder}",
        )
    return folder


def read_config(folder: Path) -> dict[str, Any]:
    """config.json of a part."""
    import json

    return dict(json.loads((folder / "config.json").read_text(encoding="utf-8")))


def read_codec(adapter: Adapter, kind: Any, configs: Path, weights: Weights, dtype: torch.dtype) -> Any:
    """A picture codec from its tensors, named as its authors or as diffusers name them."""
    config = read_config(configs / "vae")
    bare_ = under(weights, ("first_stage_model.", "vae.")) or weights
    return assembled(kind, config, adapter.codec.renamed(unscaled(bare_, dtype), config), dtype)
