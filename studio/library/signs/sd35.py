"""Stable Diffusion 3 and 3.5: a transformer on pictures and words together, 16 channels."""

from __future__ import annotations

from dataclasses import replace

from studio.library.signs.encoders import CLIP_G, CLIP_L, KL_16, T5_XXL
from studio.library.signs.sign import Adapted, Sign, Signs, Variant

_LARGE = "joint_blocks.37.x_block.mlp.fc1.weight"
_LARGE_NEW = "transformer_blocks.37.attn.to_q.weight"
_CODEC = replace(
    KL_16,
    title="the picture codec of Stable Diffusion 3.5",
    repository="stabilityai/stable-diffusion-3.5-medium",
    file="vae/diffusion_pytorch_model.safetensors",
    size=167_666_902,
)

SIGNS = Signs(
    family="sd35",
    title="Stable Diffusion 3.5",
    rank=1,
    prediction="flow",
    networks=(
        Sign(has={"joint_blocks.0.context_block.adaLN_modulation.1.bias": None}),
        Sign(
            has={"transformer_blocks.0.attn.add_k_proj.weight": None, "pos_embed.proj.weight": (None, 16, 2, 2)},
            lacks=("transformer_blocks.0.img_mod.1.weight", "controlnet_blocks.0.weight"),
        ),
    ),
    variants=(
        Variant(name="3-medium", sign=Sign(has={"pos_embed": (1, 36864, 1536)}), own=True),
        Variant(name="3-medium", sign=Sign(has={"pos_embed.pos_embed": (1, 36864, 1536)}), own=True),
        Variant(name="medium", sign=Sign(has={"pos_embed": (1, 147456, 1536)})),
        Variant(name="medium", sign=Sign(has={"pos_embed.pos_embed": (1, 147456, 1536)})),
        Variant(name="large-turbo", sign=Sign(has={_LARGE: None}, named=r"turbo")),
        Variant(name="large-turbo", sign=Sign(has={_LARGE_NEW: None}, named=r"turbo")),
        Variant(name="large", sign=Sign(has={_LARGE: None})),
        Variant(name="large", sign=Sign(has={_LARGE_NEW: None})),
    ),
    pipelines={
        "StableDiffusion3Pipeline": "",
        "StableDiffusion3Img2ImgPipeline": "",
        "StableDiffusion3InpaintPipeline": "",
    },
    adapted=(
        Adapted(module=r"joint_blocks_\d+_(x|context)_block"),
        Adapted(module=r"^unet/transformer_blocks_\d+_attn2?_(add_[kqv]_proj|to_[kqv])$", widths=(1536, 2432)),
    ),
    bases=r"sd3|stable-diffusion-3",
    controls=(Sign(has={"controlnet_blocks.0.weight": None, "pos_embed_input.proj.weight": None}),),
    embeddings=((768, 1280, 4096),),
    parts=(CLIP_L, CLIP_G, replace(T5_XXL, role="text_encoder_3"), _CODEC),
    called=r"sd3|sd[-_ ]3",
)
