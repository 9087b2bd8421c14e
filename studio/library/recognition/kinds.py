"""What kind of weights a file holds, beyond models and LoRAs: signs that are the same for every family."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from studio.library.recognition.header import Header
from studio.library.signs.encoders import CODECS, ENCODERS
from studio.library.signs.sign import Look, Sign, Tensor

_CONTROL = (  # any of these tensors: it steers a model by a picture
    "controlnet_cond_embedding.conv_in.weight",
    "input_hint_block.0.weight",
    "controlnet_x_embedder.weight",
    "controlnet_blocks.0.weight",
    "control_layers.0.adaLN_modulation.0.weight",
    "control_all_x_embedder.2-1.weight",
    "control_add_embedding.linear_1.weight",
)
_ADAPTER = (
    "adapter.conv_in.weight",
    "adapter.body.0.resnets.0.block1.weight",
    "body.0.block1.weight",
    "body.0.in_conv.weight",
)
_IMAGE_PROMPT = (
    "image_proj.proj.weight",
    "image_proj.latents",
    "ip_adapter.1.to_k_ip.weight",
    "ip_adapter_proj_model.proj.weight",
    "double_blocks.0.processor.ip_adapter_double_stream_k_proj.weight",
)
_CHANGED_INPUT = (  # a LoRA whose first layer takes a picture besides the latents
    Sign(has={"img_in.lora_A.weight": (None, 128), "double_blocks.0.img_mod.lin.lora_A.weight": None}),
    Sign(
        has={"x_embedder.lora_A.weight": (None, 128)},
        lacks=(  # FLUX.2's first layer is as wide
            "transformer_blocks.0.ff.linear_in.lora_A.weight",
            "transformer_blocks.0.ff.linear_out.lora_A.weight",
            "single_transformer_blocks.0.attn.to_qkv_mlp_proj.lora_A.weight",
            "single_transformer_blocks.0.attn.to_out.lora_A.weight",
        ),
    ),
)
_REDUX = ("redux_up.weight", "image_embedder.redux_up.weight")
_UPSCALERS: tuple[tuple[str, Sign], ...] = (
    ("ESRGAN", Sign(has={"model.0.weight": None, "model.1.sub.0.RDB1.conv1.0.weight": None})),
    ("ESRGAN", Sign(has={"conv_first.weight": None, "body.0.rdb1.conv1.weight": None})),
    ("ESRGAN", Sign(has={"conv_first.weight": None, "RRDB_trunk.0.RDB1.conv1.weight": None})),
    ("Compact", Sign(has={"body.0.weight": (None, 3, 3, 3), "body.1.weight": (None,)})),
    ("HAT", Sign(has={"conv_first.weight": None, "layers.0.residual_group.overlap_attn.qkv.weight": None})),
    ("SwinIR", Sign(has={"conv_first.weight": None, "layers.0.residual_group.blocks.0.attn.qkv.weight": None})),
    ("DAT", Sign(has={"conv_first.weight": None, "layers.0.blocks.0.attn.qkv.weight": None})),
    ("DRCT", Sign(has={"conv_first.weight": None, "layers.0.swin1.attn.qkv.weight": None})),
    ("SPAN", Sign(has={"block_1.c1_r.sk.weight": None})),
    ("OmniSR", Sign(has={"residual_layer.0.residual_layer.0.layer.0.fn.0.weight": None})),
    ("RealPLKSR", Sign(has={"feats.0.weight": (None, 3, 3, 3), "feats.1.lk.conv.weight": None})),
)
_WRAPPERS = ("params_ema.", "params.", "state_dict.", "model_state_dict.")
_LAYERS = re.compile(r"^(?:text_model\.|model\.|transformer\.|language_model\.|vision_model\.)+")
_MOST_EMBEDDING = 12  # tensors


@dataclass(frozen=True)
class Kind:
    """kind: as `Recognised.kind`. variant: what of that kind. look: where its family's signs are."""

    kind: str
    look: Look
    variant: str = ""


