"""The parts of a diffusers folder, read one by one by classes from a short list of our own.

A stranger's file names classes; it never gets to choose what is imported. Weights are safetensors only, the network
is never asked, and a part that lacks weights is refused instead of running on noise.
"""

from __future__ import annotations

import importlib
import json
import logging
import warnings
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import torch
from safetensors import SafetensorError
from torch import nn

from studio.pipelines.devices import memory_ran_out
from studio.request.errors import Trouble

log = logging.getLogger(__name__)

CLASSES: Mapping[tuple[str, str], str] = {
    ("diffusers", "UNet2DConditionModel"): "diffusers.models.unets.unet_2d_condition",
    ("diffusers", "AutoencoderKL"): "diffusers.models.autoencoders.autoencoder_kl",
    ("diffusers", "AutoencoderTiny"): "diffusers.models.autoencoders.autoencoder_tiny",
    ("transformers", "CLIPTextModel"): "transformers.models.clip.modeling_clip",
    ("transformers", "CLIPTextModelWithProjection"): "transformers.models.clip.modeling_clip",
    ("transformers", "CLIPTokenizer"): "transformers.models.clip.tokenization_clip",
    ("transformers", "CLIPTokenizerFast"): "transformers.models.clip.tokenization_clip",
    ("transformers", "T5EncoderModel"): "transformers.models.t5.modeling_t5",
    ("transformers", "T5Tokenizer"): "transformers.models.t5.tokenization_t5",
    ("transformers", "T5TokenizerFast"): "transformers.models.t5.tokenization_t5",
    ("transformers", "Qwen2Tokenizer"): "transformers.models.qwen2.tokenization_qwen2",
    ("transformers", "Qwen2TokenizerFast"): "transformers.models.qwen2.tokenization_qwen2",
    ("studio.pipelines.closed_form", "ClosedFormUNet"): "studio.pipelines.closed_form",
}
"""What model_index.json may name, and where it is."""

_SAME = {  # what is read instead; fast and slow tokenizers are one class since transformers 5
    "CLIPTokenizerFast": "CLIPTokenizer",
    "T5TokenizerFast": "T5Tokenizer",
    "Qwen2TokenizerFast": "Qwen2Tokenizer",
    "GemmaTokenizerFast": "GemmaTokenizer",
    "Qwen2VLProcessor": "Qwen2VLImageProcessorPil",  # what it reads besides the tokenizer, without torchvision
}
_PICKLED = (".bin", ".ckpt", ".pt", ".pth", ".pkl")


def read_index(folder: Path) -> dict[str, Any]:
    """model_index.json. Raises Trouble when it is missing or damaged."""
    return _read_json(folder / "model_index.json", folder.name)


def class_named(
    index: Mapping[str, Any], part: str, model: str, more: Sequence[tuple[str, str, str]] = ()
) -> type[Any]:
    """The class that a model's index names for a part. Raises Trouble when it names none of the known ones.

    more: library, name and module of known ones besides `CLASSES`.
    """
    known = {**CLASSES, **{(library, name): module for library, name, module in more}}
    entry: object = index.get(part)
    named: list[object] = cast("list[object]", entry) if isinstance(entry, list) else [None, None]
    library, name = (str(each) for each in (*named, None, None)[:2])
    if (library, name) not in known:
        what = f"a {part} of the kind {library}.{name}" if isinstance(entry, list) else f"no {part}"
        raise Trouble(
            f"The model {model} cannot be used: it has {what}, which is not known here.",
            "Choose another model.",
        )
    module = importlib.import_module(known[library, name])
    return cast("type[Any]", getattr(module, _SAME.get(name, name)))


def read_part(kind: type[Any], folder: Path, dtype: torch.dtype) -> Any:
    """A network or tokenizer from its own folder, ready to be used.

    Raises Trouble when its weights are pickled, missing, incomplete or damaged.
    """
    model = folder.parent.name
    with told(f"The {folder.name} of the model {model}"):
        library: Any = kind  # the two libraries' classes share these calls, but no type
        if not issubclass(kind, nn.Module):
            return library.from_pretrained(folder, local_files_only=True)
        network, found = library.from_pretrained(
            folder,
            dtype=dtype,
            variant=_variant(folder, dtype),
            use_safetensors=True,
            local_files_only=True,
            output_loading_info=True,
        )
        return checked(network, f"The {folder.name} of the model {model}", found["missing_keys"])


def checked(network: Any, what: str, missing: Any = ()) -> Any:
    """The network, in evaluation mode, if all its weights are there. Raises Trouble naming how many are not."""
    absent = {*missing, *(name for name, weight in network.named_parameters() if weight.is_meta)}
    if absent:
        raise Trouble(
            f"{what} is incomplete: {len(absent)} of its weights are missing.",
            "Get the file again, or choose another model.",
            details=", ".join(sorted(absent)[:20]),
        )
    return network.eval().requires_grad_(False)


def read_schedule(folder: Path) -> dict[str, Any]:
    """The scheduler's configuration: betas, what the network predicts, how steps are spaced."""
    return _read_json(folder / "scheduler" / "scheduler_config.json", folder.name)


def bytes_on_disk(folder: Path) -> int:
    """Of the weights in a part's folder."""
    return sum(file.stat().st_size for file in folder.glob("*.safetensors"))


def _variant(folder: Path, dtype: torch.dtype) -> str | None:
    """Which of the files to read: half precision when wanted, or when there is nothing else."""
    names = [file.name for file in folder.glob("*.safetensors")]
    if not names and any(file.suffix in _PICKLED for file in folder.iterdir()):
        raise Trouble(
            f"The {folder.name} of the model {folder.parent.name} is a pickle, which can run any program when opened.",
            "Get the model as safetensors.",
        )
    halves = [name for name in names if ".fp16." in name]
    return "fp16" if halves and (dtype is torch.float16 or len(halves) == len(names)) else None


def _read_json(file: Path, model: str) -> dict[str, Any]:
    try:
        value: object = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise Trouble(
            f"The model {model} cannot be used: its {file.name} is missing or damaged.",
            "Get the model again.",
            details=str(error),
        ) from error
    if not isinstance(value, dict):
        raise Trouble(f"The model {model} cannot be used: its {file.name} is damaged.", "Get the model again.")
    return cast("dict[str, Any]", value)


@contextmanager
def told(what: str) -> Generator[None]:
    """Turns the libraries' many errors about files into one sentence; running out of memory passes."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # WORKAROUND: diffusers 0.42.1 warns of its own classes
            yield
    except (OSError, ValueError, RuntimeError, KeyError, TypeError, SafetensorError) as error:
        if isinstance(error, Trouble) or memory_ran_out(error):
            raise
        log.exception("reading %s", what)
        raise Trouble(
            f"{what} cannot be read: its files are missing or damaged.", "Get the model again.", details=repr(error)
        ) from error
