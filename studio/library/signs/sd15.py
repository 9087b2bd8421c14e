"""Stable Diffusion 1.x: a UNet that reads CLIP-L (768)."""

from __future__ import annotations

from dataclasses import replace

from studio.library.signs.encoders import CLIP_L, KL_4
from studio.library.signs.sign import FEW_STEPS, Adapted, Sign, Signs, Variant

WIDTH = 768
_OLD = "input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight"
_NEW = "down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_k.weight"

SIGNS = Signs(
    family="sd15",
    title="Stable Diffusion 1.5",
    rank=3,
    prediction="epsilon",
    networks=(Sign(has={_OLD: (320, WIDTH)}), Sign(has={_NEW: (320, WIDTH)})),
    variants=(
        Variant(name="inpaint", sign=Sign(has={"input_blocks.0.0.weight": (320, 9, 3, 3)}), own=True),
        Variant(name="inpaint", sign=Sign(has={"conv_in.weight": (320, 9, 3, 3)}), own=True),
        Variant(name="edit", sign=Sign(has={"input_blocks.0.0.weight": (320, 8, 3, 3)}), own=True),
        Variant(name="edit", sign=Sign(has={"conv_in.weight": (320, 8, 3, 3)}), own=True),
        *FEW_STEPS,
    ),
    pipelines={
        "StableDiffusionPipeline": "",
        "StableDiffusionImg2ImgPipeline": "",
        "StableDiffusionInpaintPipeline": "inpaint",
        "StableDiffusionInstructPix2PixPipeline": "edit",
        "LatentConsistencyModelPipeline": "lcm",
    },
    adapted=(Adapted(module=r"attn2_(to_[kv]|processor_to_[kv])$", widths=(WIDTH,)),),
    likely=(
        Adapted(module=r"^te/text_model_encoder_layers_\d+_(self_attn|mlp_fc1)", widths=(WIDTH,)),
        Adapted(module=r"^unet/(down|up|mid|input|output|middle)_blocks?_.*attn1", widths=(320,)),
    ),
    bases=r"^sd[-_ ]?v?1|stable-diffusion-v1",
    controls=(
        Sign(has={"adapter.conv_in.weight": (None, 192, 3, 3)}),
        Sign(has={"conv_in.weight": (320, 192, 3, 3)}),
        Sign(has={"ip_adapter.1.to_k_ip.weight": (None, WIDTH)}),
    ),
    embeddings=((WIDTH,),),
    parts=(replace(CLIP_L, inside=("cond_stage_model.transformer.", "cond_stage_model.text_model.")), KL_4),
    called=r"sd[-_. ]?v?1[-_. ]?[45]|v1-5|sd15|vae-ft-mse|vae-ft-ema",
)
