"""Qwen-Image: 60 blocks on two streams, 3072 wide, reading Qwen2.5-VL 7B."""

from __future__ import annotations

from studio.library.signs.encoders import QWEN25_VL, QWEN_CODEC
from studio.library.signs.sign import Adapted, Sign, Signs, Variant

_FEW = r"lightning|turbo|\b[48].?steps?"

SIGNS = Signs(
    family="qwen",
    title="Qwen-Image",
    prediction="flow",
    networks=(
        Sign(
            has={"transformer_blocks.0.img_mod.1.weight": None, "txt_norm.weight": (3584,)},
            lacks=("controlnet_x_embedder.weight", "controlnet_blocks.0.weight"),
        ),
    ),
    variants=(
        Variant(name="layered", sign=Sign(named=r"layered"), own=True),
        Variant(name="edit-plus", sign=Sign(named=r"edit.*(plus|25\d\d)"), own=True),
        Variant(name="edit", sign=Sign(named=r"edit"), own=True),
        Variant(name="edit-2511", sign=Sign(named=r"edit.*2511")),
        Variant(name="lightning", sign=Sign(named=_FEW)),
    ),
    pipelines={
        "QwenImagePipeline": "",
        "QwenImageImg2ImgPipeline": "",
        "QwenImageInpaintPipeline": "",
        "QwenImageEditPipeline": "edit",
        "QwenImageEditPlusPipeline": "edit-plus",
        "QwenImageLayeredPipeline": "layered",
    },
    adapted=(
        Adapted(module=r"^unet/transformer_blocks_\d+_(img_mlp|txt_mlp|img_mod|txt_mod)"),
        Adapted(module=r"^unet/transformer_blocks_(19|[2-5]\d)_attn_(to|add)_", widths=(3072,)),
    ),
    bases=r"qwen",
    controls=(Sign(has={"controlnet_x_embedder.weight": (3072, None), "transformer_blocks.0.img_mod.1.weight": None}),),
    parts=(QWEN25_VL, QWEN_CODEC),
    called=r"qwen",
)
