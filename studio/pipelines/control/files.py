"""Networks that look at a picture, read from single files in any of their published namings.

Their layout follows from the model they go with and from the shapes of their own weights; a config.json beside them
may say more. Nothing is asked of the network.
"""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# diffusers' converters have no types

from __future__ import annotations

import inspect
import json
import re
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from studio.pipelines.parts import checked, told
from studio.request.errors import BadInput

Weights = dict[str, Tensor]
SHUFFLES = {64: (1, 8), 192: (3, 8), 256: (1, 16), 768: (3, 16)}  # inputs of a T2I-Adapter: picture channels, scale


def read_controlnet(path: Path, name: str, unet: Any, dtype: torch.dtype) -> nn.Module:
    """A ControlNet, or one for several kinds of picture (union), for a UNet.

    Raises Trouble for damaged files, BadInput when it does not fit the UNet.
    """
    from diffusers.loaders import single_file_utils
    from diffusers.models.controlnets.controlnet import ControlNetModel
    from diffusers.models.controlnets.controlnet_union import ControlNetUnionModel

    weights = read_weights(path, name)
    union = "control_add_embedding.linear_1.weight" in weights
    kind: Any = ControlNetUnionModel if union else ControlNetModel
    config = shared(kind, unet.config)
    if "time_embedding.linear_1.weight" not in weights:
        convert: Any = single_file_utils.convert_controlnet_checkpoint
        weights = {**_labels(weights), **convert(weights, config)}
    weights = {each: value for each, value in weights.items() if value is not None}
    config |= _shapes(weights, union) | beside(path, kind)
    return built(kind, config, weights, name, dtype)


def read_control_lora(path: Path, name: str, unet: Any, dtype: torch.dtype) -> nn.Module:
    """A ControlNet as the UNet's own copy with small changes (Control-LoRA by Stability AI): where the file has a pair
    up and down, their product is added to the UNet's weight; what it has whole replaces it.
    """
    from diffusers.loaders import single_file_utils
    from diffusers.models.controlnets.controlnet import ControlNetModel

    kept = {each: value for each, value in read_weights(path, name).items() if value.ndim}
    whole = {each: value for each, value in kept.items() if not each.endswith((".up", ".down"))}
    changes: Weights = {}
    for each in (each.removesuffix(".up") for each in kept if each.endswith(".up")):
        up, down = kept[f"{each}.up"].float(), kept[f"{each}.down"].float()
        shape = (up.shape[0], *down.shape[1:])
        changes[f"{each}.weight"] = (up.flatten(1) @ down.flatten(1)).reshape(shape)
    added = {id(value) for value in changes.values()}
    kind: Any = ControlNetModel
    config = shared(kind, unet.config)
    convert: Any = single_file_utils.convert_controlnet_checkpoint
    original = {**whole, **changes}
    found: dict[str, Tensor | None] = {**_labels(original), **convert(original, config)}
    own = {re.sub(r"\.base_layer\b", "", each): value for each, value in unet.state_dict().items()}
    weights = {each: value for each, value in own.items() if not each.startswith("up_blocks.") and "lora_" not in each}
    for each, value in found.items():
        if value is None:
            continue
        if id(value) in added:
            refuse_unless(each in own and own[each].numel() == value.numel(), name)
            value = own[each].float().cpu() + value.reshape(own[each].shape)
        weights[each] = value
    return built(kind, config | _shapes(weights, union=False), weights, name, dtype, more=True)


def read_t2i_adapter(path: Path, name: str, unet: Any, dtype: torch.dtype) -> nn.Module:
    """A T2I-Adapter, full, light or for SDXL, in diffusers' names or in those of its original code.

    Whether it fits the UNet shows in its own widths.
    """
    from diffusers.models.adapter import T2IAdapter

    weights = read_weights(path, name)
    if not any(each.startswith("adapter.") for each in weights):
        weights = {_adapters_name(each, weights): value for each, value in weights.items()}
    widths: list[int] = list(unet.config.block_out_channels)
    refuse_unless(_adapter_shape(weights, name)["channels"][0] == widths[0], name)
    return built(T2IAdapter, _adapter_shape(weights, name) | beside(path, T2IAdapter), weights, name, dtype)


def _adapters_name(name: str, weights: Mapping[str, Tensor]) -> str:
    """diffusers' name of a tensor: the original code has two residual blocks a level, one after the other."""
    if found := re.fullmatch(r"body\.(\d+)\.body\.(\d+)\.(.+)", name):  # the light kind
        return f"adapter.body.{found[1]}.resnets.{found[2]}.{found[3]}"
    if any(".body." in each for each in weights):
        return f"adapter.{name}"
    if found := re.fullmatch(r"body\.(\d+)\.in_conv\.(.+)", name):
        return f"adapter.body.{int(found[1]) // 2}.in_conv.{found[2]}"
    if found := re.fullmatch(r"body\.(\d+)\.(.+)", name):
        number = int(found[1])
        return f"adapter.body.{number // 2}.resnets.{number % 2}.{found[2]}"
    return f"adapter.{name}"