def kind_of(header: Header, views: tuple[Look, ...]) -> Kind | None:
    """What a file is if it is neither a model nor a LoRA, told by the first sign found; None if by none."""
    for view in views:
        found = _steering(view)
        if found is not None:
            return Kind(found, view)
    plain = views[-1]
    if (upscaler := _upscaler(plain)) is not None:
        return Kind("upscaler", plain, upscaler)
    if (encoder := _encoder(plain)) is not None:
        return Kind("text-encoder", plain, encoder)
    if _image_encoder(plain):
        return Kind("image-encoder", plain)
    if (codec := codec_of(plain)) is not None:
        return Kind("vae", plain, codec)
    if embedding_widths(header.tensors):
        return Kind("embedding", plain)
    return None


def _steering(view: Look) -> str | None:
    if "lora_controlnet" in view.tensors or any(sign.holds(view) for sign in _CHANGED_INPUT):
        return "control-lora"
    for kind, names in (("ip-adapter", _IMAGE_PROMPT), ("ip-adapter", _REDUX), ("controlnet", _CONTROL)):
        if any(name in view.tensors for name in names):
            return kind
    return "t2i-adapter" if any(name in view.tensors for name in _ADAPTER) else None


def _upscaler(view: Look) -> str | None:
    for prefix in ("", *_WRAPPERS):
        look = view if not prefix else without(view, prefix)
        for name, sign in _UPSCALERS:
            if look is not None and sign.holds(look):
                return name
    return None


def _encoder(view: Look) -> str | None:
    """Which text encoder, if it is one. Its layers may stand under several names."""
    inner = Look({_LAYERS.sub("", name): tensor for name, tensor in view.tensors.items()}, view.named)
    clip = Look({f"text_model.{name}": tensor for name, tensor in inner.tensors.items()}, view.named)
    for variant, signs in ENCODERS.items():
        if any(sign.holds(look) for sign in signs for look in (view, inner, clip)):
            return variant
    return None


def _image_encoder(view: Look) -> bool:
    return any(
        name in view.tensors
        for name in ("vision_model.embeddings.patch_embedding.weight", "visual.conv1.weight", "visual.proj")
    )


def codec_of(view: Look) -> str | None:
    """Which picture codec (VAE), if it is one."""
    for prefix in ("", "first_stage_model.", "vae."):
        look = view if not prefix else without(view, prefix)
        for variant, signs in CODECS.items():
            if look is not None and any(sign.holds(look) for sign in signs):
                return variant
    return None


def embedding_widths(tensors: Mapping[str, Tensor]) -> tuple[int, ...]:
    """Lengths of the vectors of learnt words (textual inversion), by encoder; () when it is none."""
    if not tensors or len(tensors) > _MOST_EMBEDDING:
        return ()
    named = {name: tensor for name, tensor in tensors.items() if name.startswith(("string_to_param.", "emb_params"))}
    pairs = {name: tensor for name, tensor in tensors.items() if name in ("clip_l", "clip_g", "t5xxl", "t5")}
    chosen = named or pairs or (tensors if len(tensors) == 1 else {})
    widths = tuple(tensor.shape[-1] for tensor in chosen.values() if 1 <= len(tensor.shape) <= 2)
    small = all(len(tensor.shape) < 2 or tensor.shape[0] <= 256 for tensor in chosen.values())
    known = all(width in (768, 1024, 1280, 2048, 4096) for width in widths)
    return tuple(sorted(widths)) if widths and small and known and len(widths) == len(chosen) else ()


def without(look: Look, prefix: str) -> Look | None:
    """The tensors whose names begin so, without it; None when there are none."""
    cut = len(prefix)
    found = {name[cut:]: tensor for name, tensor in look.tensors.items() if name.startswith(prefix)}
    return Look(found, look.named) if found else None
