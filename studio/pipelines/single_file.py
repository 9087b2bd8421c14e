"""A whole model in one .safetensors file, in the names of its original code (Stable Diffusion 1.5, XL).

Configurations and the CLIP vocabulary are ours (`resources/configs`), so nothing is asked of the network.
"""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# diffusers' converters have no types

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from studio.library.resources import resource
from studio.pipelines.parts import checked, class_named, read_index, read_schedule, told
from studio.request.errors import Trouble
from studio.request.family import Family

VOCABULARY = 49_408  # tokens: 256 bytes, the same ending a word, merges, start and end


class SingleFile:
    """One file, open while its parts are taken out of it.

    Raises Trouble when the studio has no configuration for the family, or the file is damaged.
    """

    def __init__(self, path: Path, family: Family) -> None:
        from safetensors.torch import load_file

        self._name = path.stem
        self._configs = resource("configs", family.id)
        if not self._configs.is_dir():
            raise Trouble(
                f"Models of the family {family.title} cannot be used as single files.",
                "Use the model as a diffusers folder.",
                details=f"missing: {self._configs}",
            )
        self.index = read_index(self._configs)
        with told(f"The model {self._name}"):
            self._weights: dict[str, torch.Tensor] = load_file(path)  # mapped, not read

    def part(self, name: str, dtype: torch.dtype) -> Any:
        """The network or tokenizer that a diffusers folder would have under `name`."""
        if name.startswith("tokenizer"):
            return clip_tokenizer(pad="!" if name == "tokenizer_2" else "<|endoftext|>")
        kind = class_named(self.index, name, self._name)
        what = f"The {name} in the model {self._name}"
        with told(what):
            take: Callable[..., Any] = self._text_encoder if name.startswith("text_encoder") else self._network
            return checked(take(kind, name, dtype), what)

    def schedule(self) -> dict[str, Any]:
        """The family's scheduler configuration, with what the file itself says about its training."""
        schedule = read_schedule(self._configs)
        if "v_pred" in self._weights:
            schedule["prediction_type"] = "v_prediction"
        if "ztsnr" in self._weights:  # trained down to zero signal, arXiv 2305.08891
            schedule |= {"rescale_betas_zero_snr": True, "timestep_spacing": "trailing"}
        return schedule

    def _network(self, kind: Any, name: str, dtype: torch.dtype) -> Any:
        """Its configuration is the family's, but for how many channels a network gets that was made for inpainting."""
        first = self._weights.get("model.diffusion_model.input_blocks.0.0.weight")
        own = {"in_channels": first.shape[1]} if name == "unet" and first is not None else {}
        return kind.from_single_file(
            dict(self._weights), config=str(self._configs), subfolder=name, local_files_only=True, dtype=dtype, **own
        )

    def _text_encoder(self, kind: Any, name: str, dtype: torch.dtype) -> Any:
        from diffusers.loaders import single_file_utils

        convert: Any = single_file_utils.create_diffusers_clip_model_from_ldm
        return convert(
            kind, self._weights, subfolder=name, config=str(self._configs), torch_dtype=dtype, local_files_only=True
        )


def clip_tokenizer(pad: str) -> Any:
    """CLIP's own tokenizer, from the merges alone: the vocabulary follows from them (github.com/openai/CLIP).

    pad: the token that fills up short prompts. Raises Trouble when the merges are missing.
    """
    from transformers.models.clip.tokenization_clip import CLIPTokenizer

    file = resource("configs", "clip", "merges.txt")
    if not file.is_file():
        raise Trouble(
            "Single files cannot be used: the vocabulary of CLIP (configs/clip/merges.txt) is missing.",
            "Install the studio again, or use the model as a diffusers folder.",
        )
    merges = file.read_text(encoding="utf-8").splitlines()[1:]
    letters = byte_letters()
    words = [*letters, *(f"{letter}</w>" for letter in letters), *(merge.replace(" ", "") for merge in merges)]
    vocabulary = {word: number for number, word in enumerate([*words, "<|startoftext|>", "<|endoftext|>"])}
    return CLIPTokenizer(
        vocab=vocabulary,
        merges=[tuple(merge.split()) for merge in merges],  # pyright: ignore[reportArgumentType] - pairs are wanted
        pad_token=pad,
        model_max_length=77,
    )


def byte_letters() -> list[str]:
    """A visible letter for each byte, as in GPT-2: visible ones stand for themselves, the rest follow from 256 on."""
    visible = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    hidden = [byte for byte in range(256) if byte not in visible]
    return [chr(byte) for byte in visible] + [chr(256 + number) for number in range(len(hidden))]
