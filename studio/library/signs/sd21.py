"""Stable Diffusion 2.x: the UNet of 1.x, reading OpenCLIP-H (1024)."""

from __future__ import annotations

from studio.library.signs.encoders import KL_4
from studio.library.signs.sign import FEW_STEPS, Adapted, Part, Sign, Signs, Variant

WIDTH = 1024
_OLD = "input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight"
_NEW = "down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_k.weight"

SIGNS = Signs(
    family="sd21",
    title="Stable Diffusion 2.1",
    rank=2,
    prediction="v",
    networks=(Sign(has={_OLD: (320, WIDTH)}), Sign(has={_NEW: (320, WIDTH)})),
    variants=(
        Variant(
            name="inpaint", sign=Sign(has={"input_blocks.0.0.weight": (320, 9, 3, 3)}), own=True, prediction="epsilon"
        ),
        Variant(name="inpaint", sign=Sign(has={"conv_in.weight": (320, 9, 3, 3)}), own=True, prediction="epsilon"),
        Variant(name="depth", sign=Sign(has={"input_blocks.0.0.weight": (320, 5, 3, 3)}), own=True),
        Variant(name="depth", sign=Sign(has={"conv_in.weight": (320, 5, 3, 3)}), own=True),
        Variant(name="upscale", sign=Sign(has={"input_blocks.0.0.weight": (256, 7, 3, 3)}), own=True),
        # the 512 pixel models have the same tensors and predict noise; only their names differ
        Variant(name="base", sign=Sign(named=r"base|512|turbo"), prediction="epsilon"),
        *FEW_STEPS,
    ),
    pipelines={},  # diffusers has no class of its own for them: the text encoder's width tells, as in a file
    adapted=(Adapted(module=r"attn2_(to_[kv]|processor_to_[kv])$", widths=(WIDTH,)),),
    likely=(Adapted(module=r"^te/text_model_encoder_layers_\d+_(self_attn|mlp_fc1)", widths=(WIDTH,)),),
    bases=r"^sd[-_ ]?v?2|stable-diffusion-v2",
    controls=(Sign(has={"ip_adapter.1.to_k_ip.weight": (None, WIDTH)}),),
    embeddings=((WIDTH,),),
    parts=(
        Part(
            role="text_encoder",
            kind="text-encoder",
            variant="clip-h",
            title="the OpenCLIP-H text encoder",
            inside=("cond_stage_model.model.", "cond_stage_model.transformer."),
        ),
        KL_4,
    ),
    called=r"sd[-_. ]?v?2[-_. ]?[01]|v2-[01]|sd21|768-v",
)
