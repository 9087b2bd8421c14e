"""FLUX.1: 19 blocks on two streams, 38 on one, 3072 wide, on packed latents of 16 channels."""

from __future__ import annotations

from studio.library.signs.encoders import CLIP_L, KL_16, T5_XXL
from studio.library.signs.sign import Adapted, Sign, Signs, Variant

_GUIDED = "guidance_in.in_layer.weight"
_GUIDED_NEW = "time_text_embed.guidance_embedder.linear_1.weight"
_CHROMA = "distilled_guidance_layer.in_proj.weight"

SIGNS = Signs(
    family="flux",
    title="FLUX.1",
    rank=2,
    prediction="flow",
    networks=(
        Sign(
            has={"double_blocks.0.img_attn.norm.key_norm.scale": (128,), "vector_in.in_layer.weight": None},
            lacks=("double_stream_modulation_img.lin.weight", _CHROMA),
        ),
        Sign(
            has={
                "single_transformer_blocks.0.attn.to_q.weight": None,
                "time_text_embed.text_embedder.linear_1.weight": None,
            },
            lacks=(_CHROMA, "controlnet_x_embedder.weight"),
        ),
    ),
    variants=(
        Variant(name="fill", sign=Sign(has={"img_in.weight": (3072, 384)}), own=True),
        Variant(name="fill", sign=Sign(has={"x_embedder.weight": (3072, 384)}), own=True),
        Variant(name="control", sign=Sign(has={"img_in.weight": (3072, 128)}), own=True),
        Variant(name="control", sign=Sign(has={"x_embedder.weight": (3072, 128)}), own=True),
        Variant(name="kontext", sign=Sign(named=r"kontext"), own=True),  # the same tensors as dev
        Variant(name="schnell", sign=Sign(has={"img_in.weight": None}, lacks=(_GUIDED,))),
        Variant(name="schnell", sign=Sign(has={"x_embedder.weight": None}, lacks=(_GUIDED_NEW,))),
        Variant(name="krea", sign=Sign(named=r"krea")),
        Variant(name="dev", sign=Sign(has={"img_in.weight": None})),
        Variant(name="dev", sign=Sign(has={"x_embedder.weight": None})),
        Variant(name="turbo", sign=Sign(named=r"turbo|hyper|lightning")),
    ),
    pipelines={
        "FluxPipeline": "",
        "FluxImg2ImgPipeline": "",
        "FluxInpaintPipeline": "",
        "FluxFillPipeline": "fill",
        "FluxKontextPipeline": "kontext",
        "FluxControlPipeline": "control",
    },
    adapted=(
        Adapted(module=r"^unet/double_blocks_\d+_(img|txt)_attn_(qkv|proj)$", widths=(3072,)),
        Adapted(module=r"^unet/double_blocks_\d+_processor"),  # XLabs
        Adapted(module=r"^unet/single_blocks_\d+_linear2$", widths=(15360,)),
        Adapted(module=r"^unet/single_transformer_blocks_\d+_(attn_to_[qkv]|proj_mlp|norm_linear)$", widths=(3072,)),
        Adapted(module=r"^unet/single_transformer_blocks_\d+_proj_out$", widths=(15360,)),
        Adapted(module=r"^unet/transformer_blocks_\d+_(norm1_linear|norm1_context_linear)$", widths=(3072,)),
        Adapted(module=r"^unet/transformer_blocks_\d+_(ff|ff_context)_net_2$", widths=(12288,)),
    ),
    likely=(Adapted(module=r"^unet/(single_)?(transformer_|double_)?blocks_\d+_.*(attn|linear1)", widths=(3072,)),),
    bases=r"flux[-_. ]?1|^flux",
    controls=(
        Sign(has={"controlnet_x_embedder.weight": (3072, None)}),
        Sign(has={"controlnet_blocks.0.weight": (3072, 3072), "double_blocks.0.img_attn.qkv.weight": None}),
        Sign(has={"double_blocks.0.processor.ip_adapter_double_stream_k_proj.weight": None}),
        Sign(has={"img_in.lora_A.weight": (None, 128)}),  # Control-LoRA
        Sign(has={"x_embedder.lora_A.weight": (None, 128)}),
        Sign(has={"redux_up.weight": (12288, 1152), "redux_down.weight": (4096, 12288)}),
    ),
    embeddings=((768, 4096),),
    parts=(CLIP_L, T5_XXL, KL_16),
    called=r"flux(?!.?2)|^ae\b",
    flavours={r"krea": "Krea"},
)
