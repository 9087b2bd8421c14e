"""Image prompt adapters (IP-Adapter, arXiv 2308.06721): a picture that the new one is to be like.

An image encoder reads the picture as it reads words; beside each cross-attention to the words there is one to the
picture. Those are put on for the denoising of a picture and taken off after it, so that the network is its own again.
"""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# diffusers' loaders have no types

from __future__ import annotations

import json
import re
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast

import torch
from PIL import Image
from safetensors.torch import load_file
from torch import Tensor, nn

from studio.pipelines.control.guides import Call, Extra
from studio.pipelines.framing import opaque
from studio.pipelines.parts import checked, told
from studio.request.control import Control
from studio.request.errors import BadInput
from studio.request.pixels import Pixels

if TYPE_CHECKING:
    from studio.pipelines.conditioning import Conditioning

HEADS = 16  # of all published image encoders that adapters use
_INNER = "vision_model."  # what names of tensors begin with in files
OPENAI_WIDTH = 1024  # hidden size of the one by OpenAI, whose activation differs

Weights = Mapping[str, Mapping[str, Tensor]]


@dataclass(frozen=True)
class Pair:
    """A picture as the image encoder sees it, and what it sees of none: (1, tokens, width) or (1, 1, width)."""

    toward: Tensor
    against: Tensor

    def rows(self, pictures: int, *, guided: bool) -> Tensor:
        """As the network wants them: negative rows first."""
        both = [self.against] * pictures if guided else []
        return torch.cat([*both, *[self.toward] * pictures])


@dataclass(frozen=True)
class Looks:
    """All image prompts of a picture: the network has one way to look at them all, so one guide has them all."""

    controls: tuple[Control, ...]
    pairs: tuple[Pair, ...]
    processors: tuple[Any, ...]

    def steer(self, extra: Extra, given: Tensor, timestep: Tensor, inputs: Conditioning, call: Call) -> None:
        self.weigh(call)
        pictures = len(given) // 2 if inputs.guided else len(given)
        seen = [pair.rows(pictures, guided=inputs.guided).to(given) for pair in self.pairs]
        extra["added_cond_kwargs"] = {**inputs.added, "image_embeds": seen}

    def weigh(self, call: Call) -> None:
        """How much each counts in a call."""
        scales = [each.weight if each.holds(call.number, call.of) else 0.0 for each in self.controls]
        for processor in self.processors:
            processor.scale = scales


@dataclass(frozen=True)
class Eyes:
    """What image prompts put on a UNet: its attention, and what takes the encoder's view to tokens."""

    attention: Mapping[str, Any]
    projection: nn.Module

    @classmethod
    def of(cls, unet: Any, files: Sequence[Weights]) -> Eyes:
        """For these adapters, in this order. The UNet is left as it was."""
        before = _worn(unet)
        try:
            unet._load_ip_adapter_weights(list(files))
            found: dict[str, Any] = dict(unet.attn_processors)
            return cls({name: found[name] for name in before[0]}, unet.encoder_hid_proj)
        finally:
            _put(unet, *before)

    @property
    def looking(self) -> tuple[Any, ...]:
        """The processors that look at pictures."""
        return tuple(each for each in self.attention.values() if hasattr(each, "to_k_ip"))

    def guide(self, controls: Sequence[Control], pairs: Sequence[Pair]) -> Looks:
        """What shows the UNet these pictures."""
        return Looks(tuple(controls), tuple(pairs), self.looking)

    def sees_patches(self, index: int) -> bool:
        """Whether an adapter looks at parts of its picture, rather than at the whole in a few words."""
        from diffusers.models.embeddings import ImageProjection

        layers = cast("Any", self.projection).image_projection_layers
        return not isinstance(layers[index], ImageProjection)

    @contextmanager
    def on(self, unet: Any) -> Generator[None]:
        """While open, the UNet looks at pictures."""
        before = _worn(unet)
        place = unet.device
        for each in (*self.looking, self.projection):
            each.to(place, unet.dtype)
        try:
            _put(unet, self.attention, self.projection, "ip_image_proj")
            yield
        finally:
            _put(unet, *before)
            for each in (*self.looking, self.projection):
                each.to("cpu")