def _adapter_shape(weights: Mapping[str, Tensor], name: str) -> dict[str, Any]:
    levels = 1 + max((int(each.split(".")[2]) for each in weights if each.startswith("adapter.body.")), default=-1)
    light = "adapter.conv_in.weight" not in weights
    first = weights.get("adapter.body.0.in_conv.weight" if light else "adapter.conv_in.weight")
    refuse_unless(first is not None and levels > 0 and first.shape[1] in SHUFFLES, name)
    assert first is not None
    channels, scale = SHUFFLES[first.shape[1]]
    end = "out_conv.weight" if light else "resnets.0.block1.weight"
    widths = [weights[f"adapter.body.{level}.{end}"].shape[0] for level in range(levels)]
    widths = widths[:-1] if light else widths  # its last level has the width of the one before
    blocks = 1 + max(int(found[1]) for each in weights if (found := re.search(r"\.resnets\.(\d+)\.", each)))
    kind = "light_adapter" if light else "full_adapter" if scale == 8 else "full_adapter_xl"
    return {
        "in_channels": channels,
        "channels": widths,
        "num_res_blocks": blocks,
        "downscale_factor": scale,
        "adapter_type": kind,
    }


def read_weights(path: Path, name: str) -> Weights:
    """All tensors of a file. Raises Trouble when it is damaged."""
    with told(f"The control {name}"):
        return load_file(path)


def _labels(weights: Mapping[str, Tensor]) -> Weights:
    """SDXL's embedding of sizes, which diffusers' converter of ControlNets passes by."""
    plain = {each.removeprefix("control_model."): value for each, value in weights.items()}
    names = {"label_emb.0.0.": "add_embedding.linear_1.", "label_emb.0.2.": "add_embedding.linear_2."}
    return {
        new + end: plain[old + end] for old, new in names.items() for end in ("weight", "bias") if old + end in plain
    }


def shared(kind: Any, config: Mapping[str, Any]) -> dict[str, Any]:
    """What a class takes of a model's configuration."""
    wanted = inspect.signature(kind.__init__).parameters
    return {name: value for name, value in config.items() if name in wanted and not name.startswith("encoder_hid")}


def _shapes(weights: Mapping[str, Tensor], union: bool) -> dict[str, Any]:
    """What the weights themselves say."""
    found: dict[str, Any] = {}
    if (first := weights.get("conv_in.weight")) is not None:
        found["in_channels"] = first.shape[1]
    if (first := weights.get("controlnet_cond_embedding.conv_in.weight")) is not None:
        found["conditioning_channels"] = first.shape[1]
        blocks = sorted(
            (int(each.split(".")[2]), value.shape[1])
            for each, value in weights.items()
            if re.fullmatch(r"controlnet_cond_embedding\.blocks\.\d+\.weight", each)
        )
        last = weights["controlnet_cond_embedding.conv_out.weight"].shape[1]
        found["conditioning_embedding_out_channels"] = (*(width for at, width in blocks if at % 2 == 0), last)
    if union:
        found["num_control_type"] = weights["task_embedding"].shape[0]
        found["num_trans_channel"] = weights["task_embedding"].shape[1]
        found["num_proj_channel"] = weights["spatial_ch_projs.weight"].shape[1]
    return found


def beside(path: Path, kind: Any) -> dict[str, Any]:
    """What a config.json beside the file says of the class; nothing where that is of another."""
    file = path.parent / "config.json"
    try:
        value: object = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    except (OSError, ValueError):
        return {}
    config = cast("dict[str, Any]", value) if isinstance(value, dict) else {}
    said = str(config.get("_class_name", ""))
    same = said == kind.__name__ or (said.startswith("ControlNet") and kind.__name__.startswith("ControlNet"))
    return {**shared(kind, config)} if same else {}


def built(
    kind: Any, config: Mapping[str, Any], weights: Weights, name: str, dtype: torch.dtype, *, more: bool = False
) -> nn.Module:
    """A network of these weights, all of them there. more: they may hold some that it has not.

    Raises Trouble when some are missing, BadInput when they are of other shapes than the configuration says.
    """
    with told(f"The control {name}"), warnings.catch_warnings(), torch.device("meta"):
        warnings.simplefilter("ignore", FutureWarning)  # WORKAROUND: diffusers 0.42.1 warns of its own classes
        network: Any = kind(**config)
    wanted = network.state_dict()
    fits = all(each not in wanted or wanted[each].numel() == value.numel() for each, value in weights.items())
    refuse_unless(fits and (more or not weights.keys() - wanted.keys()), name)
    ready = {each: value.reshape(wanted[each].shape).to(dtype) for each, value in weights.items() if each in wanted}
    network.load_state_dict(ready, strict=False, assign=True)
    return cast("nn.Module", checked(network, f"The control {name}"))


def refuse_unless(fits: bool, name: str) -> None:
    """Raises BadInput naming the control."""
    if not fits:
        raise BadInput(
            f"The control {name!r} does not fit this model, or is of a kind that cannot be used here.",
            "Take it out, or choose a model that it was made for.",
        )
