"""FLUX.2: as FLUX.1, with one modulation for all blocks, packed latents of 32 channels and an LLM for the words."""

from __future__ import annotations

from dataclasses import replace

from studio.library.signs.encoders import KL_32, QWEN3_4B, QWEN3_8B
from studio.library.signs.sign import Adapted, Sign, Signs, Variant

SIGNS = Signs(
    family="flux2",
    title="FLUX.2",
    prediction="flow",
    networks=(
        Sign(has={"single_stream_modulation.lin.weight": None}),
        Sign(has={"single_stream_modulation.linear.weight": None}),
    ),
    variants=(
        Variant(name="klein-base-4b", sign=Sign(has={"img_in.weight": (3072, 128)}, named=r"base")),
        Variant(name="klein-base-4b", sign=Sign(has={"x_embedder.weight": (3072, 128)}, named=r"base")),
        Variant(name="klein-4b", sign=Sign(has={"img_in.weight": (3072, 128)})),
        Variant(name="klein-4b", sign=Sign(has={"x_embedder.weight": (3072, 128)})),
        *(
            Variant(name=name, sign=replace(sign, named=named), own=True, parts=(QWEN3_8B,))
            for name, named in (("klein-base-9b", r"base"), ("klein-9b", ""))
            for sign in (Sign(has={"img_in.weight": (4096, 128)}), Sign(has={"x_embedder.weight": (4096, 128)}))
        ),
        Variant(name="dev", sign=Sign(has={"img_in.weight": (6144, 128)}), own=True),
        Variant(name="dev", sign=Sign(has={"x_embedder.weight": (6144, 128)}), own=True),
    ),
    pipelines={
        "Flux2KleinPipeline": "",
        "Flux2KleinInpaintPipeline": "",
        "Flux2Pipeline": "dev",
    },
    adapted=(
        Adapted(module=r"^unet/(double|single)_stream_modulation"),
        Adapted(module=r"^unet/single_transformer_blocks_\d+_attn_to_qkv_mlp_proj$"),
        Adapted(module=r"^unet/single_transformer_blocks_\d+_attn_to_out$", widths=(12288, 16384, 24576)),
        Adapted(module=r"^unet/single_blocks_\d+_linear2$", widths=(12288, 16384, 24576)),
        Adapted(module=r"^unet/double_blocks_\d+_(img|txt)_attn_(qkv|proj)$", widths=(4096, 6144)),
        Adapted(module=r"^unet/double_blocks_\d+_(img|txt)_mlp_2$", widths=(9216, 18432)),
    ),
    bases=r"flux[-_. ]?2",
    parts=(replace(QWEN3_4B, repository="Comfy-Org/flux2-klein"), KL_32),
    called=r"flux.?2|klein",
)
