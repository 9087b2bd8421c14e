"""Stable Diffusion XL and everything trained from it: a UNet that reads CLIP-L and CLIP-G side by side (2048)."""

from __future__ import annotations

from dataclasses import replace

from studio.library.signs.encoders import CLIP_G, CLIP_L, KL_4
from studio.library.signs.sign import FEW_STEPS, Adapted, Sign, Signs, Variant

WIDTH = 2048
REFINER = 1280
_OLD = "input_blocks.4.1.transformer_blocks.0.attn2.to_k.weight"
_NEW = "down_blocks.1.attentions.0.transformer_blocks.0.attn2.to_k.weight"
_DEEP_OLD = "input_blocks.8.1.transformer_blocks.9.attn2.to_k.weight"
_DEEP_NEW = "down_blocks.2.attentions.1.transformer_blocks.9.attn2.to_k.weight"

SIGNS = Signs(
    family="sdxl",
    title="Stable Diffusion XL",
    rank=1,
    prediction="epsilon",
    networks=(
        Sign(has={_OLD: (640, WIDTH)}),
        Sign(has={_NEW: (640, WIDTH)}),
        Sign(has={_OLD: (768, REFINER)}),
        Sign(has={_NEW: (768, REFINER)}),
    ),
    variants=(
        Variant(name="refiner", sign=Sign(has={_OLD: (768, REFINER)}), own=True),
        Variant(name="refiner", sign=Sign(has={_NEW: (768, REFINER)}), own=True),
        Variant(name="inpaint", sign=Sign(has={"input_blocks.0.0.weight": (320, 9, 3, 3)}), own=True),
        Variant(name="inpaint", sign=Sign(has={"conv_in.weight": (320, 9, 3, 3)}), own=True),
        Variant(name="edit", sign=Sign(has={"input_blocks.0.0.weight": (320, 8, 3, 3)}), own=True),
        Variant(name="edit", sign=Sign(has={"conv_in.weight": (320, 8, 3, 3)}), own=True),
        # SSD-1B and Vega leave out blocks, so they need a configuration of their own
        Variant(name="pruned", sign=Sign(has={_OLD: (640, WIDTH)}, lacks=(_DEEP_OLD,)), own=True),
        Variant(name="pruned", sign=Sign(has={_NEW: (640, WIDTH)}, lacks=(_DEEP_NEW,)), own=True),
        Variant(name="edm", sign=Sign(has={"edm_mean": None}), own=True),  # Playground 2.5
        *FEW_STEPS,
    ),
    pipelines={
        "StableDiffusionXLPipeline": "",
        "StableDiffusionXLImg2ImgPipeline": "",
        "StableDiffusionXLInpaintPipeline": "inpaint",
        "StableDiffusionXLInstructPix2PixPipeline": "edit",
    },
    adapted=(
        Adapted(module=r"attn2_(to_[kv]|processor_to_[kv])$", widths=(WIDTH,)),
        Adapted(module=r"^unet/(down|up|mid|input|output|middle)_blocks?_.*transformer_blocks_[1-9]"),
        Adapted(module=r"^te2/text_model_encoder_layers_\d+_(self_attn|mlp_fc1)", widths=(1280,)),
    ),
    bases=r"^sdxl|stable-diffusion-xl|^pony|^illustrious|^noobai",
    controls=(
        Sign(has={"adapter.conv_in.weight": (None, 768, 3, 3)}),
        Sign(has={"conv_in.weight": (320, 768, 3, 3)}),
        Sign(has={"add_embedding.linear_1.weight": (1280, 2816)}),
        Sign(has={"label_emb.0.0.weight": (1280, 2816)}),
        Sign(has={"ip_adapter.1.to_k_ip.weight": (None, WIDTH)}),
    ),
    embeddings=((768, 1280), (1280,)),
    parts=(
        replace(CLIP_L, inside=("conditioner.embedders.0.transformer.",)),
        # the refiner has only this one, in the first place
        replace(CLIP_G, inside=("conditioner.embedders.1.model.", "conditioner.embedders.0.model.")),
        KL_4,
    ),
    called=r"sdxl|sd_xl|[-_ ]xl|xl[-_ ]|xl$",
    flavours={
        r"noob": "NoobAI",
        r"illustrious|\bilxl|ilxl\b|[-_ ]il[-_ .]|illust": "Illustrious",
        r"pony|pdxl": "Pony",
        r"animagine": "Animagine",
        r"playground": "Playground",
    },
)
