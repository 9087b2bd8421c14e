"""Chroma: FLUX.1 schnell with its modulation replaced by one small network, without CLIP."""

from __future__ import annotations

from dataclasses import replace

from studio.library.signs.encoders import KL_16, T5_XXL
from studio.library.signs.sign import Adapted, Sign, Signs, Variant

SIGNS = Signs(
    family="chroma",
    title="Chroma",
    prediction="flow",
    networks=(
        Sign(has={"distilled_guidance_layer.in_proj.weight": None, "txt_in.weight": (3072, 4096)}),
        Sign(has={"distilled_guidance_layer.in_proj.weight": None, "context_embedder.weight": (3072, 4096)}),
    ),
    variants=(
        Variant(name="radiance", sign=Sign(has={"img_in_patch.weight": None}), own=True),  # paints pixels, not latents
        Variant(name="flash", sign=Sign(named=r"flash")),
        Variant(name="hd", sign=Sign(named=r"[-_]hd")),
    ),
    pipelines={"ChromaPipeline": "", "ChromaImg2ImgPipeline": "", "ChromaInpaintPipeline": ""},
    adapted=(Adapted(module=r"^unet/distilled_guidance_layer"),),
    bases=r"chroma",
    parts=(replace(T5_XXL, role="text_encoder"), KL_16),
    called=r"chroma",
)
