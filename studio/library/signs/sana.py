"""Sana: linear attention on latents 32 times smaller than the picture, reading Gemma 2 2B."""

from __future__ import annotations

from studio.library.signs.encoders import DC_32, GEMMA2
from studio.library.signs.sign import Adapted, Sign, Signs, Variant

SIGNS = Signs(
    family="sana",
    title="Sana",
    prediction="flow",
    networks=(
        Sign(has={"blocks.0.mlp.inverted_conv.conv.weight": None, "y_embedder.y_proj.fc1.weight": (None, 2304)}),
        Sign(
            has={
                "transformer_blocks.0.ff.conv_inverted.weight": None,
                "caption_projection.linear_1.weight": (None, 2304),
            }
        ),
    ),
    variants=(
        Variant(name="sprint", sign=Sign(has={"time_embed.guidance_embedder.linear_1.weight": None}), own=True),
        Variant(name="sprint", sign=Sign(named=r"sprint"), own=True),
        Variant(name="600m", sign=Sign(has={"x_embedder.proj.weight": (1152, None, None, None)})),
        Variant(name="600m", sign=Sign(has={"patch_embed.proj.weight": (1152, None, None, None)})),
    ),
    pipelines={"SanaPipeline": "", "SanaPAGPipeline": "", "SanaSprintPipeline": "sprint"},
    adapted=(
        Adapted(module=r"^unet/transformer_blocks_\d+_attn[12]_to_[qkv]$", widths=(2240, 1152)),
        Adapted(module=r"^unet/transformer_blocks_\d+_ff_conv_(inverted|point|depth)"),
    ),
    bases=r"sana",
    controls=(Sign(has={"controlnet_blocks.0.weight": None, "transformer_blocks.0.ff.conv_inverted.weight": None}),),
    parts=(GEMMA2, DC_32),
    called=r"sana",
)