def _worn(unet: Any) -> tuple[dict[str, Any], Any, Any]:
    """Its attention, and what takes pictures to tokens, with its kind."""
    kind = unet.config.get("encoder_hid_dim_type")
    return dict(unet.attn_processors), getattr(unet, "encoder_hid_proj", None), kind


def _put(unet: Any, attention: Mapping[str, Any], projection: Any, kind: Any) -> None:
    unet.encoder_hid_proj = None  # it has attention of its own, which would be counted
    unet.set_attn_processor(dict(attention))
    unet.encoder_hid_proj = projection
    unet.register_to_config(encoder_hid_dim_type=kind)


def read_adapter(path: Path, name: str) -> Weights:
    """The two halves of an image prompt adapter: image_proj and ip_adapter.

    Raises Trouble for damaged files, BadInput for one that needs more than an image encoder.
    """
    with told(f"The image prompt adapter {name}"):
        weights = load_file(path)
    halves: dict[str, dict[str, Tensor]] = {"image_proj": {}, "ip_adapter": {}}
    for each, value in weights.items():
        half, _, rest = _own_name(each).partition(".")
        halves.setdefault(half, {})[rest] = value
    plain = any(each in halves["image_proj"] for each in ("proj.weight", "proj.3.weight", "latents"))
    if "redux_up.weight" in weights:
        return {"image_proj": weights, "ip_adapter": {}}
    if not plain or not halves["ip_adapter"] or any("_lora" in each for each in halves["ip_adapter"]):
        raise BadInput(
            f"The image prompt adapter {name!r} looks at faces through a program of its own, which is not here.",
            "Choose an adapter that needs an image encoder only, such as ip-adapter or ip-adapter-plus.",
        )
    return halves


def _own_name(name: str) -> str:
    """What the first adapters call a tensor that XLabs names otherwise."""
    if found := re.fullmatch(r"double_blocks\.(\d+)\.processor\.ip_adapter_double_stream_([kv])_proj\.(\w+)", name):
        return f"ip_adapter.{found[1]}.to_{found[2]}_ip.{found[3]}"
    return name.replace("ip_adapter_proj_model.", "image_proj.")


class ImageEncoder(Protocol):
    """network: on the device while it looks."""

    network: Any

    def see(self, picture: Pixels, *, patches: bool) -> Pair:
        """patches: the parts of the picture; else the whole in one vector."""
        ...


def image_encoder(path: Path, dtype: torch.dtype) -> ImageEncoder:
    """Raises Trouble when the file is damaged or incomplete."""
    what = f"The image encoder {path.parent.name if path.stem == 'model' else path.stem}"
    with told(what):
        weights = load_file(path)
    if any(each.removeprefix(_INNER) == "head.probe" for each in weights):
        return SigLip(weights, what, dtype)
    return Clip(path, weights, what, dtype)


class SigLip:
    """SigLIP (arXiv 2303.15343): the picture is made square, whatever its shape."""

    def __init__(self, weights: Mapping[str, Tensor], what: str, dtype: torch.dtype) -> None:
        from transformers import SiglipVisionConfig, SiglipVisionModel

        plain = {each.removeprefix(_INNER): value.to(dtype) for each, value in weights.items()}
        with told(what), torch.device("meta"):
            patch, places = plain["embeddings.patch_embedding.weight"], plain["embeddings.position_embedding.weight"]
            layers = {each.split(".")[2] for each in plain if each.startswith("encoder.layers.")}
            self._side = round(places.shape[0] ** 0.5) * patch.shape[-1]
            network: Any = SiglipVisionModel(
                SiglipVisionConfig(
                    hidden_size=patch.shape[0],
                    patch_size=patch.shape[-1],
                    image_size=self._side,
                    num_hidden_layers=len(layers),
                    num_attention_heads=HEADS,
                    intermediate_size=plain["encoder.layers.0.mlp.fc1.weight"].shape[0],
                )
            )
        with told(what):
            network.load_state_dict(plain, strict=False, assign=True)
        for name, buffer in network.named_buffers():
            if buffer.is_meta:
                _place_numbers(network, name, buffer)
        self.network: Any = checked(network, what)

    def see(self, picture: Pixels, *, patches: bool) -> Pair:
        """Its parts, always."""
        from transformers.models.siglip.image_processing_pil_siglip import SiglipImageProcessorPil

        reads = SiglipImageProcessorPil(size={"height": self._side, "width": self._side})
        given = torch.as_tensor(reads(Image.fromarray(opaque(picture)), return_tensors="pt").pixel_values)
        toward = self.network(given.to(self.network.device, self.network.dtype)).last_hidden_state
        return Pair(toward[None], torch.zeros_like(toward)[None])


class Clip:
    """CLIP's image encoder."""

    def __init__(self, path: Path, weights: Mapping[str, Tensor], what: str, dtype: torch.dtype) -> None:
        from transformers import CLIPVisionConfig, CLIPVisionModelWithProjection

        with told(what):
            config = CLIPVisionConfig(**_layout(path, weights))
            with torch.device("meta"):
                network: Any = CLIPVisionModelWithProjection(config)
            wanted = network.state_dict().keys()
            ready = {each: value.to(dtype) for each, value in weights.items() if each in wanted}
            network.load_state_dict(ready, strict=False, assign=True)
        for name, buffer in network.named_buffers():
            if buffer.is_meta:
                _place_numbers(network, name, buffer)
        self.network: Any = checked(network, what)
        self._side: Any = config.image_size

    def see(self, picture: Pixels, *, patches: bool) -> Pair:
        """patches: the parts of the picture; else the whole in one vector."""
        given = self._input(picture).to(self.network.device, self.network.dtype)
        if patches:
            toward, against = (
                self.network(each, output_hidden_states=True).hidden_states[-2]
                for each in (given, torch.zeros_like(given))
            )
            return Pair(toward[None], against[None])
        toward = self.network(given).image_embeds
        return Pair(toward[None], torch.zeros_like(toward)[None])

    def _input(self, picture: Pixels) -> Tensor:
        from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

        side = self._side
        reads = CLIPImageProcessorPil(size={"shortest_edge": side}, crop_size={"height": side, "width": side})
        return torch.as_tensor(reads(Image.fromarray(opaque(picture)), return_tensors="pt").pixel_values)


def _place_numbers(network: Any, name: str, buffer: Tensor) -> None:
    """Numbers of places, which are in no file."""
    owner, _, last = name.rpartition(".")
    network.get_submodule(owner).register_buffer(last, torch.arange(buffer.numel()).reshape(buffer.shape), False)


def _layout(path: Path, weights: Mapping[str, Tensor]) -> dict[str, Any]:
    """By a config.json beside the file, else by the shapes."""
    file = path.parent / "config.json"
    if file.is_file() and path.stem in ("model", "model.fp16", "pytorch_model"):
        config: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        return {**config.get("vision_config", {}), **{key: config[key] for key in _KEYS if key in config}}
    inner = "vision_model."
    patch = weights[f"{inner}embeddings.patch_embedding.weight"]
    places = weights[f"{inner}embeddings.position_embedding.weight"].shape[0]
    layers = {each.split(".")[3] for each in weights if each.startswith(f"{inner}encoder.layers.")}
    width = patch.shape[0]
    return {
        "hidden_size": width,
        "patch_size": patch.shape[-1],
        "image_size": round((places - 1) ** 0.5) * patch.shape[-1],
        "num_hidden_layers": len(layers),
        "num_attention_heads": HEADS,
        "intermediate_size": weights[f"{inner}encoder.layers.0.mlp.fc1.weight"].shape[0],
        "projection_dim": weights["visual_projection.weight"].shape[0],
        "hidden_act": "quick_gelu" if width == OPENAI_WIDTH else "gelu",
    }


_KEYS = (
    "hidden_size",
    "patch_size",
    "image_size",
    "num_hidden_layers",
    "num_attention_heads",
    "intermediate_size",
    "projection_dim",
    "hidden_act",
    "layer_norm_eps",
)
